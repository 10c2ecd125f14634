// Buttons that only a script can serve: copying an address, printing.
for (const button of document.querySelectorAll("[data-copy], [data-print]")) button.hidden = false;

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy], [data-print]");
  if (!button) return;
  if ("print" in button.dataset) {
    print();
    return;
  }
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.done || "✓";
    document.dispatchEvent(new CustomEvent("board:say", { detail: button.dataset.done || "✓" }));
    setTimeout(() => { button.textContent = before; }, 2000);
  } catch {
    location.hash = ""; // The clipboard may be forbidden: the address stands in the browser's own bar.
  }
});
