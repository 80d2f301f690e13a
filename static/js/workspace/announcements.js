/* What those who lead want known: stands here until it is past; read is said by a button, never by looking. */

import { toast, word } from "../app.js";
import { clock, make, post } from "./asks.js";

export class Announcements {
  #list = document.getElementById("announced");
  #rows = new Map();
  #mentions = new Map();
  #notices;

  constructor({ notices }) {
    this.#notices = notices;
  }

  replace(rows, mentions) {
    this.#rows = new Map(rows.map((row) => [row.id, row]));
    this.#mentions = new Map(mentions.map((row) => [row.id, row]));
    this.#show();
  }

  /** A colleague asks me to look at a note about a contact. */
  mentioned(row) {
    this.#mentions = new Map([[row.id, row], ...this.#mentions]);
    this.#notices.tell("chat", word("mentioned", { by: row.by, text: row.text.slice(0, 160) }));
    this.#show();
  }

  hear({ row, is_past: isPast }) {
    if (isPast) this.#rows.delete(row.id);
    else {
      if (!this.#rows.has(row.id)) {
        this.#notices.tell("announcement", `${word("announced", { name: row.by })}: ${row.text.slice(0, 160)}`);
      }
      this.#rows = new Map([[row.id, row], ...this.#rows]);
    }
    this.#show();
  }

  #show() {
    if (!this.#list) return;
    document.getElementById("announced-empty").hidden = this.#rows.size + this.#mentions.size > 0;
    this.#list.replaceChildren(...[...this.#mentions.values()].map((row) => this.#mention(row)), ...[...this.#rows.values()].map((row) => this.#entry(row)));
  }

  #entry(row) {
    const entry = make("li", `announced__one${row.is_read ? "" : " announced__one--new"}`);
    const foot = make("p", "small quiet row");
    foot.append(make("span", "", `${row.by} · ${clock(row.at)}`));
    if (row.is_read) foot.append(make("span", "badge", `✓ ${word("read_already")}`));
    else {
      const button = make("button", "button button--small", word("have_read"));
      button.type = "button";
      button.addEventListener("click", () => this.#read(row));
      foot.append(button);
    }
    entry.append(make("p", "announced__text", row.text), foot);
    return entry;
  }

  #mention(row) {
    const entry = make("li", "announced__one announced__one--new");
    const foot = make("p", "small quiet row");
    const seen = make("button", "button button--small", word("have_read"));
    seen.type = "button";
    seen.addEventListener("click", async () => {
      if (!(await post(`/notes/${row.id}/seen/`))) return;
      this.#mentions.delete(row.id);
      this.#show();
      this.#focus();
    });
    foot.append(make("span", "", `@ ${row.by} · ${clock(row.at)}`), ...contactLinks(row), seen);
    entry.append(make("p", "announced__text", row.text), foot);
    return entry;
  }

  #focus() {
    const title = document.getElementById("panel-announcements");
    title.tabIndex = -1;
    title.focus();
  }

  async #read(row) {
    if (!(await post(`/announcements/${row.id}/read/`))) return;
    row.is_read = true;
    this.#show();
    toast(word("saved"), "good", 3);
    this.#focus();
  }
}

function contactLinks(row) {
  const addresses = [row.customer_id && ["customer", `/customers/${row.customer_id}/`], row.call_id && ["call", `/calls/${row.call_id}/`]];
  return addresses.filter(Boolean).slice(0, 1).map(([name, address]) => {
    const link = make("a", "", word(`open_${name}`));
    link.href = address;
    link.target = "_blank";
    return link;
  });
}
