/* What steps are called, what they do in one line, and what is wrong with them, in the reader's words. */

import { nodeOf } from "./document.js";
import { make } from "./make.js";
import { word } from "../../app.js";

export class Told {
  constructor(editor, problems) {
    this.editor = editor;
    this.kinds = editor.vocabulary.kinds;
    this.setProblems(problems);
  }

  setProblems(problems) {
    /* What is still being spoken becomes ready by itself: nobody has to do anything about it. */
    this.pending = problems.filter((one) => one.isPending).length;
    this.all = problems.filter((one) => !one.isPending);
    this.byNode = new Map();
    for (const one of this.all) this.byNode.set(one.node, [...(this.byNode.get(one.node) ?? []), one]);
  }

  problems(id) {
    return this.byNode.get(id) ?? [];
  }

  name(node) {
    return node.title || this.rowName(node) || this.kinds[node.kind]?.label || node.kind;
  }

  nameOf(id) {
    const node = nodeOf(this.editor.flow(), id);
    return node ? this.name(node) : id;
  }

  /* A step that leads to a queue is called like the queue until it gets a name. */
  rowName(node) {
    const rows = this.editor.vocabulary.rows[node.kind];
    return rows?.find(([id]) => id === node.settings[node.kind])?.[1] ?? "";
  }

  /** One line: what is heard, or where it leads. */
  summary(node) {
    const kind = this.kinds[node.kind];
    const said = this.said(node) || node.settings.url || node.settings.number || node.settings.tag || "";
    const row = node.title ? this.rowName(node) : "";
    const own = node.title || this.rowName(node) ? kind?.label : "";
    return [own, row || said].filter(Boolean).join(" · ");
  }

  said(node) {
    const prompt = this.editor.vocabulary.prompts.find((one) => one.id === node.settings.prompt);
    if (!prompt) return "";
    const spoken = this.editor.flow().languages;
    const first = [this.editor.vocabulary.reader, ...spoken].find((code) => prompt.wordings[code]?.text);
    return first && spoken.length ? prompt.wordings[first].text : prompt.name;
  }

  /** The list of everything the check says, each a way to the step. */
  showProblems(pane, count, go) {
    const errors = this.all.filter((one) => one.isError).length;
    const look = this.pending + JSON.stringify(this.all.map((one) => [one, this.nameOf(one.node)]));
    if (look === this.shown) return;
    this.shown = look;
    count.textContent = this.all.length || (this.pending ? "◐" : "✓");
    const pending = pane.querySelector("[data-pending]");
    pending.hidden = !this.pending;
    pending.textContent = `◐ ${word("being_spoken", { n: this.pending })}`;
    count.className = `tab-count ${errors ? "tab-count--danger" : this.all.length ? "tab-count--warning" : this.pending ? "" : "tab-count--good"}`;
    const items = this.all.map((one) => this.item(one, go));
    const list = pane.querySelector("[data-problems]");
    list.replaceChildren(...items);
    pane.querySelector("[data-no-problems]").hidden = this.all.length + this.pending > 0;
    const told = errors ? word(errors === 1 ? "one_error" : "many_errors", { n: errors }) : this.all.length ? word("only_warnings") : "";
    pane.querySelector("[data-problems-told]").textContent = told;
  }

  item(one, go) {
    const shape = one.isError ? "▲" : "△";
    const name = one.node ? this.nameOf(one.node) : word("whole_flow");
    const text = make("span", {}, make("strong", {}, name), ` ${one.text}`);
    const mark = make("span", { class: one.isError ? "problem__mark is-error" : "problem__mark", "aria-label": word(one.isError ? "error" : "hint"), role: "img" }, shape);
    const inside = [mark, text];
    const row = one.node ? make("button", { type: "button", class: "problem", onclick: () => go(one.node) }, ...inside) : make("div", { class: "problem" }, ...inside);
    return make("li", {}, row);
  }
}
