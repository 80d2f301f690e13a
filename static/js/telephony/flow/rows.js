/* Settings that are lists: branches, shares, phrases, answers, skills, what a look-up keeps, languages by key. Each row is a group
   of labelled controls with a button that takes it away; the last control of the list adds one. */

import { collectedNames } from "./document.js";
import { conditionsOf } from "./conditions.js";
import { button, choose, make } from "./make.js";
import { word } from "../../app.js";

const KEYS = "1234567890*#".split("");

/* Each: rows(value) → rows, value(rows) → value, fresh(rows, about) → a new row, columns. */
const LISTS = {
  keep: { fresh: () => ({ name: "", path: "" }), columns: [text("name", "col_name"), text("path", "col_path")] },
  says: { fresh: (_rows, about) => ({ name: collectedNames(about.flow)[0] ?? "", as: "digits" }), columns: [known("name", "col_value"), pick("as", "col_as", "said_as")] },
  skills: { fresh: (_rows, about) => ({ skill: about.vocabulary.rows.skill[0]?.[0] ?? null, level: 1 }), columns: [row("skill", "col_skill"), number("level", "col_level", 1, 10)] },
  shares: { fresh: (rows) => ({ exit: letter(rows), percent: Math.max(0, 100 - total(rows)) }), columns: [number("percent", "col_percent", 0, 100)], title: (one) => one.exit.toUpperCase() },
  branches: { fresh: (rows, about) => ({ exit: numbered(rows), name: "", when: [firstCondition(about)] }), columns: [text("name", "col_branch"), conditions("when")] },
  phrases: { fresh: (rows) => ({ exit: numbered(rows, "p"), name: "", says: "", key: freeKey(rows) }), columns: [text("name", "col_phrase"), text("says", "col_says", 300), pick("key", "col_key", "keys_or_none")] },
  language_keys: {
    rows: (value) => Object.entries(value ?? {}).map(([key, language]) => ({ key, language })),
    value: (rows) => Object.fromEntries(rows.map((one) => [one.key, one.language])),
    fresh: freshLanguage,
    columns: [pick("key", "col_key", "keys"), pick("language", "col_language", "languages")],
  },
};

export function listOf(spec, about) {
  const list = LISTS[spec.type];
  if (!list) return make("p", { class: "field__help" }, spec.label);
  const value = about.node.settings[spec.name] ?? spec.default;
  let rows = list.rows ? list.rows(value) : Array.isArray(value) ? value.filter((one) => one && typeof one === "object") : [];
  /* What is typed is not drawn again, so the rows are remembered here as they are by now. */
  const keep = (next, isTyping) => {
    rows = next;
    about.keep(list.value ? list.value(next) : next, isTyping);
  };
  const put = (place, values, isTyping) => keep(rows.map((old, at) => (at === place ? { ...old, ...values } : old)), isTyping);
  const drawn = rows.map((one, place) => drawRow({ spec, list, one, place, about, put, drop: () => keep(rows.filter((_, at) => at !== place)) }));
  const add = button(`+ ${spec.add}`, () => keep([...rows, list.fresh(rows, about)]));
  add.dataset.field = `${spec.name}.add`;
  const help = spec.help ? [make("p", { class: "field__help" }, spec.help)] : [];
  const legend = make("legend", { class: "label" }, spec.label);
  return make("fieldset", { class: "rows" }, legend, ...help, ...drawn, add);
}

function drawRow({ spec, list, one, place, about, put: putAt, drop }) {
  const label = `${spec.row} ${list.title?.(one) ?? place + 1}`;
  const put = (name, value, isTyping) => putAt(place, { [name]: value }, isTyping);
  const cells = list.columns.map((column) => column(one, { label, about, put, mark: `${spec.name}.${place}` }));
  const remove = button("✕", drop, "button--quiet");
  remove.setAttribute("aria-label", word("remove_named", { name: label }));
  remove.dataset.field = `${spec.name}.${place}.remove`;
  const head = list.title ? [make("span", { class: "rows__title" }, list.title(one))] : [];
  return make("div", { class: "rows__row", role: "group", "aria-label": label }, ...head, ...cells, remove);
}

function cell(column, control, label) {
  return make("label", { class: "rows__cell" }, make("span", {}, word(column)), dressed(control, label, column));
}

function dressed(control, label, column) {
  control.setAttribute("aria-label", `${label}, ${word(column)}`);
  return control;
}

function text(name, column, longest = 80) {
  return (one, { label, put, mark }) => {
    const input = make("input", { type: "text", class: "input", maxlength: longest, autocomplete: "off", "data-field": `${mark}.${name}`, oninput: () => put(name, input.value.trim(), true) });
    input.value = one[name] ?? "";
    return cell(column, input, label);
  };
}

function number(name, column, least, most) {
  return (one, { label, put, mark }) => {
    const input = make("input", { type: "number", class: "input", min: least, max: most, step: 1, "data-field": `${mark}.${name}`, oninput: () => put(name, Number(input.value), true) });
    input.value = one[name] ?? "";
    return cell(column, input, label);
  };
}

function select(name, column, options, one, { label, put, mark }, read = (value) => value) {
  const control = choose(options, one[name], { class: "input", "data-field": `${mark}.${name}`, onchange: () => put(name, read(control.value)) });
  return cell(column, control, label);
}

function pick(name, column, of) {
  return (one, at) => {
    const keys = KEYS.map((key) => [key, key]);
    const options = of === "keys" ? keys : of === "keys_or_none" ? [["", word("no_key")], ...keys] : at.about.vocabulary[of];
    return select(name, column, options, one, at);
  };
}

function row(name, column) {
  return (one, at) => select(name, column, [["", word("choose")], ...at.about.vocabulary.rows[name]], one, at, Number);
}

function known(name, column) {
  return (one, at) => {
    const names = collectedNames(at.about.flow);
    if (one[name] && !names.includes(one[name])) names.push(one[name]);
    return select(name, column, [["", word("choose")], ...names.map((own) => [own, own])], one, at);
  };
}

function conditions(name) {
  return (one, at) => conditionsOf(one[name] ?? [], { ...at, keep: (value, isTyping) => at.put(name, value, isTyping) });
}

// ---- fresh rows

function letter(rows) {
  const taken = new Set(rows.map((one) => one.exit));
  return "abcdefghij".split("").find((one) => !taken.has(one)) ?? `x${rows.length}`;
}

function numbered(rows, prefix = "b") {
  const taken = new Set(rows.map((one) => one.exit));
  let place = rows.length + 1;
  while (taken.has(`${prefix}${place}`)) place += 1;
  return `${prefix}${place}`;
}

function freeKey(rows) {
  const taken = new Set(rows.map((one) => one.key));
  return KEYS.find((key) => !taken.has(key)) ?? "";
}

function total(rows) {
  return rows.reduce((sum, one) => sum + (Number(one.percent) || 0), 0);
}

function firstCondition(about) {
  const field = about.vocabulary.conditions[0];
  return { field: field.name, op: field.ops[0], value: "" };
}

function freshLanguage(rows, about) {
  const spoken = new Set(rows.map((one) => one.language));
  const pressed = new Set(rows.map((one) => one.key));
  const languages = about.vocabulary.languages.map(([code]) => code);
  return {
    key: KEYS.find((key) => !pressed.has(key)),
    language: about.flow.languages.find((code) => !spoken.has(code)) ?? languages.find((code) => !spoken.has(code)) ?? "en",
  };
}
