/* The flow as a picture: steps one can drag and lines between them. It draws what it is shown and tells what was done;
   the document is the editor's. Only what changed is drawn again: steps are compared by identity. */

import { exitsOf, readingOrder } from "./document.js";
import { boxOf, curve, entryOf, portOf, sizeOf } from "./geometry.js";
import { make, sign, svg } from "./make.js";
import { word } from "../../app.js";

const LEAST_ZOOM = 0.2;
const MOST_ZOOM = 1.6;

export class Picture {
  /** `told` knows the words: kinds, summary(node), name(node), problems(id). */
  constructor(root, told) {
    this.root = root;
    this.told = told;
    this.view = { x: 0, y: 0, zoom: 1 };
    this.drawn = new Map();
    this.ways = new Map();
    this.flow = { start: "", nodes: [] };
    this.lines = svg("svg", { class: "canvas__ways", "aria-hidden": "true" });
    this.pull = svg("path", { class: "way way--pulled" });
    this.lines.append(this.pull);
    this.steps = make("div", { class: "canvas__steps" });
    this.world = make("div", { class: "canvas__world" }, this.lines, this.steps);
    root.append(this.world);
  }

  // ---- drawing

  show(flow, { selected = "", way = "", trail = [], at = "" } = {}) {
    const isReordered = this.flow.nodes !== flow.nodes;
    this.flow = flow;
    this.marks = { selected, way, trail: new Set(trail), at };
    const byId = new Map(flow.nodes.map((node) => [node.id, node]));
    for (const [id, one] of this.drawn) if (!byId.has(id)) this.forget(id, one);
    flow.nodes.forEach((node) => this.drawStep(node));
    this.drawWays(byId);
    if (isReordered) this.inReadingOrder();
  }

  forget(id, one) {
    one.element.remove();
    this.drawn.delete(id);
  }

  drawStep(node) {
    const known = this.drawn.get(node.id);
    const problems = this.told.problems(node.id);
    const summary = this.told.summary(node);
    const look = `${node.kind}|${node.title}|${summary}|${problems.map((one) => one.text).join()}|${node.id === this.flow.start}|${this.exitsKey(node)}`;
    const one = known ?? { element: make("div", { class: "fstep", "data-id": node.id }) };
    if (one.look !== look) this.fill(one.element, node, summary, problems);
    if (one.x !== node.x || one.y !== node.y) one.element.style.transform = `translate(${node.x}px, ${node.y}px)`;
    one.element.classList.toggle("is-selected", node.id === this.marks.selected);
    one.element.classList.toggle("is-walked", this.marks.trail.has(node.id));
    one.element.classList.toggle("is-here", node.id === this.marks.at);
    Object.assign(one, { look, x: node.x, y: node.y });
    if (!known) {
      this.drawn.set(node.id, one);
      this.steps.append(one.element);
    }
  }

  exitsKey(node) {
    return exitsOf(node, this.told.kinds[node.kind]).map((exit) => `${exit.name}=${exit.label}=${exit.to ? 1 : 0}`).join();
  }

  fill(element, node, summary, problems) {
    const kind = this.told.kinds[node.kind];
    const hadFocus = element.contains(document.activeElement);
    const isWrong = problems.some((one) => one.isError);
    element.className = `fstep fstep--${kind?.group ?? "unknown"}`;
    const begins = node.id === this.flow.start ? [make("span", { class: "fstep__start", "aria-hidden": "true" }, word("begins_here"))] : [];
    const wrong = problems.length ? [make("span", { class: `fstep__wrong ${isWrong ? "" : "is-hint"}`, title: problems[0].text }, `${isWrong ? "▲" : "△"} ${problems.length}`)] : [];
    const head = make(
      "button",
      { type: "button", class: "fstep__main" },
      sign(node.kind),
      make("span", { class: "fstep__title" }, this.told.name(node)),
      make("span", { class: "fstep__summary" }, summary || kind?.label || node.kind),
      ...wrong,
      make("span", { class: "visually-hidden" }, this.spoken(node, problems)),
    );
    const rows = exitsOf(node, kind).map((exit) => this.wayOut(exit));
    element.replaceChildren(...begins, head, make("div", { class: "fstep__ways", "aria-hidden": "true" }, ...rows));
    element.style.height = `${sizeOf(node, kind).height}px`;
    if (hadFocus) head.focus({ preventScroll: true });
  }

  /** What a screen reader says beside the words that are seen. */
  spoken(node, problems) {
    const parts = [this.told.kinds[node.kind]?.label ?? node.kind];
    if (node.id === this.flow.start) parts.push(word("begins_here"));
    return [...parts, ...problems.map((one) => one.text)].join(". ");
  }

  wayOut(exit) {
    const look = `fway ${exit.to ? "is-drawn" : "is-open"} ${exit.isFree ? "is-free" : ""} ${exit.isKey ? "fway--key" : ""}`;
    const tip = exit.to ? null : word(exit.isFree ? "add_key_here" : "open_way");
    return make(
      "span",
      { class: look, "data-exit": exit.name, title: tip },
      make("span", { class: "fway__label" }, exit.label),
      make("span", { class: "fway__port" }, exit.to ? "" : "+"),
    );
  }

  drawWays(byId) {
    const wanted = new Map();
    for (const node of this.flow.nodes) {
      exitsOf(node, this.told.kinds[node.kind]).forEach((exit, place) => {
        const target = byId.get(exit.to);
        if (target) wanted.set(`${node.id}:${exit.name}`, { node, target, place });
      });
    }
    for (const [key, one] of this.ways) if (!wanted.has(key)) this.forgetWay(key, one);
    wanted.forEach((way, key) => this.drawWay(key, way));
  }

  forgetWay(key, one) {
    one.group.remove();
    this.ways.delete(key);
  }

  drawWay(key, { node, target, place }) {
    let one = this.ways.get(key);
    if (!one) {
      const line = svg("path", { class: "way" });
      const hit = svg("path", { class: "way__hit", "data-way": key });
      one = { line, hit, group: svg("g", {}, line, hit) };
      this.ways.set(key, one);
      this.lines.append(one.group);
    }
    if (one.node !== node || one.target !== target || one.place !== place) {
      const path = curve(portOf(node, place), entryOf(target));
      one.line.setAttribute("d", path);
      one.hit.setAttribute("d", path);
      Object.assign(one, { node, target, place });
    }
    const { selected, way, trail } = this.marks;
    one.line.classList.toggle("is-selected", key === way);
    one.line.classList.toggle("is-near", node.id === selected || target.id === selected);
    one.line.classList.toggle("is-walked", trail.has(node.id) && trail.has(target.id));
  }

  /** Tab walks the steps as one would tell them. Moving a step that has the focus would lose it. */
  inReadingOrder() {
    const wanted = readingOrder(this.flow, this.told.kinds).nodes.map((node) => this.drawn.get(node.id).element);
    const isSame = wanted.every((element, place) => this.steps.children[place] === element);
    if (isSame) return;
    const focused = this.steps.contains(document.activeElement) ? document.activeElement : null;
    this.steps.append(...wanted);
    focused?.focus({ preventScroll: true });
  }

  /** A line being pulled from a way out to the pointer; null ends it. */
  showPull(from, to) {
    this.pull.setAttribute("d", from && to ? curve(from, to) : "");
  }

  // ---- looking

  look(view) {
    const zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, view.zoom));
    this.view = { ...view, zoom };
    this.world.style.transform = `translate(${view.x}px, ${view.y}px) scale(${zoom})`;
    this.root.style.backgroundPosition = `${view.x}px ${view.y}px`;
    this.root.style.backgroundSize = `${20 * zoom}px ${20 * zoom}px`;
    this.root.classList.toggle("is-far", zoom < 0.55);
  }

  /** The point of the picture under a point of the window. */
  pointAt(clientX, clientY) {
    const frame = this.root.getBoundingClientRect();
    const { x, y, zoom } = this.view;
    return { x: (clientX - frame.left - x) / zoom, y: (clientY - frame.top - y) / zoom };
  }

  zoomAt(factor, clientX, clientY) {
    const frame = this.root.getBoundingClientRect();
    const [left, top] = [(clientX ?? frame.left + frame.width / 2) - frame.left, (clientY ?? frame.top + frame.height / 2) - frame.top];
    const zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, this.view.zoom * factor));
    const grown = zoom / this.view.zoom;
    this.look({ x: left - (left - this.view.x) * grown, y: top - (top - this.view.y) * grown, zoom });
  }

  pan(dx, dy) {
    this.look({ ...this.view, x: this.view.x + dx, y: this.view.y + dy });
  }

  /** All of it; never larger than life, and a big flow begins at its start instead of becoming unreadable. */
  fit(least = 0.7) {
    const box = boxOf(this.flow, this.told.kinds);
    const { width, height } = this.root.getBoundingClientRect();
    if (!box.width || !width) return this.look({ x: 40, y: 40, zoom: 1 });
    const whole = Math.min(1, (width - 64) / box.width, (height - 72) / box.height);
    const zoom = Math.max(least, whole);
    const middle = (room, size) => Math.max(32, (room - size * zoom) / 2);
    const x = whole < least ? 32 : middle(width, box.width);
    const y = whole < least ? 44 : Math.max(44, Math.min(middle(height, box.height), 96));
    return this.look({ x: x - box.x * zoom, y: y - box.y * zoom, zoom });
  }

  /** Brings a step into sight, and moves nothing when it is. */
  reveal(id) {
    const node = this.flow.nodes.find((one) => one.id === id);
    const frame = this.root.getBoundingClientRect();
    if (!node || !frame.width) return;
    const size = sizeOf(node, this.told.kinds[node.kind]);
    const { x, y, zoom } = this.view;
    const into = (from, length, room) => {
      if (from < 24) return 24 - from;
      return from + length > room - 24 ? Math.max(24 - from, room - 24 - from - length) : 0;
    };
    const dx = into(node.x * zoom + x, size.width * zoom, frame.width);
    const dy = into(node.y * zoom + y, size.height * zoom, frame.height);
    if (dx || dy) this.pan(dx, dy);
  }

  focus(id) {
    this.drawn.get(id)?.element.querySelector(".fstep__main")?.focus({ preventScroll: true });
    this.reveal(id);
  }
}
