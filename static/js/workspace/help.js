/* My raised hand: up by a button or Alt I, down by the same; the news says whether it is up and who comes. */

import { toast, word } from "../app.js";
import { post } from "./asks.js";

export class Help {
  #button = document.getElementById("do-help");
  #dialog = document.getElementById("help-dialog");
  #text = document.getElementById("help-text");
  #state;
  #row = null;

  constructor({ state }) {
    this.#state = state;
    this.#button.addEventListener("click", () => (this.#row ? this.#down() : this.#ask()));
    document.getElementById("help-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#up();
    });
  }

  show(row) {
    const before = this.#row;
    this.#row = row && !row.ended_at ? row : null;
    const words = this.#row ? (row.taken_by ? word("help_taken", { name: row.taken_by }) : word("help_up")) : word("help");
    document.getElementById("do-help-word").textContent = words;
    this.#button.classList.toggle("button--raised", this.#row !== null);
    this.#button.setAttribute("aria-pressed", String(this.#row !== null));
    const timer = document.getElementById("help-timer");
    timer.hidden = !this.#row;
    timer.dataset.since = this.#row?.asked_at ?? "";
    if (this.#row?.taken_by && before?.taken_by !== this.#row.taken_by) toast(words, "good");
    else if (before && !this.#row) toast(word("help_over"), "info");
  }

  #ask() {
    this.#text.value = "";
    this.#dialog.showModal();
    this.#text.focus();
  }

  async #up() {
    const answer = await post("/help/", { text: this.#text.value, call_id: this.#state.call?.id });
    if (!answer) return;
    this.#dialog.close();
    this.show(await answer.json());
  }

  async #down() {
    if (await post("/help/down/")) this.show(null);
  }
}
