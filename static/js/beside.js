// The card beside the form follows what is typed: form[data-beside="<address>"] is sent there, the answer shown in #beside.
const form = document.querySelector("form[data-beside]");
const place = document.getElementById("beside");
let timer = 0;
let running = null;

async function draw() {
  running?.abort();
  running = new AbortController();
  try {
    const answer = await fetch(form.dataset.beside, { method: "POST", body: new FormData(form), signal: running.signal });
    if (answer.ok) place.innerHTML = await answer.text();
  } catch {
    // Off line, or overtaken by the next change; the card simply stays as it was.
  }
}

if (form && place) {
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(draw, 600);
  });
}
