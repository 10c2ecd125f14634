// A decision that needs words opens with its first field ready; Escape closes it and gives the focus back.
for (const form of document.querySelectorAll("[data-opens-to-write]")) {
  form.addEventListener("toggle", () => {
    if (form.open && !document.activeElement?.matches("[data-focus]")) form.querySelector("select, input:not([type=hidden]), textarea").focus();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !form.open) return;
    form.open = false;
    form.querySelector("summary").focus();
  });
}
