/* The customer's card: drawn at the ring from the news that brought it, completed by the server's piece; the same after a reload. */

import { duration, word } from "../app.js";
import { clock, make } from "./asks.js";

export class Pop {
  #callId = null;
  #hasCard = false;
  #isWhole = false;
  #rangAt = null;
  #box = document.getElementById("pop");
  #ticket = document.getElementById("ticket");
  customer = "";

  /** The news of the offer has come: from here on it is measured how long the card takes (`data-shown-ms`). */
  rings() {
    this.#rangAt = performance.now();
    if (this.#hasCard) this.#measure("shownMs");
  }

  /** Nothing is replaced while it is about the same call: the agent may be typing in it. The card may come later. */
  open(callId, card = null) {
    const isNew = callId !== this.#callId;
    if (isNew) {
      this.#callId = callId;
      this.#hasCard = this.#isWhole = false;
      this.#ticket.hidden = true;
      this.#ticket.replaceChildren();
      this.customer = "";
    }
    if (card && !this.#hasCard && !this.#isWhole) this.#draw(card);
    else if (isNew && this.#box) this.#box.replaceChildren(make("p", "pop__name", word("unknown_caller")));
    if (isNew) this.#complete(callId);
  }

  async #complete(callId) {
    if (!this.#box) return;
    await window.htmx?.ajax("GET", `/customers/pop/${callId}/`, { target: this.#box, swap: "innerHTML" });
    if (callId !== this.#callId) return;
    this.#isWhole = Boolean(this.#box.querySelector("[data-pop-customer]"));
    this.customer = this.#box.querySelector("[data-customer-name]")?.textContent ?? this.customer;
    this.#measure("wholeMs");
  }

  #draw(card) {
    this.#hasCard = true;
    this.customer = card.name ?? "";
    if (!this.#box) return;
    const head = make("p", "row pop__who");
    head.append(make("strong", "pop__name", card.name || word("unknown_number")));
    if (card.level && card.level !== "standard") head.append(make("span", "badge badge--accent", `★ ${word(`level_${card.level}`)}`));
    const parts = [head, make("p", "number", card.number)];
    if (card.tags?.length) {
      const tags = make("p", "row");
      tags.append(...card.tags.map((tag) => make("span", "badge", tag)));
      parts.push(tags);
    }
    parts.push(...section("last_contacts", card.contacts.map(contact), "first_contact"));
    parts.push(...section("open_tickets", card.tickets.map((row) => `#${row.number} ${row.subject}`)));
    const card_ = make("div", "card__body stack stack--tight");
    card_.append(...parts);
    this.#box.replaceChildren(card_);
    this.#box.scrollTop = 0;
    this.#measure("shownMs");
  }

  /** From the news to what is on the screen, in ms: the frame after the next has been painted. */
  #measure(name) {
    const since = this.#rangAt;
    if (since === null || !this.#box) return;
    requestAnimationFrame(() => {
      this.#box.dataset[name] = String(Math.round(performance.now() - since));
    });
  }

  /** The form for a ticket of this call, opened under the call bar. */
  async openTicket(callId) {
    if (!callId) return;
    if (this.#ticket.hidden) {
      this.#ticket.hidden = false;
      await window.htmx.ajax("GET", `/customers/pop/${callId}/ticket/`, { target: this.#ticket, swap: "innerHTML" });
    }
    this.#ticket.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  }
}

function contact(row) {
  const exit = row.exit && [word(row.exit)];
  const talked = row.talk_seconds ? [duration(row.talk_seconds)] : [];
  return [`${clock(row.at)} ${word(row.direction)}`, ...(exit || []), ...talked].join(" · ");
}

function section(title, lines, none = null) {
  if (!lines.length && !none) return [];
  const list = make("ul");
  list.append(...lines.map((line) => make("li", "", line)));
  return [make("h3", "", word(title)), lines.length ? list : make("p", "quiet", word(none))];
}
