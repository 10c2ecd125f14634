// Public pages know nobody. A private page leaves a mark in this browser, so that their "Sign in" can be left out.
function mark(isSignedIn) {
  try {
    if (isSignedIn) localStorage.setItem("board.signed-in", "1");
    else localStorage.removeItem("board.signed-in");
  } catch {
    // Storage may be forbidden: then "Sign in" stays, and leads to the dashboard.
  }
}

if (document.querySelector("[data-signed-in]:not(html)")) mark(true);
if (document.querySelector("[data-signed-out]")) mark(false);
for (const form of document.querySelectorAll("[data-signs-out]")) {
  form.addEventListener("submit", () => mark(false));
}
