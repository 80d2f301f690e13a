/* My last calls. The list waits while the pointer or the focus is in it: nothing moves under the pointer. */

import { duration, word } from "../app.js";
import { clock } from "./asks.js";

const LONGEST = 20;
const EXITS = { answered: "☎", abandoned: "✕", voicemail: "✉" };

export class Recent {
  #list;
  #rows = [];
  #isDue = false;

  constructor(list) {
    this.#list = list;
    for (const event of ["mouseleave", "focusout"]) list.addEventListener(event, () => setTimeout(() => this.#isDue && this.#show(), 50));
  }

  replace(rows) {
    this.#rows = rows;
    this.#show();
  }

  put(row) {
    this.#rows = [row, ...this.#rows.filter((other) => other.id !== row.id)].slice(0, LONGEST);
    this.#show();
  }

  #show() {
    this.#isDue = this.#list.matches(":hover, :focus-within");
    if (this.#isDue) return;
    const empty = document.getElementById("recent-empty");
    empty.hidden = this.#rows.length > 0;
    this.#list.replaceChildren(empty, ...this.#rows.map(item));
  }
}

function item(row) {
  const entry = document.createElement("li");
  const link = document.createElement("a");
  link.className = "list__item recent";
  link.href = `/calls/${row.id}/`;
  link.append(
    part("recent__shape", EXITS[row.exit] ?? "☎", true),
    part("recent__who", row.caller_name || row.caller || word("unknown_caller")),
    part("recent__long quiet small number", duration(row.talk_seconds)),
    part("recent__when number", clock(row.arrived_at)),
    part("recent__what quiet small", [row.disposition, row.queue?.name].filter(Boolean).join(" · ")),
  );
  entry.append(link);
  if (row.caller) entry.append(dialButton(row));
  return entry;
}

/** The row itself leads to the call; beside it the number is dialled again. */
function dialButton(row) {
  const button = part("dial dial--short", "☎", false, "button");
  button.type = "button";
  button.dataset.dial = `/calls/${row.id}/dial/`;
  button.setAttribute("aria-label", word("call_number", { number: row.caller }));
  return button;
}

function part(className, text, isHidden = false, tag = "span") {
  const span = document.createElement(tag);
  span.className = className;
  span.textContent = text;
  if (isHidden) span.setAttribute("aria-hidden", "true");
  return span;
}
