// Runs before anything is drawn: the reader's own colours and text size, kept in this browser only.
"use strict";
(() => {
  const root = document.documentElement;
  const kept = (name) => {
    try {
      return localStorage.getItem(`board.${name}`) || "";
    } catch {
      return ""; // Storage may be forbidden; then the system's settings rule.
    }
  };
  if (kept("theme")) root.dataset.theme = kept("theme");
  if (kept("size")) root.dataset.size = kept("size");
  if (kept("signed-in")) root.dataset.signedIn = "";
  if (/(?:^|;\s*)terms_notice=/.test(document.cookie)) root.classList.add("is-terms-notice-read");
  root.classList.add("has-script");
})();
