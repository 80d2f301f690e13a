/* The editor of one flow: keeps the document, shows it as picture, list and JSON, and lets each of them change it. */

import { add, connect, disconnect, duplicate, exitsOf, nodeOf, parse, readingOrder, remove, move } from "./document.js";
import { History } from "./history.js";
import { freePlace, isCrowded, placeAfter, tidy } from "./geometry.js";
import { Picture } from "./picture.js";
import { listen } from "./gestures.js";
import { StepForm } from "./form.js";
import { Outline } from "./outline.js";
import { Palette, freshSettings } from "./palette.js";
import { Saving } from "./saving.js";
import { Trial } from "./trial.js";
import { Told } from "./told.js";
import { make } from "./make.js";
import { toast, word } from "../../app.js";

const byId = (id) => document.getElementById(id);
const given = JSON.parse(byId("flow-data").textContent);

class Editor {
  constructor({ flow, version, vocabulary, problems }) {
    this.vocabulary = vocabulary;
    this.mayEdit = vocabulary.may_edit;
    this.history = new History(isCrowded(flow, vocabulary.kinds) ? tidy(flow, vocabulary.kinds) : flow);
    this.selected = "";
    this.way = "";
    this.trail = [];
    this.told = new Told(this, problems);
    this.acts = this.makeActs();
    this.form = new StepForm(this);
    this.picture = new Picture(byId("canvas"), this.told);
    this.outline = new Outline(byId("view-list"), this, this.form);
    this.palette = new Palette(byId("palette"), vocabulary, () => this.targetList());
    this.trial = new Trial(byId("pane-trial"), this, (walk) => this.showWalk(walk));
    this.saving = new Saving(vocabulary.urls.draft, version, {
      tell: (state, text) => this.tellSaved(state, text),
      heard: (said) => this.heard(said),
      lost: (said) => this.lost(said),
    });
    listen(this.picture, this.acts, this.mayEdit);
    this.listenToPage();
  }

  flow() {
    return this.history.flow;
  }

  prompts() {
    return this.vocabulary.prompts.length;
  }

  problemKey(id) {
    return this.told.problems(id).length;
  }

  /** [id, "3 · Main menu"] of all steps, numbered as the list numbers them; kept until the document changes. */
  targetList() {
    if (this.targetsOf !== this.flow()) {
      this.targetsOf = this.flow();
      this.targetsNow = readingOrder(this.flow(), this.vocabulary.kinds).nodes.map((node, place) => [node.id, `${place + 1} · ${this.told.name(node)}`]);
    }
    return this.targetsNow;
  }

  targets() {
    return this.targetList().map(([, name]) => name).join("\n");
  }

  // ---- changing

  change(flow, tag = "") {
    if (!this.mayEdit || !this.history.push(flow, tag, Date.now())) return;
    this.saving.keep(flow);
    this.show();
  }

  step(back) {
    const hasStepped = back ? this.history.undo() : this.history.redo();
    if (!hasStepped) return;
    if (!nodeOf(this.flow(), this.selected)) this.selected = "";
    this.saving.keep(this.flow());
    this.show(true);
  }

  makeActs() {
    return {
      select: (id) => this.select(id),
      selectWay: (way) => this.select("", way),
      open: (id, isFocused = true) => this.open(id, isFocused),
      drag: (id, x, y) => this.change(move(this.flow(), id, { x, y }), `move:${id}`),
      connect: (from, exit, to) => this.change(connect(this.flow(), from, exit, to)),
      offer: (from, exit, point) => this.offer(from, exit, point),
      remove: (id) => this.remove(id),
      removeWay: (way) => this.removeWay(way),
      addAfter: (id) => this.addAfter(id),
      link: (id) => this.open(id, true, true),
      duplicate: (id) => this.duplicate(id),
    };
  }

  select(id, way = "") {
    if (id === this.selected && way === this.way) return;
    this.selected = id;
    this.way = way;
    if (id && this.pane === "problems") this.showPane("step");
    this.show();
  }

  open(id, isFocused, isForWays = false) {
    this.select(id);
    this.showPane("step");
    this.picture.reveal(id);
    this.outline.reveal(id);
    if (isForWays) this.form.focusWays();
    else if (isFocused) this.form.focusFirst();
  }

  /** Asks which step comes next on this way, and puts it there. */
  offer(from, exit, point) {
    if (!this.mayEdit) return;
    const name = from ? this.told.nameOf(from) : "";
    const label = from ? this.wayLabel(from, exit) : "";
    const title = from ? word("after_named", { name, way: label }) : word(this.flow().nodes.length ? "add_step" : "first_step");
    this.palette.open(title, { links: Boolean(from) }, (chosen) => {
      if (chosen.to) this.acts.connect(from, exit, chosen.to);
      else this.put(chosen, from, exit, point);
    });
  }

  wayLabel(from, exit) {
    const node = nodeOf(this.flow(), from);
    const found = exitsOf(node, this.vocabulary.kinds[node.kind]).find((one) => one.name === exit);
    return found?.isKey ? word("key_named", { key: exit }) : (found?.label ?? exit);
  }

  put({ kind, settings }, from, exit, point) {
    const { kinds } = this.vocabulary;
    const place = point ? freePlace(this.flow(), kinds, point) : placeAfter(this.flow(), kinds, from, exit);
    const [flow, id] = add(this.flow(), kind, freshSettings(kinds[kind], this.vocabulary, settings), place);
    const before = from ? nodeOf(flow, from).exits[exit] : null;
    let next = from ? connect(flow, from, exit, id) : flow;
    const onward = kinds[kind].exits.find((one) => one.name === "next");
    if (before && onward) next = connect(next, id, "next", before);
    this.change(next);
    this.open(id, true);
  }

  addAfter(id) {
    const node = nodeOf(this.flow(), id);
    const exits = exitsOf(node, this.vocabulary.kinds[node.kind]);
    const open = exits.find((exit) => !exit.to && !exit.spare) ?? exits.find((exit) => !exit.to) ?? exits[0];
    if (open) this.offer(id, open.name, null);
    else toast(word("ends_here"));
  }

  remove(id) {
    const order = readingOrder(this.flow(), this.vocabulary.kinds).nodes.map((node) => node.id);
    const near = order[order.indexOf(id) - 1] ?? order[1] ?? "";
    const wasFocused = this.picture.root.contains(document.activeElement);
    this.selected = near;
    this.change(remove(this.flow(), id));
    toast(word("step_deleted"), "info", 4);
    if (wasFocused) this.picture.focus(near);
    else this.outline.focus(near);
  }

  removeWay(way) {
    const [from, exit] = way.split(":");
    this.way = "";
    this.change(disconnect(this.flow(), from, exit));
  }

  duplicate(id) {
    const [flow, copy] = duplicate(this.flow(), id);
    this.change(flow);
    this.open(copy, true);
  }

  // ---- showing

  show(isForced = false) {
    const flow = this.flow();
    const marks = { selected: this.trail.length ? "" : this.selected, way: this.way, trail: this.trail.map((step) => step.node), at: this.trail.at(-1)?.node };
    this.picture.show(flow, marks);
    this.form.show(this.selected, isForced);
    this.placeForm(flow);
    this.showState(flow);
    byId("canvas-empty").hidden = flow.nodes.length > 0;
    if (!byId("view-json").hidden) this.showJson();
  }

  /** The form stands in the list when the list is shown, beside the picture otherwise. */
  placeForm(flow) {
    this.outline.show(flow, this.selected);
    const pane = byId("pane-step");
    if (byId("view-list").hidden && this.form.element.parentNode !== pane) pane.append(this.form.element);
    byId("pane-nothing").hidden = Boolean(this.selected);
  }

  showState(flow) {
    const [undo, redo] = [byId("undo"), byId("redo")];
    undo.disabled = !this.history.past.length;
    redo.disabled = !this.history.future.length;
    byId("steps-count").textContent = word(flow.nodes.length === 1 ? "one_step" : "many_steps", { n: flow.nodes.length });
    this.told.showProblems(byId("pane-problems"), byId("problems-count"), (id) => (id ? this.open(id, true) : null));
  }

  showJson() {
    const area = byId("flow-json");
    if (document.activeElement !== area) area.value = JSON.stringify(this.flow(), null, 2);
  }

  showWalk(walk) {
    this.trail = walk.steps;
    this.show();
    if (this.trail.length && !byId("view-picture").hidden) this.picture.reveal(this.trail.at(-1).node);
  }

  heard(said) {
    this.told.setProblems(said.problems);
    this.show();
    if (this.pane === "trial") this.trial.walk();
  }

  /** While texts are being spoken, looks now and then whether they are. */
  async watch() {
    if (!this.told.pending || this.saving.next || this.saving.isUnderWay || document.hidden) return;
    const answer = await fetch(this.vocabulary.urls.check).catch(() => null);
    if (!answer?.ok || this.saving.next) return;
    this.told.setProblems((await answer.json()).problems);
    this.show();
  }

  lost(said) {
    this.mayEdit = false;
    this.tellSaved("conflict", said.detail);
    byId("conflict-words").textContent = said.detail;
    byId("conflict").showModal();
  }

  tellSaved(state, text) {
    const badge = byId("saved");
    const shapes = { saved: "●", saving: "◐", unsaved: "○", failed: "▲", conflict: "▲" };
    const looks = { failed: "badge--danger", conflict: "badge--danger", saved: "badge--good" };
    badge.className = `badge ${looks[state] ?? ""}`;
    badge.dataset.state = state;
    badge.textContent = `${shapes[state]} ${text}`;
  }

  // ---- the page around

  isNarrow() {
    return matchMedia("(max-width: 1080px)").matches;
  }

  showView(view) {
    this.view = view;
    for (const name of ["picture", "list", "json"]) byId(`view-${name}`).hidden = name !== view;
    for (const tab of document.querySelectorAll("[data-view]")) tab.setAttribute("aria-selected", String(tab.dataset.view === view));
    byId("editor").dataset.showing = view;
    const stepTab = document.querySelector("[data-pane=step]");
    stepTab.hidden = view === "list";
    if (view === "list" && this.pane === "step") this.showPane("problems");
    this.show(true);
    if (view === "picture" && !this.isFitted) this.isFitted = Boolean(this.picture.root.clientWidth) && (this.picture.fit(), true);
  }

  showPane(pane) {
    if (pane === "step" && !byId("view-list").hidden) return;
    const before = this.pane;
    this.pane = pane;
    for (const name of ["step", "problems", "trial"]) byId(`pane-${name}`).hidden = name !== pane;
    for (const tab of document.querySelectorAll("[data-pane]")) tab.setAttribute("aria-selected", String(tab.dataset.pane === pane));
    if (pane === "trial" && before !== "trial") this.trial.walk();
    if (before === "trial" && pane !== "trial") {
      this.trail = [];
      this.show();
    }
  }

  listenToPage() {
    for (const tab of document.querySelectorAll("[data-view]")) tab.addEventListener("click", () => this.showView(tab.dataset.view));
    for (const tab of document.querySelectorAll("[data-pane]")) tab.addEventListener("click", () => this.showPane(tab.dataset.pane));
    for (const list of document.querySelectorAll("[role=tablist]")) list.addEventListener("keydown", walkTabs);
    const clicks = {
      undo: () => this.step(true),
      redo: () => this.step(false),
      tidy: () => this.tidy(),
      "zoom-in": () => this.picture.zoomAt(1.25),
      "zoom-out": () => this.picture.zoomAt(0.8),
      "zoom-fit": () => this.picture.fit(0),
      "use-json": () => this.useJson(),
    };
    for (const [id, act] of Object.entries(clicks)) byId(id)?.addEventListener("click", act);
    for (const one of document.querySelectorAll("[data-add]")) one.addEventListener("click", () => this.addSomewhere());
    for (const one of document.querySelectorAll("[data-needs-saved]")) one.addEventListener("click", (event) => this.afterSaving(event, one));
    document.addEventListener("keydown", (event) => this.key(event));
    byId("tab-trial").addEventListener("keydown", (event) => this.trial.key(event));
    byId("languages")?.addEventListener("change", () => this.speak());
    byId("find-step")?.addEventListener("change", (event) => this.find(event.target));
  }

  addSomewhere() {
    const node = nodeOf(this.flow(), this.selected);
    const ways = node ? exitsOf(node, this.vocabulary.kinds[node.kind]) : [];
    if (ways.some((exit) => !exit.to)) this.addAfter(node.id);
    else this.offer("", "", null);
  }

  tidy() {
    this.change(tidy(this.flow(), this.vocabulary.kinds));
    this.picture.fit();
  }

  useJson() {
    const flow = parse(byId("flow-json").value);
    if (!flow) return toast(word("bad_json"), "danger");
    this.selected = "";
    this.change(flow);
    return toast(word("json_used"), "good");
  }

  speak() {
    const languages = [...byId("languages").querySelectorAll("input:checked")].map((box) => box.value);
    const kept = this.flow().languages.filter((code) => languages.includes(code));
    const next = [...kept, ...languages.filter((code) => !kept.includes(code))];
    if (next.length) this.change({ ...this.flow(), languages: next });
    else this.showLanguages();
  }

  showLanguages() {
    for (const box of byId("languages")?.querySelectorAll("input") ?? []) box.checked = this.flow().languages.includes(box.value);
  }

  find(input) {
    const found = this.targetList().find(([, name]) => name === input.value);
    if (found) this.open(found[0], false);
    if (found && this.view === "picture") this.picture.focus(found[0]);
    input.value = "";
  }

  /** A link that reads the draft on the server waits until it is there. */
  async afterSaving(event, link) {
    if (!this.saving.next && !this.saving.isUnderWay) return;
    event.preventDefault();
    if (await this.saving.flush()) location.href = link.href;
  }

  key(event) {
    const isText = event.target.matches("input:not([type=checkbox]), textarea");
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && !isText && event.key.toLowerCase() === "z") this.step(!event.shiftKey);
    else if (isCommand && !isText && event.key.toLowerCase() === "y") this.step(false);
    else if (event.key === "?" && !isText && !document.querySelector("dialog[open]")) byId("flow-keys").showModal();
    else if (event.key === "Escape" && this.form.element.contains(event.target) && this.view === "picture") this.picture.focus(this.selected);
    else return;
    event.preventDefault();
  }

  start() {
    const options = () => this.targetList().map(([, name]) => make("option", { value: name }));
    byId("find-step")?.addEventListener("focus", () => byId("steps-known").replaceChildren(...options()));
    this.showPane(this.flow().nodes.length ? "problems" : "step");
    this.showView(this.isNarrow() && innerWidth < 700 ? "list" : "picture");
    this.showLanguages();
    setInterval(() => this.watch(), 4000);
    byId("editor").dataset.ready = "true";
  }
}

/* Arrow keys walk a row of tabs. */
function walkTabs(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const tabs = [...event.currentTarget.querySelectorAll("[role=tab]:not([hidden])")];
  const at = tabs.indexOf(document.activeElement);
  if (!step || at < 0) return;
  const next = tabs[(at + step + tabs.length) % tabs.length];
  next.focus();
  next.click();
  event.preventDefault();
}

new Editor(given).start();
