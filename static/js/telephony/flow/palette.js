/* Which step comes next: kinds in groups, found by typing; rows of the tenant (a queue, hours) are found by their names
   too, so that "Support" alone makes the step that leads there. */

import { make, sign } from "./make.js";
import { word } from "../../app.js";

const NAMED = ["queue", "hours", "survey", "agent"];
const MOST_FOUND = 12;

export class Palette {
  constructor(dialog, vocabulary, targets) {
    Object.assign(this, { dialog, vocabulary, targets });
    this.search = dialog.querySelector("input[type=search]");
    this.list = dialog.querySelector("[data-palette]");
    this.search.addEventListener("input", () => this.draw());
    this.search.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", (event) => {
      const chosen = event.target.closest("button[data-choice]");
      if (chosen) this.choose(Number(chosen.dataset.choice));
    });
  }

  /** `done` gets {kind, settings} or {to}. `wants.links`: steps that are there already are offered as well. */
  open(title, wants, done) {
    this.done = done;
    this.wants = wants;
    this.dialog.querySelector("h2").textContent = title;
    this.search.value = "";
    this.draw();
    this.dialog.showModal();
    this.search.focus();
  }

  draw() {
    const text = this.search.value.trim().toLowerCase();
    this.choices = [];
    const groups = text ? [["", this.found(text)]] : this.grouped();
    this.list.replaceChildren(...groups.filter(([, all]) => all.length).map(([title, all]) => this.group(title, all)));
    if (!this.choices.length) this.list.append(make("p", { class: "quiet" }, word("nothing_found")));
  }

  kinds() {
    return Object.values(this.vocabulary.kinds).map((kind) => ({ kind: kind.name, text: kind.label, help: kind.help, group: kind.group }));
  }

  grouped() {
    const kinds = this.kinds();
    return this.vocabulary.groups.map(([group, title]) => [title, kinds.filter((one) => one.group === group)]);
  }

  found(text) {
    const fits = (words) => words.toLowerCase().includes(text);
    const kinds = this.kinds().filter((one) => fits(one.text) || fits(one.help) || one.kind.includes(text));
    const rows = NAMED.flatMap((kind) =>
      this.vocabulary.rows[kind].filter(([, name]) => fits(name)).map(([id, name]) => ({ kind, settings: { [kind]: id }, text: name, help: this.vocabulary.kinds[kind].label })),
    );
    const links = this.wants.links ? this.targets().filter(([, name]) => fits(name)).map(([to, name]) => ({ to, text: name, help: word("step_there") })) : [];
    return [...rows, ...kinds, ...links].slice(0, MOST_FOUND);
  }

  group(title, all) {
    const buttons = all.map((one) => {
      this.choices.push(one);
      const small = make("span", { class: "palette__help" }, one.help);
      return make("button", { type: "button", class: "palette__choice", "data-choice": this.choices.length - 1 }, sign(one.kind ?? "link"), make("span", { class: "palette__name" }, one.text), small);
    });
    const head = title ? [make("h3", { class: "palette__group" }, title)] : [];
    return make("section", {}, ...head, make("div", { class: "palette__all" }, ...buttons));
  }

  key(event) {
    const buttons = [...this.list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const isTyping = event.target === this.search;
    if (event.key === "Enter" && isTyping && buttons.length) this.choose(0);
    else if (step && !(isTyping && event.key.endsWith("t"))) (buttons[at + step] ?? this.search).focus();
    else return;
    event.preventDefault();
  }

  choose(place) {
    const chosen = this.choices[place];
    this.dialog.close();
    if (chosen) this.done(chosen);
  }
}

/** What a new step is set to: where there is but one row to choose from, it is that one. */
export function freshSettings(kind, vocabulary, given = {}) {
  const settings = structuredClone(kind.fresh ?? {});
  for (const spec of kind.fields) {
    const rows = NAMED.includes(spec.type) && spec.required ? vocabulary.rows[spec.type] : [];
    if (rows.length === 1) settings[spec.name] = rows[0][0];
  }
  return { ...settings, ...given };
}
