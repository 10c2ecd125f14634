// Letters of the keyboard for buttons and links that show one (data-key), where nobody is typing and they can be seen.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const control = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!control?.checkVisibility()) return;
  event.preventDefault();
  control.click();
});
