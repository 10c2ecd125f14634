// The box of places: <input data-places="/jobs/places.json" data-places-label="Places" data-places-none="No place of that
// name"> becomes a combobox with a list (WAI-ARIA 1.2). Arrows walk, Enter takes, Escape closes; what is typed stays what
// is sent until something is taken. With data-places-country in a row of fields it holds a city, and the row's select the
// country. Without script it is a plain box.
const PAUSE = 120;
const LEAST = 2;

function combobox(input) {
  const list = document.createElement("ul");
  Object.assign(list, { id: `${input.id}-places`, className: "places", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.placesLabel);
  input.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" })) {
    input.setAttribute(name, value);
  }
  const select = input.dataset.placesCountry ? input.closest(".field-rows__row").querySelector("select") : null;
  let at = -1;
  let timer = 0;
  let asked = null;

  function close() {
    asked?.abort();
    clearTimeout(timer);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    walk(-1);
  }

  function walk(to) {
    const options = [...list.children];
    at = to;
    for (const [number, option] of options.entries()) option.setAttribute("aria-selected", String(number === at));
    if (at < 0) {
      input.removeAttribute("aria-activedescendant");
    } else {
      input.setAttribute("aria-activedescendant", options[at].id);
      options[at].scrollIntoView({ block: "nearest" });
    }
  }

  function take(option) {
    input.value = option.dataset.value;
    close();
    input.focus();
    if (!select) return;
    select.value = option.dataset.country;
    select.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function show(found) {
    const places = select ? found.filter(({ city }) => city) : found;
    list.replaceChildren(...places.map(({ label, value, city, country }, number) => {
      const option = document.createElement("li");
      Object.assign(option, { id: `${list.id}-${number}`, className: "places__place", textContent: label });
      Object.assign(option.dataset, { value: select ? city : value, country });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      return option;
    }));
    list.hidden = !places.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    walk(-1);
    const words = places.length ? `${input.dataset.placesLabel}: ${places.length}` : input.dataset.placesNone;
    document.dispatchEvent(new CustomEvent("board:say", { detail: words }));
  }

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(`${input.dataset.places}?q=${encodeURIComponent(input.value.trim())}`, { signal: asked.signal });
      if (answer.ok) show((await answer.json()).places);
    } catch {
      // The list is a help: without it the box still takes words.
    }
  }

  input.addEventListener("input", () => {
    close();
    if ([...input.value.trim()].length >= LEAST) timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const count = list.hidden ? 0 : list.children.length;
    if (event.key === "ArrowDown" && !count && input.value.trim()) ask();
    else if (event.key === "ArrowDown" && count) walk(at + 1 < count ? at + 1 : -1);
    else if (event.key === "ArrowUp" && count) walk(at < 0 ? count - 1 : at - 1);
    else if (event.key === "Enter" && at >= 0) take(list.children[at]);
    else if (event.key === "Escape" && count) close();
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
  // Pressing must not take the focus away before the choice is made.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => {
    const option = target.closest("[role=option]");
    if (option) take(option);
  });
}

function prepare() {
  for (const input of document.querySelectorAll("input[data-places]:not([role])")) combobox(input);
}

prepare();
document.addEventListener("board:updated", prepare);
