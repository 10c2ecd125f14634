// Says things aloud: document.dispatchEvent(new CustomEvent("board:say", {detail: "42 jobs"})).
const voice = document.createElement("p");
voice.className = "unseen";
voice.setAttribute("role", "status");
document.body.append(voice);

document.addEventListener("board:say", (event) => {
  voice.textContent = event.detail;
});
