/* What hands do to the picture: pointer, wheel, two fingers and keys. Each gesture ends in one call of `acts`. */

import { portOf, snap } from "./geometry.js";
import { exitsOf } from "./document.js";

const STILL = 4;
/* Pixels a pointer may slip in a click. */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** acts: select(id), selectWay(key), open(id), drag(id, x, y), connect(from, exit, to), offer(from, exit, point, spot),
    remove(id), removeWay(key), addAfter(id), link(id). */
export function listen(picture, acts, mayEdit) {
  const hands = new Hands(picture, acts, mayEdit);
  const { root } = picture;
  root.addEventListener("pointerdown", (event) => hands.down(event));
  root.addEventListener("pointermove", (event) => hands.moved(event));
  root.addEventListener("pointerup", (event) => hands.up(event));
  root.addEventListener("pointercancel", (event) => hands.up(event, true));
  root.addEventListener("wheel", (event) => hands.wheel(event), { passive: false });
  root.addEventListener("dblclick", (event) => hands.twice(event));
  root.addEventListener("keydown", (event) => hands.key(event));
  root.addEventListener("focusin", (event) => hands.focused(event));
  root.addEventListener("click", (event) => event.detail === 0 && hands.pressed(event));
}

class Hands {
  constructor(picture, acts, mayEdit) {
    Object.assign(this, { picture, acts, mayEdit, gesture: null, fingers: new Map() });
  }

  down(event) {
    if (event.button > 1) return;
    this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.fingers.size === 2) this.gesture = { kind: "pinch", apart: this.apart() };
    if (this.fingers.size > 1) return;
    this.gesture = { ...this.begun(event), x: event.clientX, y: event.clientY, isStill: true };
    this.picture.root.setPointerCapture(event.pointerId);
  }

  /** What a pointer that goes down here begins. */
  begun(event) {
    const way = event.target.closest("[data-exit]");
    const step = event.target.closest(".fstep");
    const line = event.target.closest("[data-way]");
    if (event.button === 1) return { kind: "pan" };
    if (way && this.mayEdit) return { kind: "pull", from: step.dataset.id, exit: way.dataset.exit };
    if (step) return { kind: "step", id: step.dataset.id, grip: this.grip(event, step.dataset.id) };
    return line ? { kind: "line", way: line.dataset.way } : { kind: "pan" };
  }

  grip(event, id) {
    const node = this.node(id);
    const point = this.picture.pointAt(event.clientX, event.clientY);
    return { x: point.x - node.x, y: point.y - node.y };
  }

  node(id) {
    return this.picture.flow.nodes.find((one) => one.id === id);
  }

  moved(event) {
    const finger = this.fingers.get(event.pointerId);
    if (!finger || !this.gesture) return;
    const [dx, dy] = [event.clientX - finger.x, event.clientY - finger.y];
    this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const { gesture } = this;
    if (gesture.kind === "pinch") return this.pinch();
    if (Math.hypot(event.clientX - gesture.x, event.clientY - gesture.y) > STILL) gesture.isStill = false;
    if (gesture.isStill) return;
    if (gesture.kind === "pan" || gesture.kind === "line") this.picture.pan(dx, dy);
    if (gesture.kind === "pull") this.pulled(event, gesture);
    if (gesture.kind === "step") this.dragged(event, gesture);
  }

  dragged(event, { id, grip }) {
    if (!this.mayEdit || !this.node(id)) return;
    const point = this.picture.pointAt(event.clientX, event.clientY);
    this.acts.drag(id, snap(point.x - grip.x), snap(point.y - grip.y));
  }

  pulled(event, { from, exit }) {
    const node = this.node(from);
    const place = exitsOf(node, this.picture.told.kinds[node.kind]).findIndex((one) => one.name === exit);
    this.picture.showPull(portOf(node, place), this.picture.pointAt(event.clientX, event.clientY));
    this.aim(this.stepUnder(event));
  }

  aim(id) {
    for (const element of this.picture.root.querySelectorAll(".is-aimed")) element.classList.remove("is-aimed");
    if (id) this.picture.drawn.get(id)?.element.classList.add("is-aimed");
  }

  stepUnder(event) {
    const under = document.elementFromPoint(event.clientX, event.clientY);
    return this.picture.root.contains(under) ? under.closest(".fstep")?.dataset.id : undefined;
  }

  apart() {
    const [one, other] = [...this.fingers.values()];
    return { far: Math.hypot(one.x - other.x, one.y - other.y), x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
  }

  pinch() {
    const [before, now] = [this.gesture.apart, this.apart()];
    this.picture.pan(now.x - before.x, now.y - before.y);
    this.picture.zoomAt(now.far / (before.far || 1), now.x, now.y);
    this.gesture.apart = now;
  }

  up(event, isLost = false) {
    this.fingers.delete(event.pointerId);
    const { gesture } = this;
    if (this.fingers.size || !gesture) return;
    this.gesture = null;
    this.picture.showPull(null);
    this.aim(null);
    if (!isLost) this.ended(event, gesture);
  }

  ended(event, gesture) {
    if (gesture.kind === "pull") return this.letGo(event, gesture);
    if (!gesture.isStill) return undefined;
    if (gesture.kind === "step") return this.acts.select(gesture.id);
    return gesture.kind === "line" ? this.acts.selectWay(gesture.way) : this.acts.select("");
  }

  letGo(event, { from, exit, isStill }) {
    const spot = { x: event.clientX, y: event.clientY };
    const isDrawn = Boolean(this.node(from)?.exits[exit]);
    if (isStill) return isDrawn ? this.acts.selectWay(`${from}:${exit}`) : this.acts.offer(from, exit, null, spot);
    const to = this.stepUnder(event);
    if (to) return this.acts.connect(from, exit, to);
    const point = this.picture.pointAt(event.clientX, event.clientY);
    return this.acts.offer(from, exit, { x: snap(point.x), y: snap(point.y - 30) }, spot);
  }

  twice(event) {
    if (!this.mayEdit || event.target.closest(".fstep, [data-way]")) return;
    const point = this.picture.pointAt(event.clientX, event.clientY);
    this.acts.offer("", "", { x: snap(point.x), y: snap(point.y) }, { x: event.clientX, y: event.clientY });
  }

  wheel(event) {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) this.picture.zoomAt(Math.exp(-event.deltaY / 300), event.clientX, event.clientY);
    else if (event.shiftKey) this.picture.pan(-event.deltaY, 0);
    else this.picture.pan(-event.deltaX, -event.deltaY);
  }

  focused(event) {
    const id = event.target.closest(".fstep")?.dataset.id;
    if (!id || this.gesture) return;
    this.acts.select(id);
    this.picture.reveal(id);
  }

  /** Enter or space on a step. */
  pressed(event) {
    const id = event.target.closest(".fstep")?.dataset.id;
    if (id) this.acts.open(id);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const id = event.target.closest(".fstep")?.dataset.id;
    const done = this.keyOfPicture(event) || (id ? this.keyOfStep(event, id) : this.keyOfGround(event));
    if (done) event.preventDefault();
  }

  keyOfPicture(event) {
    const zooms = { "+": 1.2, "=": 1.2, "-": 1 / 1.2 };
    if (zooms[event.key]) this.picture.zoomAt(zooms[event.key]);
    else if (event.key === "0") this.picture.fit(0);
    else if (this.mayEdit && event.key === "Delete" && this.picture.marks.way) this.acts.removeWay(this.picture.marks.way);
    else return false;
    return true;
  }

  keyOfGround(event) {
    const arrow = ARROWS[event.key];
    if (arrow) this.picture.pan(-arrow[0] * 60, -arrow[1] * 60);
    return Boolean(arrow);
  }

  keyOfStep(event, id) {
    if (!this.mayEdit) return false;
    const arrow = ARROWS[event.key];
    if (arrow) return this.nudge(id, arrow, event.shiftKey ? 100 : 20);
    const acts = { Delete: "remove", Backspace: "remove", a: "addAfter", c: "link" };
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act) this.acts[act](id);
    return Boolean(act);
  }

  nudge(id, [right, down], far) {
    const node = this.node(id);
    this.acts.drag(id, node.x + right * far, node.y + down * far);
    this.picture.reveal(id);
    return true;
  }
}
