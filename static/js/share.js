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
    const field = document.createElement("input"); // The clipboard may be forbidden: then the reader copies.
    Object.assign(field, { className: "control", readOnly: true, value: button.dataset.copy });
    field.setAttribute("aria-label", before);
    button.replaceWith(field);
    field.select();
  }
});
