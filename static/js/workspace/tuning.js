/* My workplace: panels in my order, what I do not want to see, sounds, notices, type. Saved as it is chosen. */

import { post } from "./asks.js";

export class Tuning {
  #rows = document.getElementById("arrange");
  #form = document.getElementById("tune-form");
  #notices;

  constructor({ notices }) {
    this.#notices = notices;
    this.#rows.addEventListener("change", () => this.#arranged());
    this.#rows.addEventListener("click", (event) => {
      const button = event.target.closest("[data-moves]");
      if (button) this.#move(button);
    });
    document.getElementById("arrange-forget").addEventListener("click", async () => {
      if (await post("/workspace/arrange/", { forget: 1 })) location.reload();
    });
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("change", (event) => this.#tuned(event.target));
    document.getElementById("ring-volume").addEventListener("input", (event) => {
      document.getElementById("ring-volume-said").textContent = `${event.target.value} %`;
    });
    document.getElementById("try-ring").addEventListener("click", () => notices.play("ring"));
    this.#size(notices.choices.text_size);
  }

  #move(button) {
    const row = button.closest("[data-arranges]");
    const step = Number(button.dataset.moves);
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    button.focus();
    this.#arranged();
  }

  #arranged() {
    const rows = [...this.#rows.children];
    const isShown = (row) => row.querySelector("input").checked;
    for (const row of rows) {
      const panel = document.querySelector(`[data-panel="${row.dataset.arranges}"]`);
      panel.hidden = !isShown(row);
      panel.parentElement.append(panel);
    }
    const hidden = rows.filter((row) => !isShown(row));
    post("/workspace/arrange/", { order: rows.map(key), hidden: hidden.map(key) });
  }

  async #tuned(field) {
    const given = new FormData(this.#form);
    const values = {
      ring_volume: given.get("ring_volume"),
      sounds: given.getAll("sounds"),
      notices: given.getAll("notices"),
      text_size: given.get("text_size"),
    };
    Object.assign(this.#notices.choices, values, { ring_volume: Number(values.ring_volume) });
    this.#size(values.text_size);
    if (field.name === "notices" && field.checked) {
      document.getElementById("notice-state").textContent = await this.#notices.allow();
    }
    post("/workspace/tune/", values);
  }

  #size(name) {
    if (name === "normal") delete document.documentElement.dataset.textSize;
    else document.documentElement.dataset.textSize = name;
  }
}

const key = (row) => row.dataset.arranges;
