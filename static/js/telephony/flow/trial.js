/* The caller simulator: keys are pressed here and the server tells what a caller would hear, as the draft is now. */

import { button, choose, make } from "./make.js";
import { csrfToken, word } from "../../app.js";

const KEYPAD = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

export class Trial {
  /** `editor`: flow(), told, vocabulary; `shown(walk)` marks the way in the picture. */
  constructor(root, editor, shown) {
    Object.assign(this, { root, editor, shown, turns: [], typed: "", chosen: {} });
    this.said = root.querySelector("[data-transcript]");
    this.pad = root.querySelector("[data-keypad]");
    this.status = root.querySelector("[data-trial-status]");
    this.facts = root.querySelector("form");
    this.facts.addEventListener("change", () => this.walk());
    this.facts.addEventListener("submit", (event) => event.preventDefault());
    root.querySelector("[data-restart]").addEventListener("click", () => this.restart());
    root.addEventListener("keydown", (event) => this.key(event));
    this.drawPad();
  }

  drawPad() {
    const keys = KEYPAD.map((key) => make("button", { type: "button", class: "keypad__key", "data-key": key, onclick: () => this.press(key) }, key));
    this.silence = button(word("say_nothing"), () => this.turn(""));
    this.send = button(word("send_digits"), () => this.turn(this.typed), "button--primary-soft");
    this.back = button(word("take_back"), () => this.undo(), "button--quiet");
    this.pad.replaceChildren(make("div", { class: "keypad__keys" }, ...keys), make("div", { class: "keypad__more buttons" }, this.silence, this.send, this.back));
  }

  key(event) {
    const isField = event.target.matches("input, select, textarea");
    if (isField || event.ctrlKey || event.metaKey || event.altKey) return;
    if (KEYPAD.includes(event.key)) this.press(event.key);
    else if (event.key === "Backspace") this.undo();
    else return;
    event.preventDefault();
  }

  press(key) {
    const wanted = this.now?.end.kind === "listening" ? this.now.end : null;
    if (!wanted) return;
    this.typed += key;
    const isWhole = wanted.digits <= 1 || this.typed.length >= wanted.digits || wanted.keys.includes(key);
    if (isWhole) this.turn(this.typed);
    else this.tell();
  }

  turn(text) {
    if (this.now?.end.kind !== "listening") return;
    this.turns.push(text);
    this.typed = "";
    this.walk();
  }

  undo() {
    if (this.typed) this.typed = this.typed.slice(0, -1);
    else this.turns.pop();
    this.walk();
  }

  restart() {
    Object.assign(this, { turns: [], typed: "", chosen: {} });
    this.walk();
  }

  async walk() {
    const asked = (this.asked = Symbol("walk"));
    const facts = Object.fromEntries(new FormData(this.facts));
    try {
      const answer = await fetch(this.editor.vocabulary.urls.walk, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
        body: JSON.stringify({ ...facts, document: this.editor.flow(), keys: this.turns, chosen: this.chosen }),
      });
      const said = await answer.json();
      if (asked !== this.asked) return;
      if (!answer.ok) throw new Error(said.detail);
      this.now = said;
      this.draw();
    } catch (problem) {
      if (asked === this.asked) this.status.textContent = problem.message || word("request_failed");
    }
  }

  draw() {
    const told = this.now.steps.map((step, place) => this.step(step, place));
    this.said.replaceChildren(...told, this.end());
    this.said.scrollTop = this.said.scrollHeight;
    this.tell();
    this.shown(this.now);
  }

  step(step) {
    const name = this.editor.told.nameOf(step.node);
    const link = make("button", { type: "button", class: "trial__step", onclick: () => this.editor.acts.open(step.node, false) }, name);
    const lines = step.lines.map((line) => make("li", { class: `trial__${line.who}`, lang: line.language || null }, line.text));
    return make("li", { class: "trial__node" }, link, make("ul", {}, ...lines), ...this.answers(step));
  }

  /* What nobody can know beforehand is chosen here: open or closed, found or failed. */
  answers(step) {
    if (!step.choices.length) return [];
    const name = this.editor.told.nameOf(step.node);
    const options = [["", word("as_it_is")], ...step.choices];
    const select = choose(options, this.chosen[step.node] ?? "", {
      class: "input trial__choice", "aria-label": word("what_happens_at", { name }),
      onchange: () => {
        if (select.value) this.chosen[step.node] = select.value;
        else delete this.chosen[step.node];
        this.walk();
      },
    });
    return [select];
  }

  end() {
    const look = this.now.end.kind === "listening" ? "trial__end is-listening" : `trial__end ${this.now.end.is_good ? "is-good" : "is-warning"}`;
    return make("li", { class: look }, this.now.end.text);
  }

  tell() {
    const isListening = this.now?.end.kind === "listening";
    const many = isListening && this.now.end.digits > 1;
    for (const key of this.pad.querySelectorAll("[data-key]")) {
      key.disabled = !isListening;
      key.classList.toggle("is-offered", isListening && this.now.end.keys.includes(key.dataset.key));
    }
    this.silence.disabled = !isListening;
    this.send.hidden = !many;
    this.send.disabled = !this.typed;
    this.back.disabled = !this.turns.length && !this.typed;
    this.status.textContent = this.typed ? word("typed_so_far", { keys: this.typed }) : (this.now?.end.text ?? "");
    this.status.classList.toggle("visually-hidden", !this.typed);
  }
}
