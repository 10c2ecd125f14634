// How many characters are left: <textarea data-counter="300"> and <p data-counter-for="its id">.
function show(control) {
  const place = document.querySelector(`[data-counter-for="${CSS.escape(control.id)}"]`);
  if (!place) return;
  place.hidden = false;
  place.textContent = `${[...control.value].length} / ${control.dataset.counter}`;
}

for (const control of document.querySelectorAll("[data-counter]")) {
  show(control);
  control.addEventListener("input", () => show(control));
}
