/* The flow as a list in the order in which one would tell it. Each step opens into its form, so that everything can be
   done here without the picture: on a telephone, with a screen reader, or because one likes lists. */

import { exitsOf, readingOrder } from "./document.js";
import { make, sign } from "./make.js";
import { word } from "../../app.js";

export class Outline {
  constructor(root, editor, form) {
    Object.assign(this, { root, editor, form, rows: new Map(), open: "" });
    this.list = make("ol", { class: "outline" });
    this.empty = root.querySelector("[data-empty]");
    root.prepend(this.list);
  }

  show(flow, selected) {
    if (this.root.hidden) return;
    const { nodes, reached } = readingOrder(flow, this.editor.vocabulary.kinds);
    this.numbers = new Map(nodes.map((node, place) => [node.id, place + 1]));
    const items = nodes.map((node, place) => this.row(flow, node, place, place >= reached));
    const isSame = items.length === this.list.children.length && items.every((item, place) => this.list.children[place] === item);
    if (!isSame) this.keepingFocus(() => this.list.replaceChildren(...items));
    for (const id of this.rows.keys()) if (!this.numbers.has(id)) this.rows.delete(id);
    if (this.empty) this.empty.hidden = nodes.length > 0;
    this.unfold(selected);
  }

  keepingFocus(change) {
    const focused = this.list.contains(document.activeElement) ? document.activeElement : null;
    change();
    if (focused?.isConnected) focused.focus({ preventScroll: true });
  }

  row(flow, node, place, isOrphan) {
    const known = this.rows.get(node.id) ?? this.fresh(node.id);
    const { told, vocabulary } = this.editor;
    const problems = told.problems(node.id);
    const ways = exitsOf(node, vocabulary.kinds[node.kind]).filter((exit) => exit.to);
    const waysText = ways.map((exit) => `${exit.label} → ${this.numbers.get(exit.to) ?? "?"}`).join("   ");
    const look = [node.kind, told.name(node), told.summary(node), place, isOrphan, flow.start === node.id, problems.length, waysText].join("|");
    if (known.look === look) return known.item;
    known.look = look;
    const isFirst = flow.start === node.id ? [make("span", { class: "badge badge--accent" }, word("begins_here"))] : [];
    const wrong = problems.length ? [make("span", { class: problems.some((one) => one.isError) ? "badge badge--danger" : "badge badge--warning" }, `${problems.some((one) => one.isError) ? "▲" : "△"} ${problems.length}`)] : [];
    known.button.replaceChildren(
      make("span", { class: "outline__number" }, String(place + 1)),
      sign(node.kind),
      make("span", { class: "outline__name" }, make("strong", {}, told.name(node)), make("span", { class: "outline__summary" }, told.summary(node) || vocabulary.kinds[node.kind].label)),
      ...isFirst, ...wrong,
      make("span", { class: "outline__ways" }, waysText),
    );
    known.item.classList.toggle("is-orphan", isOrphan);
    return known.item;
  }

  fresh(id) {
    const button = make("button", { type: "button", class: "outline__head", "aria-expanded": "false", "data-id": id, onclick: () => this.toggle(id) });
    const body = make("div", { class: "outline__body", hidden: true });
    const one = { button, body, item: make("li", { class: "outline__item" }, button, body) };
    this.rows.set(id, one);
    return one;
  }

  toggle(id) {
    this.editor.acts.select(this.open === id ? "" : id);
  }

  /** One step is open at a time; its form moves to it. */
  unfold(id) {
    if (this.open !== id) this.fold(this.rows.get(this.open));
    this.open = id;
    const one = this.rows.get(id);
    if (!one) return;
    one.button.setAttribute("aria-expanded", "true");
    one.body.hidden = false;
    if (this.form.element.parentNode !== one.body) one.body.append(this.form.element);
  }

  fold(one) {
    one?.button.setAttribute("aria-expanded", "false");
    if (one) one.body.hidden = true;
  }

  reveal(id) {
    const row = this.rows.get(id);
    row?.item.scrollIntoView({ block: "nearest" });
  }

  focus(id) {
    this.rows.get(id)?.button.focus();
  }
}
