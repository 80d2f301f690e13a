/* Shows the score while points are given: the same sum as quality/scoring.py, which has the last word. */

const form = document.querySelector("form[data-scores]");

function score(items) {
  let earned = 0, weights = 0;
  for (const item of items) {
    const chosen = item.querySelector("input[type=radio]:checked");
    if (!chosen) return null;
    const points = Number(chosen.value);
    if ("fatal" in item.dataset) {
      if (points === 0) return 0;
    } else {
      earned += Number(item.dataset.weight) * points / Number(item.dataset.most);
      weights += Number(item.dataset.weight);
    }
  }
  return weights ? earned / weights * 100 : 100;
}

function show() {
  const total = score(form.querySelectorAll("[data-item]"));
  form.querySelector("[data-total]").textContent = total === null ? "–" : `${total.toFixed(2)} %`;
}

form?.addEventListener("change", show);
if (form) show();
