/* What every page does: menus that close, theme, toasts, honest htmx failures, exact times. No inline scripts anywhere. */

const wordList = new Map();
for (const list of document.querySelectorAll("dl[id^='words']")) {
  for (const term of list.querySelectorAll("dt")) wordList.set(term.textContent, term.nextElementSibling.textContent);
}

/** A translated text of the page's word lists, with `{name}` filled in. */
export function word(key, values = {}) {
  return (wordList.get(key) ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function csrfToken() {
  return JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
}

/** Says something in the corner; `kind` is info, good, warning or danger. */
export function toast(text, kind = "info", seconds = 8) {
  const box = document.createElement("div");
  box.className = `toast toast--${kind}`;
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button--quiet button--small";
  close.textContent = "✕";
  close.setAttribute("aria-label", word("close"));
  close.addEventListener("click", () => box.remove());
  box.append(words, close);
  document.getElementById("toasts")?.append(box);
  if (kind !== "danger") setTimeout(() => box.remove(), seconds * 1000);
}

/** m:ss, or h:mm:ss from an hour on. */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/* The places of an owner, long words, large type, a badge beside them: where they do not fit, they are in the menu. */
const bar = document.querySelector(".bar");
const places = bar?.querySelector(".nav");
if (places) {
  const fold = () => bar.classList.toggle("bar--folded", places.scrollWidth > places.clientWidth);
  new ResizeObserver(fold).observe(places);
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
}
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-theme-choice]")?.dataset.themeChoice;
  if (!choice) return;
  if (choice === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  document.cookie = `theme=${choice}; path=/; max-age=31536000; samesite=lax`;
});

/** Calls `act` when light becomes dark or the other way round: what was drawn with the colours of then is drawn anew. */
export function whenColoursChange(act) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", act);
  new MutationObserver(act).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

/* dialogs: <button data-opens="id">, and any [data-closes] inside */
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement) event.target.close();
});

/* tabs that do not fit show the one that is open, also after a phone was turned */
function showOpenTabs() {
  for (const here of document.querySelectorAll(".tabs [aria-current='page']")) {
    const tabs = here.closest(".tabs");
    tabs.scrollLeft = here.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - here.clientWidth) / 2;
  }
}
showOpenTabs();
addEventListener("resize", showOpenTabs);

/* numbers that are buttons: <button data-dial="address">, and <form data-dial="address"> for one that is typed */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-dial]");
  if (!button) return;
  event.preventDefault();
  const { dial } = await import("./dial.js");
  dial(button.dataset.dial);
});
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-dial]");
  if (!form) return;
  event.preventDefault();
  const { dial } = await import("./dial.js");
  if (await dial(form.dataset.dial, Object.fromEntries(new FormData(form)))) form.closest("dialog")?.close();
});

/* filters apply themselves: <form data-submits-itself> */
document.addEventListener("change", (event) => {
  event.target.closest("form[data-submits-itself]")?.requestSubmit();
});

document.body.addEventListener("htmx:responseError", (event) => {
  const answer = event.detail.xhr.getResponseHeader("X-Error");
  toast(answer ? decodeURIComponent(answer) : word("request_failed"), "danger");
});
document.addEventListener("seat-ends", (event) => {
  const when = new Date(event.detail.ends_at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  toast(word("seat_ends", { when }), "warning", 60);
});
document.addEventListener("support", (event) => {
  const { state, who } = event.detail;
  if (["asked", "running", "ended"].includes(state)) toast(word(`support_${state}`, { who }), "warning", 60);
});
document.body.addEventListener("htmx:sendError", () => toast(word("request_offline"), "danger"));
