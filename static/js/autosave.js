// What is typed into a long form is never lost. form[data-keep] is kept in this browser half a second after the last change
// and comes back, with a word, when its page is opened afresh; form[data-autosave="<address>"] goes there too, three seconds
// after. The answer is JSON: `saved` or `why` are words to show; other keys are written into hidden fields of that name.
const form = document.querySelector("form[data-keep]");
const KEPT_FOR = 14 * 24 * 3600 * 1000;
const OWN = new Set(["csrf_token", "action", "version", "submission_key", "accept_terms"]);
const slot = (name) => `board.form.${name}`;
let isDirty = false;
let saving = 0;
let keeping = 0;

const storage = {
  read(name) {
    try {
      return JSON.parse(localStorage.getItem(slot(name)));
    } catch {
      return null; // Storage may be forbidden, or hold something else.
    }
  },
  write(name, value) {
    try {
      localStorage.setItem(slot(name), JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },
  drop(name) {
    try {
      localStorage.removeItem(slot(name));
    } catch {
      // Nothing was kept then.
    }
  },
};

const hidden = (name) => form.elements.namedItem(name)?.value ?? "";
const root = document.documentElement;
const written = (at, style) => new Intl.DateTimeFormat(root.lang === "en" ? "en-GB" : root.lang, style).format(at);
const clock = (at) => written(at, { timeStyle: "short" });

function show(words) {
  for (const place of document.querySelectorAll("[data-autosave-state]")) place.textContent = words;
}

function keep() {
  const fields = [...new FormData(form)].filter(([name, value]) => !OWN.has(name) && typeof value === "string");
  const kept = storage.write(form.dataset.keep, {
    at: Date.now(),
    version: hidden("version"),
    key: hidden("submission_key"),
    fields,
  });
  if (kept && !form.dataset.autosave) show(`${form.dataset.keptWords} · ${clock(Date.now())}`);
}

async function save() {
  if (!isDirty) return;
  isDirty = false;
  try {
    const answer = await fetch(form.dataset.autosave, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      keepalive: document.visibilityState === "hidden",
    });
    const said = answer.ok && !answer.redirected ? await answer.json() : {};
    for (const [name, value] of Object.entries(said)) {
      const control = form.elements.namedItem(name);
      if (control instanceof HTMLInputElement && control.type === "hidden") control.value = String(value);
    }
    if (said.saved) show(`${said.saved} · ${clock(Date.now())}`);
    else show(said.why || `${form.dataset.keptWords} · ${clock(Date.now())}`);
    if (said.saved) keep();
  } catch {
    isDirty = true; // The browser still has it, and the next change tries again.
  }
}

function put(fields) {
  const values = Map.groupBy ? Map.groupBy(fields, ([name]) => name) : group(fields);
  for (const [name, pairs] of values) {
    const rows = () => [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    for (let tries = 0; rows().length < pairs.length && tries < 12; tries += 1) {
      rows()[0]?.closest("fieldset")?.querySelector("[data-adds-row]")?.click();
    }
  }
  const controls = [...form.elements].filter((control) => control.name && !OWN.has(control.name));
  for (const control of controls.filter(({ type }) => type === "checkbox" || type === "radio")) {
    control.checked = (values.get(control.name) ?? []).some(([, value]) => value === control.value);
  }
  for (const [name, pairs] of values) {
    const same = controls.filter((control) => control.name === name && control.type !== "checkbox");
    for (const [number, control] of same.entries()) if (pairs[number]) [, control.value] = pairs[number];
  }
}

function group(fields) {
  const values = new Map();
  for (const pair of fields) values.set(pair[0], [...(values.get(pair[0]) ?? []), pair]);
  return values;
}

function restore() {
  const name = form.dataset.keep;
  const kept = storage.read(name);
  if (!kept) return;
  if (kept.version !== hidden("version") || Date.now() - kept.at > KEPT_FOR) {
    storage.drop(name);
    return;
  }
  const typed = (fields) => JSON.stringify(fields.filter(([each, value]) => value && !OWN.has(each)));
  if (typed(kept.fields) === typed([...new FormData(form)])) return;
  const { activeElement } = document;
  put(kept.fields);
  if (activeElement instanceof HTMLElement) activeElement.focus({ preventScroll: true });
  if (document.activeElement !== activeElement) document.activeElement.blur();
  for (const control of form.querySelectorAll("[data-counter]")) control.dispatchEvent(new Event("input"));
  form.dispatchEvent(new Event("input", { bubbles: true }));
  for (const details of form.querySelectorAll("details:not([open])")) {
    const answered = [...details.querySelectorAll("input, textarea, select")].some((control) =>
      control.type === "checkbox" ? control.checked : control.value && control.value !== "not_stated" && control.value !== "en",
    );
    details.open = answered;
  }
  const notice = document.createElement("div");
  notice.className = "notice";
  notice.setAttribute("role", "status");
  const words = document.createElement("p");
  words.className = "notice__words";
  words.textContent = `${form.dataset.restoredWords} ${written(kept.at, { dateStyle: "medium", timeStyle: "short" })}`;
  const discard = document.createElement("button");
  discard.type = "button";
  discard.className = "button button--plain";
  discard.textContent = form.dataset.discardWords;
  discard.addEventListener("click", () => {
    clearTimeout(keeping);
    clearTimeout(saving);
    isDirty = false;
    storage.drop(name);
    form.reset();
    location.reload();
  });
  notice.append(words, discard);
  form.before(notice);
}

for (const { dataset } of document.querySelectorAll("[data-forget]")) {
  storage.drop(dataset.forget);
  if (dataset.forgetKey && storage.read("listing")?.key === dataset.forgetKey) storage.drop("listing");
}

if (form) {
  form.addEventListener("input", () => {
    isDirty = true;
    clearTimeout(keeping);
    keeping = setTimeout(keep, 500);
    if (!form.dataset.autosave) return;
    clearTimeout(saving);
    saving = setTimeout(save, 3000);
  });
  form.addEventListener("submit", () => {
    clearTimeout(saving);
    keep();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || !isDirty) return;
    keep();
    if (form.dataset.autosave) save();
  });
  // After the other modules: rows for what is put back must be there to be added.
  if ("isFresh" in form.dataset) setTimeout(restore);
}
