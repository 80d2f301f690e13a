/* A number of anybody's is dialled: typed, pasted or pressed key by key. The form itself asks the server (app.js). */

import { keepQueue, keptQueue } from "../dial.js";

export class DialPad {
  #dialog = document.getElementById("dial-dialog");
  #number = document.getElementById("dialled");
  #queue = document.getElementById("dial-queue"); // of agents who work in several

  constructor() {
    document.getElementById("dial-keys").addEventListener("click", (event) => {
      const key = event.target.closest("[data-key]")?.dataset.key;
      if (key) this.#put(key);
    });
    document.getElementById("dial-wipe").addEventListener("click", () => this.#wipe());
    if (this.#queue) this.#rememberQueue();
  }

  #rememberQueue() {
    const kept = keptQueue();
    if ([...this.#queue.options].some((option) => option.value === kept)) this.#queue.value = kept;
    this.#queue.addEventListener("change", () => keepQueue(this.#queue.value));
  }

  /** What was dialled last is still there: typed over, or called once more. */
  open() {
    this.#dialog.showModal();
    this.#number.select();
  }

  /** A call is in hand now: the same button has its keypad. */
  close() {
    if (this.#dialog.open) this.#dialog.close();
  }

  #put(key) {
    this.#number.setRangeText(key, this.#number.selectionStart, this.#number.selectionEnd, "end");
  }

  #wipe() {
    const { selectionStart: from, selectionEnd: to } = this.#number;
    this.#number.setRangeText("", from === to ? Math.max(0, from - 1) : from, to, "end");
  }
}
