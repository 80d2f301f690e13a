/* The badge that tells agents of a supervisor's ear on their talk, where their company has them told. */

import { word } from "../app.js";

export function showSupervised(listening) {
  const badge = document.getElementById("supervised");
  const words = listening ? `◉ ${word(`supervised_${listening.mode}`, { name: listening.supervisor.name })}` : "";
  badge.hidden = !words;
  if (badge.textContent !== words) badge.textContent = words;
}
