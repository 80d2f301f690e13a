/* Callers who hear music until somebody picks them up: everybody's, so everybody sees them. */

import { word } from "../app.js";

export class Parked {
  #card = document.getElementById("parked");
  #list = document.getElementById("parked-list");
  #order;
  #rows = [];

  constructor({ order }) {
    this.#order = order;
  }

  show(rows) {
    this.#rows = rows;
    this.#card.hidden = rows.length === 0;
    this.#list.replaceChildren(...rows.map((row) => this.#entry(row)));
  }

  #entry(row) {
    const entry = document.createElement("li");
    entry.className = "list__item parked__call";
    const who = document.createElement("span");
    who.className = "parked__who";
    who.textContent = row.caller_name || row.caller || word("unknown_caller");
    const by = document.createElement("span");
    by.className = "quiet small";
    const name = row.line.names[row.line.by];
    by.textContent = [row.queue?.name, name && word("parked_by", { name })].filter(Boolean).join(" · ");
    const timer = document.createElement("span");
    timer.className = "timer";
    timer.dataset.since = row.line.since;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.textContent = word("pick_up");
    button.setAttribute("aria-label", word("pick_up_who", { caller: who.textContent }));
    button.addEventListener("click", () => this.#order("pick_up", { call_id: row.id }, button));
    entry.append(who, by, timer, button);
    return entry;
  }
}
