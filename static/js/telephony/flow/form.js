/* One step as a form: its name, its settings, its ways out. The same form stands beside the picture and in the list. */

import { disconnect, exitsOf, KEYS, nodeOf, renameExit, retitle, set, setStart, setWays } from "./document.js";
import { settingField } from "./fields.js";
import { button, choose, field, make, sign } from "./make.js";
import { word } from "../../app.js";

const NEW = "+";

export class StepForm {
  /** `editor`: flow(), change(flow, tag), vocabulary, told, mayEdit, and acts: addAt, remove, duplicate, open. */
  constructor(editor) {
    this.editor = editor;
    this.element = make("div", { class: "step-form" });
    this.shown = {};
  }

  show(id, isForced = false) {
    const { editor } = this;
    const flow = editor.flow();
    const node = nodeOf(flow, id);
    if (!node) return this.clear();
    const look = [id, node.kind, node.title, JSON.stringify(node.settings), JSON.stringify(node.exits), flow.start === id, flow.languages.join(), editor.prompts(), editor.targets(), editor.problemKey(id)].join("|");
    const isTyped = this.typed === JSON.stringify([node.settings, node.title]) && this.shown.id === id;
    if (look === this.shown.look || (isTyped && !isForced)) {
      this.shown.look = look;
      this.showProblems(id);
      return undefined;
    }
    this.typed = null;
    this.shown = { id, look };
    return this.keepingFocus(() => this.draw(flow, node));
  }

  clear() {
    this.shown = {};
    this.element.replaceChildren();
  }

  keepingFocus(draw) {
    const focused = this.element.contains(document.activeElement) ? document.activeElement.dataset.field : null;
    draw();
    if (!focused) return;
    const again = this.element.querySelector(`[data-field="${CSS.escape(focused)}"]`) ?? this.nearRemoved(focused);
    (again ?? this.element.querySelector("input, select, textarea, button"))?.focus({ preventScroll: true });
  }

  /** A row was taken away: the row before it, or the button that adds one. Never a text field, where Ctrl+Z would undo letters. */
  nearRemoved(focused) {
    const row = /^(.+)\.(\d+)\.remove$/.exec(focused);
    if (!row) return null;
    const named = (field) => this.element.querySelector(`[data-field="${CSS.escape(field)}"]`);
    return named(`${row[1]}.${row[2] - 1}.remove`) ?? named(`${row[1]}.add`);
  }

  draw(flow, node) {
    const kind = this.editor.vocabulary.kinds[node.kind];
    const about = { vocabulary: this.editor.vocabulary, flow, node, mayEdit: this.editor.mayEdit };
    const settings = kind.fields.map((spec) => settingField(spec, { ...about, keep: this.keeper(node, spec, kind) }));
    this.problems = make("ul", { class: "step-form__problems" });
    const rare = settings.filter((_, place) => kind.fields[place].rare);
    const plain = settings.filter((_, place) => !kind.fields[place].rare);
    const more = rare.length ? [make("details", { class: "step-form__more" }, make("summary", {}, word("more_settings")), ...rare)] : [];
    if (more.length) this.rememberMore(more[0]);
    const parts = [this.head(kind), this.problems, this.title(node), ...plain, ...more, ...this.ways(flow, node, kind), this.foot(flow, node)];
    const frame = make("fieldset", { class: "step-form__frame", disabled: !this.editor.mayEdit }, ...parts);
    this.element.replaceChildren(frame);
    this.showProblems(node.id);
  }

  rememberMore(details) {
    details.open = this.isMoreOpen ?? false;
    details.addEventListener("toggle", () => { this.isMoreOpen = details.open; });
  }

  head(kind) {
    return make("div", { class: "step-form__head" }, sign(kind.name), make("div", {}, make("strong", {}, kind.label), make("p", { class: "small quiet" }, kind.help)));
  }

  showProblems(id) {
    const told = this.editor.told.problems(id).map((one) => make("li", { class: one.isError ? null : "is-hint" }, `${one.isError ? "▲" : "△"} ${one.text}`));
    this.problems?.replaceChildren(...told);
  }

  title(node) {
    const input = make("input", {
      type: "text", maxlength: 80, autocomplete: "off", "data-field": "title", placeholder: this.editor.told.name({ ...node, title: "" }),
      oninput: () => this.type(retitle(this.editor.flow(), node.id, input.value), "title", node.id),
    });
    input.value = node.title;
    return field(word("step_name"), input);
  }

  keeper(node, spec, kind) {
    return (value, isTyping = false) => {
      const flow = this.editor.flow();
      const next = kind.ways === spec.name ? setWays(flow, node.id, spec.name, value) : set(flow, node.id, { [spec.name]: value });
      if (isTyping) this.type(next, spec.name, node.id);
      else this.editor.change(next);
    };
  }

  /** While somebody types, what they type in is not drawn again. */
  type(next, name, id) {
    const node = nodeOf(next, id);
    this.typed = JSON.stringify([node.settings, node.title]);
    this.editor.change(next, `${name}:${id}`);
  }

  ways(flow, node, kind) {
    const exits = exitsOf(node, kind);
    if (!exits.length) return [make("p", { class: "small quiet" }, word("ends_here"))];
    const rows = exits.map((exit) => this.wayRow(flow, node, exit));
    return [make("fieldset", { class: "ways" }, make("legend", { class: "label" }, word("ways_out")), ...rows)];
  }

  wayRow(flow, node, exit) {
    const label = exit.isKey ? word("key_named", { key: exit.name }) : exit.label;
    const open = exit.isFree ? word("not_used") : word(exit.spare ? "to_number_queue" : "leads_nowhere");
    const steps = this.editor.targetList().filter(([id]) => id !== node.id || exit.to === id);
    const options = [["", open], ...steps, [NEW, `+ ${word("new_step")}`]];
    const select = choose(options, exit.to ?? "", {
      class: "input", "aria-label": word("way_leads", { way: label }), "data-field": `way.${exit.name}`,
      onchange: () => this.lead(node, exit, select),
    });
    const go = exit.to ? [this.goTo(exit.to)] : [];
    const name = exit.isKey && !exit.isFree ? this.keyOf(node, exit) : make("span", { class: "ways__name" }, label);
    return make("div", { class: `ways__row ${exit.isFree ? "is-free" : ""}` }, name, select, ...go);
  }

  keyOf(node, exit) {
    const select = choose(KEYS.map((key) => [key, key]), exit.name, {
      class: "input ways__key", "aria-label": word("key_of_way", { key: exit.name }), "data-field": `key.${exit.name}`,
      onchange: () => this.editor.change(renameExit(this.editor.flow(), node.id, exit.name, select.value)),
    });
    return select;
  }

  goTo(id) {
    const go = button("→", () => this.editor.acts.open(id), "button--quiet");
    go.setAttribute("aria-label", word("go_to", { name: this.editor.told.nameOf(id) }));
    return go;
  }

  lead(node, exit, select) {
    const { value } = select;
    if (value === NEW) {
      select.value = exit.to ?? "";
      this.editor.acts.offer(node.id, exit.name, null, select.getBoundingClientRect());
    } else if (value) this.editor.acts.connect(node.id, exit.name, value);
    else this.editor.change(disconnect(this.editor.flow(), node.id, exit.name));
  }

  foot(flow, node) {
    const { acts } = this.editor;
    const start = button(word("begin_here"), () => this.editor.change(setStart(this.editor.flow(), node.id)), "button--quiet");
    const parts = [
      ...(flow.start === node.id ? [] : [start]),
      button(word("duplicate"), () => acts.duplicate(node.id), "button--quiet"),
      button(word("delete_step"), () => acts.remove(node.id), "button--quiet step-form__delete"),
    ];
    return make("div", { class: "buttons step-form__foot" }, ...parts);
  }

  focusFirst() {
    const words = this.element.querySelector(".prompt-field__write[open] textarea");
    const wanted = words ?? this.element.querySelector("textarea, select[data-field]:not([data-field^='way.'], [data-field^='key.'])");
    const first = wanted?.closest("details:not([open])") ? this.element.querySelector("select, input") : wanted;
    (first ?? this.element.querySelector("input, select"))?.focus({ preventScroll: false });
  }

  focusWays() {
    this.element.querySelector("[data-field^='way.']")?.focus();
  }
}
