// Fields that depend on others, and rows that can be added: [data-shown-by="<field>" data-shown-for="<value>"] is shown for
// that value (or while something in it is wrong); the button after [data-rows="<most>"] adds a row instead of asking the server.
const depending = [...document.querySelectorAll("[data-shown-by]")];

function settle() {
  for (const part of depending) {
    const control = document.getElementById(part.dataset.shownBy);
    const isWrong = part.querySelector("[aria-invalid], .field--wrong");
    if (control) part.hidden = control.value !== part.dataset.shownFor && !isWrong;
  }
}

function addRow(rows, button, isAsked) {
  const last = rows.lastElementChild;
  const row = last.cloneNode(true);
  const number = rows.children.length + 1;
  for (const part of row.querySelectorAll("[id], [for]")) {
    for (const name of ["id", "for"]) {
      if (part.hasAttribute(name)) part.setAttribute(name, `${part.getAttribute(name).replace(/-\d+/, "")}-${number}`);
    }
  }
  row.querySelector(".places")?.remove();
  for (const label of row.querySelectorAll("label")) label.textContent = label.textContent.replace(/\d+/, number);
  for (const control of row.querySelectorAll("input, select")) {
    if (control instanceof HTMLSelectElement) control.selectedIndex = 0;
    else control.value = "";
    for (const name of ["aria-invalid", "role"]) control.removeAttribute(name);
  }
  rows.append(row);
  document.dispatchEvent(new CustomEvent("board:updated"));
  button.hidden = number >= Number(rows.dataset.rows);
  // A click of a script puts text back and must not move the reader.
  if (isAsked) row.querySelector("input, select").focus();
}

document.addEventListener("change", settle);
document.addEventListener("input", settle);
settle();

for (const rows of document.querySelectorAll("[data-rows]")) {
  const button = rows.parentElement.querySelector(":scope > button");
  if (!button) continue;
  button.dataset.addsRow = "";
  button.hidden = rows.children.length >= Number(rows.dataset.rows);
  button.addEventListener("click", (event) => {
    event.preventDefault();
    addRow(rows, button, event.isTrusted);
  });
}
