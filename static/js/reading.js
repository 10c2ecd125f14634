// Text size and colours: the "Aa" in the header.
const root = document.documentElement;

function keep(name, value) {
  if (value) root.dataset[name] = value;
  else delete root.dataset[name];
  try {
    if (value) localStorage.setItem(`board.${name}`, value);
    else localStorage.removeItem(`board.${name}`);
  } catch {
    // Storage may be forbidden: then the choice holds for this page.
  }
  show();
}

function show() {
  const theme = root.dataset.theme || "";
  const size = root.dataset.size || "100";
  for (const button of document.querySelectorAll("[data-set-theme]")) {
    button.setAttribute("aria-pressed", String(button.dataset.setTheme === theme));
  }
  for (const button of document.querySelectorAll("[data-set-size]")) {
    button.setAttribute("aria-pressed", String(button.dataset.setSize === size));
  }
}

for (const part of document.querySelectorAll("[data-reading]")) part.hidden = false;
for (const part of document.querySelectorAll("[data-reading-plain]")) part.hidden = true;
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-set-theme], [data-set-size]");
  if (!button) return;
  if ("setTheme" in button.dataset) keep("theme", button.dataset.setTheme);
  else keep("size", button.dataset.setSize === "100" ? "" : button.dataset.setSize);
});
show();
