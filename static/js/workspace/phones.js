/* What rings me: the badge in the strip, and the choice behind it, read from the server whenever it is opened or changes. */

import { word } from "../app.js";

export class Phones {
  #menu = document.getElementById("phone-menu");
  #panel = document.getElementById("phone-choices");
  #badge = document.getElementById("phone");
  #outside = document.getElementById("outside-rings");
  #order;
  #shown = "";
  #agent = null;

  constructor({ order }) {
    this.#order = order;
    this.#menu.addEventListener("toggle", () => this.#menu.open && this.#read());
    this.#panel.addEventListener("click", (event) => this.#choose(event.target.closest("button")));
    document.addEventListener("click", (event) => {
      if (!this.#menu.contains(event.target)) this.#menu.open = false;
    });
    this.#menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#menu.open) return;
      this.#menu.open = false;
      this.#badge.focus();
    });
  }

  /** `call` is the one in hand, if any: a telephone elsewhere is not picked up here. */
  show(agent, call) {
    this.#agent = agent;
    this.#outside.hidden = !(call?.offer?.agent.id === agent.id && call.offer.rang === "number");
    const name = agent.rings ? `rings_${agent.rings}` : `phone_${agent.phone}`;
    const text = `☏ ${word(name, { extension: this.#badge.dataset.extension })} ▾`;
    if (this.#badge.textContent !== text) this.#badge.textContent = text;
    this.#badge.className = `badge deck__phone badge--${agent.rings ? "good" : "danger"}`;
    const shown = `${agent.rings} ${agent.phone} ${agent.ring_on} ${agent.version}`;
    if (shown !== this.#shown && this.#menu.open) this.#read();
    this.#shown = shown;
  }

  #choose(button) {
    if (!button || button.disabled) return;
    const elsewhere = button.dataset.elsewhere;
    const other = this.#panel.querySelector("[data-elsewhere]");
    const now = other ? Number(other.getAttribute("aria-pressed") === "true") : 1;
    const chosen = elsewhere === undefined ? { ring_on: button.dataset.ringOn, elsewhere: now } : { ring_on: this.#agent.ring_on, elsewhere: Number(elsewhere) };
    this.#order("choose_phone", chosen, button);
  }

  async #read() {
    const answer = await fetch("/workspace/phones/", { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
    if (!answer?.ok) return;
    const focused = document.activeElement?.dataset?.ringOn;
    this.#panel.innerHTML = await answer.text();
    if (focused) this.#panel.querySelector(`[data-ring-on="${CSS.escape(focused)}"]`)?.focus();
  }
}
