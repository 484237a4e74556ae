/* The Studio's own few lines: moments told as "3 min ago", icons that
   stay silent, what was typed before a confirmation, and whether the home page is live. */
"use strict";

(() => {
  const STEPS = [
    [60, 1, "s"],
    [3600, 60, "min"],
    [86400, 3600, "h"],
    [30 * 86400, 86400, "d"],
  ];

  const ago = (moment, now) => {
    const seconds = Math.max(0, (now - moment) / 1000);
    if (seconds < 10) return "just now";
    const step = STEPS.find(([limit]) => seconds < limit);
    return step ? `${Math.floor(seconds / step[1])} ${step[2]} ago` : null;
  };

  const tellMoments = () => {
    const now = Date.now();
    for (const time of document.querySelectorAll("time[data-ago]")) {
      const moment = new Date(time.dateTime);
      const said = ago(moment, now);
      if (said && time.textContent !== said) time.textContent = said;
      if (!time.title) time.title = moment.toLocaleString();
    }
  };

  /* The theme's icons are words in a font; nobody should hear "chevron right". */
  const silenceIcons = () => {
    for (const icon of document.querySelectorAll("span.material-symbols-outlined:not([aria-hidden])")) {
      icon.setAttribute("aria-hidden", "true");
    }
  };

  const freshen = () => {
    tellMoments();
    silenceIcons();
  };

  const setLive = (state, text) => {
    const sign = document.getElementById("arm-live");
    if (!sign || sign.dataset.state === state) return;
    sign.dataset.state = state;
    sign.querySelector(".arm-live-text").textContent = text;
  };

  const watchHome = (home) => {
    home.addEventListener("htmx:afterRequest", (event) => {
      const xhr = event.detail.xhr;
      if (!event.detail.successful) return setLive("lost", "Not live: trying again");
      if (!xhr.responseURL.includes(home.getAttribute("hx-get"))) return window.location.reload();
      return setLive("live", "Live");
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") document.dispatchEvent(new Event("arm:seen"));
    });
  };

  /* What was typed into a form outlives the way to a confirmation and back: in this tab only, and
     no passwords, secrets or files. */
  const TYPED = "arm-typed";
  const CONFIRM = "/account/confirm";

  const isKept = (field) =>
    field.name && !field.name.startsWith("csrf") && !field.disabled &&
    !["password", "hidden", "file", "submit", "button"].includes(field.type) &&
    field.autocomplete !== "off" && field.autocomplete !== "one-time-code";

  const keepTyped = (form) => {
    const typed = [...form.elements].filter(isKept).map((field) =>
      [field.name, field.type, field.type === "checkbox" || field.type === "radio"
        ? [field.value, field.checked] : field.value]);
    const page = window.location.pathname + window.location.search;
    window.sessionStorage.setItem(TYPED, JSON.stringify({ page, form: form.id, typed }));
  };

  const restoreField = (form, [name, type, value]) => {
    const fields = [...form.elements].filter((field) => field.name === name && field.type === type);
    if (type === "checkbox" || type === "radio") {
      const box = fields.find((field) => field.value === value[0]);
      if (box) box.checked = value[1];
    } else if (fields.length === 1) {
      fields[0].value = value;
    }
    for (const field of fields) field.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const restoreTyped = () => {
    const kept = JSON.parse(window.sessionStorage.getItem(TYPED) || "null");
    if (window.location.pathname.endsWith(CONFIRM)) return;
    window.sessionStorage.removeItem(TYPED);
    const returns = document.referrer && new URL(document.referrer).pathname.endsWith(CONFIRM);
    if (!kept || !returns || kept.page !== window.location.pathname + window.location.search) return;
    const form = kept.form ? document.getElementById(kept.form) : document.querySelector("main form[method=post]");
    if (form) for (const field of kept.typed) restoreField(form, field);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "post" && !window.location.pathname.endsWith(CONFIRM)) keepTyped(form);
  });

  document.addEventListener("DOMContentLoaded", () => {
    restoreTyped();
    freshen();
    window.setInterval(tellMoments, 10000);
    document.body.addEventListener("htmx:oobAfterSwap", freshen);
    document.body.addEventListener("htmx:afterSwap", freshen);
    const home = document.getElementById("arm-home");
    if (home) watchHome(home);
    // Before their font is there icons are long words, by which the lists measure their scrollbars.
    document.fonts.ready.then(() => {
      for (const list of document.querySelectorAll("[data-simplebar]")) {
        window.SimpleBar?.instances.get(list)?.recalculate();
      }
    });
  });
})();
