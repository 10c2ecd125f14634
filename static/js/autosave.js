// A form with data-autosave="<address>" sends itself there quietly, three seconds after the last change. The answer is JSON:
// `saved` words are shown in [data-autosave-state]; other keys named like fields are written into them (a draft's version).
const form = document.querySelector("form[data-autosave]");
const PAUSE = 3000;
let timer = 0;
let isDirty = false;

async function save() {
  if (!isDirty) return;
  isDirty = false;
  try {
    const answer = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const said = await answer.json();
    for (const [name, value] of Object.entries(said)) {
      const control = form.elements.namedItem(name);
      if (control instanceof HTMLInputElement && control.type === "hidden") control.value = String(value);
    }
    if (said.saved) show(said.saved);
  } catch {
    isDirty = true; // Nothing typed is lost: the form holds it, and the next change tries again.
  }
}

function show(words) {
  for (const place of document.querySelectorAll("[data-autosave-state]")) place.textContent = words;
}

if (form) {
  form.addEventListener("input", () => {
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
}
