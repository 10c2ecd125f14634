// Dismisses the line about the terms without leaving the page; without script the form leads to a page that says so.
document.querySelector("[data-terms-notice] form")?.addEventListener("submit", async (event) => {
  const form = event.target;
  event.preventDefault();
  document.documentElement.classList.add("is-terms-notice-read");
  document.querySelector("main")?.focus({ preventScroll: true });
  try {
    await fetch(form.action, { method: "POST", redirect: "manual", credentials: "same-origin", keepalive: true });
  } catch {
    form.submit();
  }
});
