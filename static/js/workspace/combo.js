/* Type to find: a combobox over the page's dispositions, by the ARIA pattern with the focus staying in the input. */

import { word } from "../app.js";

export class Combo {
  onChange = () => {};
  value = null;
  #all = JSON.parse(document.getElementById("dispositions").textContent);
  #offered = [];
  #found = [];
  #at = -1;

  constructor(input, list) {
    this.input = input;
    this.list = list;
    input.addEventListener("input", () => this.#find(input.value));
    input.addEventListener("focus", () => this.#find(""));
    input.addEventListener("blur", () => this.#leave());
    input.addEventListener("keydown", (event) => this.#key(event));
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.#pick(Number(option.dataset.id));
    });
  }

  get isNeeded() {
    return this.#offered.length > 0;
  }

  /** Those of the queue and those of every queue. */
  offerFor(queueId) {
    this.#offered = this.#all.filter((one) => one.queue === null || one.queue === queueId);
  }

  choose(id) {
    const one = this.#offered.find((other) => other.id === id);
    this.value = one?.id ?? null;
    this.input.value = one?.name ?? "";
    this.input.removeAttribute("aria-invalid");
  }

  complain() {
    this.input.setAttribute("aria-invalid", "true");
    this.input.focus();
  }

  #pick(id) {
    this.choose(id);
    this.#close();
    this.onChange();
  }

  #find(typed) {
    const wanted = typed.trim().toLowerCase();
    this.#found = this.#offered.filter((one) => one.name.toLowerCase().includes(wanted));
    this.#at = wanted && this.#found.length ? 0 : -1;
    this.#show();
  }

  #show() {
    const options = this.#found.map((one, index) => {
      const option = document.createElement("li");
      option.id = `disposition-${one.id}`;
      option.role = "option";
      option.dataset.id = one.id;
      option.textContent = one.name;
      option.setAttribute("aria-selected", String(index === this.#at));
      return option;
    });
    if (!options.length) {
      const none = document.createElement("li");
      none.className = "quiet";
      none.role = "option";
      none.setAttribute("aria-disabled", "true");
      none.textContent = word("no_disposition");
      options.push(none);
    }
    this.list.replaceChildren(...options);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    const active = this.#found[this.#at];
    if (active) this.input.setAttribute("aria-activedescendant", `disposition-${active.id}`);
    else this.input.removeAttribute("aria-activedescendant");
    this.list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (this.list.hidden) this.#find("");
      this.#at = (this.#at + step + this.#found.length) % (this.#found.length || 1);
      this.#show();
    } else if (event.key === "Enter" && !this.list.hidden && this.#found[this.#at]) {
      event.preventDefault();
      this.#pick(this.#found[this.#at].id);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      this.#close();
    }
  }

  #leave() {
    const typed = this.input.value.trim().toLowerCase();
    const exact = this.#offered.find((one) => one.name.toLowerCase() === typed);
    if ((exact?.id ?? null) !== this.value) this.#pick(exact?.id ?? null);
    else this.choose(this.value);
    this.#close();
  }

  #close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
