/* The page of differences: ages count on, and news waits behind a button, so that nothing moves under the pointer. */

const born = new WeakMap();

function showAges() {
  const now = performance.now();
  for (const element of document.querySelectorAll("[data-age]")) {
    if (!born.has(element)) born.set(element, now);
    element.textContent = Math.round(Number(element.dataset.age) + (now - born.get(element)) / 1000);
  }
}

function offerNews() {
  const strip = document.getElementById("truth-now");
  const shown = document.querySelector("table.truth")?.dataset.newest ?? "0";
  const isFirst = !new URLSearchParams(location.search).has("after");
  strip.querySelector("[data-reload]").hidden = !isFirst || strip.dataset.newest === shown;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-reload]")) location.reload();
});
document.body.addEventListener("htmx:afterSettle", () => {
  offerNews();
  showAges();
});
setInterval(showAges, 1000);
showAges();
