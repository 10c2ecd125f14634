// Results that change in place. A form with data-results="#results" is sent when one of its controls changes; links with
// data-in-place inside either do the same. The element that the selector names is exchanged for its new self, the address
// follows, the focus stays where it was, and the words of its [data-count] are said aloud. Without script the form has its
// button and the links are links.
const FORM = "form[data-results]";
let asked = null;

async function show(address, isNew = true) {
  const form = document.querySelector(FORM);
  const selector = form.dataset.results;
  asked?.abort();
  asked = new AbortController();
  const old = document.querySelector(selector);
  old.setAttribute("aria-busy", "true");
  let page;
  try {
    const answer = await fetch(address, { signal: asked.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
    return;
  }
  const fresh = page.querySelector(selector);
  if (!fresh) {
    location.assign(address);
    return;
  }
  const goBack = wayBack(document.activeElement);
  for (const name of new Set([selector, ...(form.dataset.alsoUpdates || "").split(",").filter(Boolean)])) {
    const [before, after] = [document.querySelector(name), page.querySelector(name)];
    if (!before || !after) continue;
    for (const fold of after.querySelectorAll("details[id]")) {
      const kept = document.getElementById(fold.id);
      if (kept) fold.open = kept.open;
    }
    if (before.matches("details")) after.open = before.open;
    before.replaceWith(after);
  }
  document.title = page.title;
  if (isNew) history.pushState(null, "", address);
  goBack()?.focus({ preventScroll: true });
  const now = document.querySelector(selector);
  document.dispatchEvent(new CustomEvent("board:updated"));
  const count = now.querySelector("[data-count]") || document.querySelector("[data-count]");
  if (count) document.dispatchEvent(new CustomEvent("board:say", { detail: count.textContent.trim() }));
}

// A control is found again by its id, or by its name and value; the page around it is new by then.
function wayBack(active) {
  const { id, name, value } = active || {};
  if (id) return () => document.getElementById(id);
  if (!name || !active.form?.matches(FORM)) return () => null;
  return () => document.querySelector(`${FORM} [name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
}

function address() {
  const current = document.querySelector(FORM);
  const query = new URLSearchParams([...new FormData(current)].filter(([, value]) => value !== ""));
  return `${current.getAttribute("action")}${query.size ? `?${query}` : ""}`;
}

if (document.querySelector(FORM)) {
  document.addEventListener("change", ({ target }) => {
    if (target.form?.matches(FORM)) show(address());
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches(FORM)) return;
    event.preventDefault();
    show(address());
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-in-place]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    show(link.href);
  });
  addEventListener("popstate", () => show(location.href, false));
}

// Small forms without results of their own, such as the order of a list, are sent when they change.
document.addEventListener("change", ({ target }) => {
  const small = target.form;
  if (small?.matches("form[data-submit-on-change]:not([data-results])")) small.requestSubmit();
});
