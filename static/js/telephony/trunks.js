/* A part of the page that is asked for again every few seconds: how trunks stand. What somebody points at or has the
   focus in stays as it is; without an answer it says since when it shows what it shows. */

const EVERY = 3000;
const OLD_AFTER = 12;

const frame = document.querySelector("[data-again]");
const age = document.querySelector("[data-age]");
let heardAt = Date.now();

async function read() {
  if (document.hidden || frame.matches(":hover") || frame.contains(document.activeElement)) return;
  const answer = await fetch(frame.dataset.again, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const told = await answer.text();
  heardAt = Date.now();
  if (frame.dataset.told !== told) frame.innerHTML = told;
  frame.dataset.told = told;
}

function tellAge() {
  const seconds = Math.round((Date.now() - heardAt) / 1000);
  age.hidden = seconds < OLD_AFTER;
  age.querySelector("output").textContent = seconds;
}

if (frame) {
  setInterval(read, EVERY);
  setInterval(tellAge, 1000);
}
