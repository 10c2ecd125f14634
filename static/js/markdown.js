// A bar of buttons over textarea[data-markdown] that writes Markdown, and a look at how the text will read.
// Signs that everybody knows; the other buttons say their word.
const SIGNS = ["B", "I", "H"];

function around(area, before, after, fallback) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const chosen = value.slice(start, end) || fallback;
  area.setRangeText(before + chosen + after, start, end, "end");
  area.setSelectionRange(start + before.length, start + before.length + chosen.length);
}

function lines(area, mark) {
  const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  const chosen = area.value.slice(start, area.selectionEnd);
  const marked = chosen.split("\n").map((line) => (line.startsWith(mark) ? line.slice(mark.length) : mark + line)).join("\n");
  area.setRangeText(marked, start, area.selectionEnd, "end");
}

for (const area of document.querySelectorAll("textarea[data-markdown]")) {
  const words = area.dataset.words.split("|");
  const deeds = [
    () => around(area, "**", "**", words[0]),
    () => around(area, "*", "*", words[1]),
    () => lines(area, "## "),
    () => lines(area, "- "),
    () => around(area, "[", "](https://)", words[4]),
  ];
  const bar = document.createElement("div");
  bar.className = "markdown-bar";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", area.dataset.bar);
  const buttons = deeds.map((deed, number) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `markdown-bar__button markdown-bar__button--${number}`;
    button.textContent = SIGNS[number] ?? words[number];
    button.title = words[number];
    button.setAttribute("aria-label", words[number]);
    button.addEventListener("click", () => {
      area.focus();
      deed();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    });
    return button;
  });
  const look = document.createElement("button");
  look.type = "button";
  look.className = "markdown-bar__look";
  look.textContent = words[5];
  look.setAttribute("aria-pressed", "false");
  const shown = document.createElement("div");
  shown.className = "markdown-look prose";
  shown.dir = "auto";
  shown.hidden = true;
  shown.tabIndex = -1;
  look.addEventListener("click", async () => {
    const isLooking = look.getAttribute("aria-pressed") === "true";
    if (!isLooking) {
      const body = new FormData();
      body.set("description", area.value);
      body.set("csrf_token", area.form.elements.namedItem("csrf_token").value);
      const answer = await fetch(area.dataset.preview, { method: "POST", body }).catch(() => null);
      if (!answer?.ok) return;
      shown.innerHTML = await answer.text();
      shown.style.minBlockSize = `${area.offsetHeight}px`;
    }
    area.hidden = !isLooking;
    shown.hidden = isLooking;
    for (const button of buttons) button.disabled = !isLooking;
    look.setAttribute("aria-pressed", String(!isLooking));
    look.textContent = isLooking ? words[5] : words[6];
    (isLooking ? area : shown).focus();
  });
  bar.append(...buttons, look);
  area.before(bar);
  area.after(shown);
}
