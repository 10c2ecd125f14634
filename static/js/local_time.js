// Deadlines in the reader's zone: behind <time datetime="2026-11-25T20:59:00Z" data-local data-zone="Europe/Istanbul">
// comes "(21:59 your time)", with the day where it differs; data-local="short" shows the reader's time alone and keeps the
// poster's as a tooltip. A reader in the poster's zone is told nothing twice.
const root = document.documentElement;
const language = root.lang === "en" ? "en-GB" : root.lang;
const words = root.dataset.yourTime || "";

function written(at, options, timeZone) {
  try {
    return new Intl.DateTimeFormat(language, { ...options, timeZone }).format(at);
  } catch {
    return ""; // A zone that this browser does not know.
  }
}

const day = (at, zone) => written(at, { weekday: "short", day: "numeric", month: "short" }, zone).replace(",", "");
const hour = (at, zone) => written(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, zone);

function show(time) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.valueOf())) return;
  const zone = time.dataset.zone;
  const isSameDay = zone && day(at) === day(at, zone);
  if (isSameDay && hour(at) === hour(at, zone)) return;
  if (time.dataset.local === "short") {
    time.title = time.textContent.trim();
    time.textContent = `${day(at)}, ${hour(at)} ${words}`;
  } else {
    time.append(` (${isSameDay ? hour(at) : `${day(at)}, ${hour(at)}`} ${words})`);
  }
}

function showAll() {
  for (const time of document.querySelectorAll("time[data-local]:not([data-shown])")) {
    time.dataset.shown = "";
    show(time);
  }
}

showAll();
document.addEventListener("board:updated", showAll);
