/* Keys for the other side, by mouse or by the keyboard's own digits; they may be a card's, so nothing keeps them. */

export class Keypad {
  #dialog = document.getElementById("keypad-dialog");
  #pressed = document.getElementById("keypad-pressed");
  #order;
  #state;

  constructor({ order, state }) {
    this.#order = order;
    this.#state = state;
    this.#dialog.addEventListener("close", () => (this.#pressed.textContent = ""));
    this.#dialog.addEventListener("keydown", (event) => {
      if (/^[0-9*#]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) this.#press(event.key);
    });
    document.getElementById("keypad-keys").addEventListener("click", (event) => {
      const key = event.target.closest("[data-key]")?.dataset.key;
      if (key) this.#press(key);
    });
  }

  close() {
    if (this.#dialog.open) this.#dialog.close();
  }

  open() {
    this.#dialog.showModal();
    this.#dialog.querySelector("[data-key]").focus();
  }

  /** Shown as dots: whoever looks over a shoulder learns how many, not which. */
  #press(keys) {
    const callId = this.#state.call?.id;
    if (callId && this.#order("send_keys", { call_id: callId, keys })) this.#pressed.textContent += "•";
  }
}
