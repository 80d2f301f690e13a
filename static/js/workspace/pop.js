/* The customer's card: shown at the ring from the pop message, completed by the fragment; the same after a reload. */

import { word } from "../app.js";

export class Pop {
  #callId = null;
  #box = document.getElementById("pop");
  #ticket = document.getElementById("ticket");

  /** Nothing is replaced while it is about the same call: the agent may be typing in it. */
  open(callId, card = null) {
    if (callId === this.#callId) return;
    this.#callId = callId;
    this.#ticket.hidden = true;
    this.#ticket.replaceChildren();
    this.#showAtOnce(card);
    window.htmx?.ajax("GET", `/customers/pop/${callId}/`, { target: this.#box, swap: "innerHTML" });
  }

  #showAtOnce(card) {
    const name = document.createElement("p");
    name.className = "pop__name";
    name.textContent = card?.name || card?.customer?.name || word("unknown_caller");
    this.#box.replaceChildren(name);
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
