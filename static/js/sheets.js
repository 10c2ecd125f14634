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
