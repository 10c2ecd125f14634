// Sheets that open over the page (menu, Aa) close with Escape and when something else is pressed.
const SHEETS = ".header__more[open], .reading[open]";

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const sheets = [...document.querySelectorAll(SHEETS)];
  const last = sheets.pop();
  if (!last) return;
  last.open = false;
  last.querySelector("summary").focus();
});

document.addEventListener("click", ({ target }) => {
  for (const sheet of document.querySelectorAll(SHEETS)) {
    if (!sheet.contains(target)) sheet.open = false;
  }
});

// A button inside a sheet that closes it and leads on: data-closes="#filters" data-leads="#results-title".
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-closes]");
  if (!button) return;
  document.querySelector(button.dataset.closes).open = false;
  const goal = document.querySelector(button.dataset.leads);
  goal?.focus({ preventScroll: true });
  goal?.scrollIntoView({ block: "start" });
});
