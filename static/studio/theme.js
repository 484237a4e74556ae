/* Takes over the theme a person chose in the Studio; without a choice that of their system. */
"use strict";

(() => {
  let chosen = "auto";
  try {
    chosen = JSON.parse(window.localStorage.getItem("_x_adminTheme")) || "auto";
  } catch {
    /* Storage may be closed; the system's theme is a good answer then. */
  }
  const isDark = chosen === "auto"
    ? window.matchMedia("(prefers-color-scheme: dark)").matches
    : chosen === "dark";
  document.documentElement.classList.toggle("dark", isDark);
})();
