// Deadlines in the reader's zone: <time datetime="2026-11-25T20:59:00Z" data-local>Wed 25 Nov, 23:59 in Istanbul</time>
// gets "21:59 your time" behind it; data-local="replace" shows the reader's time alone, the poster's as a tooltip.
const language = document.documentElement.lang || "en";
const full = new Intl.DateTimeFormat(language, {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const words = document.documentElement.dataset.yourTime || "your time";

function show(root) {
  for (const time of root.querySelectorAll("time[data-local]:not([data-shown])")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.valueOf())) continue;
    time.dataset.shown = "";
    const local = `${full.format(at)} ${words}`;
    if (time.dataset.local === "replace") {
      time.title = time.textContent.trim();
      time.textContent = local;
    } else {
      const note = document.createElement("span");
      note.className = "local-time";
      note.textContent = ` (${local})`;
      time.append(note);
    }
  }
}

show(document);
document.addEventListener("board:updated", ({ detail }) => show(detail));
