/* A sheet's page brings itself up to date while the sheet is at work; without this script a reload does the same. */

const EVERY = 1500;

async function freshen() {
  const shown = document.getElementById("sheet");
  if (!shown?.dataset.atWork) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("sheet");
    // Whoever is about to press a button keeps it under the finger.
    if (fresh && !shown.contains(document.activeElement)) shown.replaceWith(fresh);
    else if (fresh) shown.querySelector(".sheet__state").textContent = fresh.querySelector(".sheet__state").textContent;
  } finally {
    setTimeout(freshen, EVERY);
  }
}

setTimeout(freshen, EVERY);
