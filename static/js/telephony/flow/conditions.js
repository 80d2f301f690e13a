/* The conditions of a branch: what is looked at, how it is compared, with what. All of them must hold. */

import { collectedNames } from "./document.js";
import { button, choose, make } from "./make.js";
import { word } from "../../app.js";

const MANY = ["one_of", "none_of"];
let lists = 0;

/** `at`: {label, about, mark, keep(conditions, isTyping)}. */
export function conditionsOf(given, at) {
  let conditions = given;
  /* What is typed is not drawn again, so the conditions are remembered here as they are by now. */
  const keep = (next, isTyping) => {
    conditions = next;
    at.keep(next, isTyping);
  };
  const fields = fieldsOf(at.about);
  const drawn = conditions.map((one, place) => {
    const put = (next, isTyping) => keep(conditions.map((old, here) => (here === place ? next : old)), isTyping);
    const drop = () => keep(conditions.filter((_, here) => here !== place));
    return condition(one, { ...at, fields, place, put, drop, isOnly: conditions.length === 1 });
  });
  const add = button(`+ ${word("add_condition")}`, () => keep([...conditions, fresh(fields[0])]), "button--quiet");
  add.dataset.field = `${at.mark}.when.add`;
  return make("div", { class: "conditions" }, ...drawn, add);
}

function fresh(field) {
  return { field: field.name, op: field.ops[0], value: empty(field, field.ops[0]) };
}

function empty(field, op) {
  if (op === "between") return ["", ""];
  if (MANY.includes(op)) return [];
  return field.kind === "choice" ? (field.options[0]?.[0] ?? "") : field.kind === "count" ? 0 : "";
}

/** What the vocabulary names, what this flow collects, and the lines of this tenant's queues. */
function fieldsOf({ vocabulary, flow }) {
  const collected = collectedNames(flow).map((name) => ({
    name: `collected.${name}`, label: word("collected_named", { name }), kind: "text", ops: vocabulary.collected_ops, options: [],
  }));
  return [...collected, ...vocabulary.conditions];
}

function condition(given, at) {
  const one = { ...given };
  const { fields, place, put, drop, isOnly } = at;
  const label = `${at.label}, ${word("condition")} ${place + 1}`;
  const mark = `${at.mark}.when.${place}`;
  const known = fields.find((field) => field.name === one.field);
  const options = fields.map((field) => [field.name, field.label]);
  if (!known) options.unshift([one.field ?? "", one.field || word("choose")]);
  const what = choose(options, one.field, { class: "input", "aria-label": `${label}, ${word("col_what")}`, "data-field": `${mark}.field`, onchange: () => put(fresh(fields.find((field) => field.name === what.value))) });
  const parts = known ? [comparison(one, known, { ...at, label, mark }), ...values(one, known, { ...at, label, mark })] : [];
  const remove = button("✕", drop, "button--quiet");
  remove.setAttribute("aria-label", word("remove_named", { name: label }));
  return make("div", { class: "conditions__row", role: "group", "aria-label": label }, what, ...parts, ...(isOnly ? [] : [remove]));
}

function comparison(one, field, { label, mark, put, about }) {
  const options = field.ops.map((op) => [op, about.vocabulary.ops[op]]);
  const control = choose(options, one.op, {
    class: "input", "aria-label": `${label}, ${word("col_op")}`, "data-field": `${mark}.op`,
    onchange: () => put({ ...one, op: control.value, value: kept(one, field, control.value) }),
  });
  return control;
}

/* A value stays where its shape still fits the new comparison. */
function kept(one, field, op) {
  const wantsMany = MANY.includes(op) || op === "between";
  if (wantsMany) return op === "between" ? empty(field, op) : [].concat(one.value ?? []).filter((value) => value !== "");
  return Array.isArray(one.value) ? (one.value[0] ?? empty(field, op)) : one.value;
}

function values(one, field, at) {
  const put = (value, isTyping) => {
    one.value = value;
    at.put({ ...one }, isTyping);
  };
  if (one.op === "between") return pair(one, field, at, put);
  if (MANY.includes(one.op)) return [many(one, field, at, put)];
  return [single(one.value, field, `${at.label}, ${word("col_value")}`, `${at.mark}.value`, put)];
}

function pair(one, field, at, put) {
  const both = Array.isArray(one.value) ? [...one.value] : ["", ""];
  return [0, 1].map((place) => {
    const label = `${at.label}, ${word(place ? "col_to" : "col_from")}`;
    return single(both[place], field, label, `${at.mark}.value.${place}`, (value, isTyping) => {
      both[place] = value;
      put([...both], isTyping);
    });
  });
}

/* Several values stand in one box, with commas; choices become ticks. */
function many(one, field, at, put) {
  const label = `${at.label}, ${word("col_values")}`;
  const values = Array.isArray(one.value) ? one.value : [];
  if (field.kind === "choice") return ticks(values, field, label, put);
  const read = () => input.value.split(/[,，、]/).map((text) => meant(field, text.trim())).filter(Boolean);
  const input = make("input", { type: "text", class: "input", "aria-label": label, "data-field": `${at.mark}.value`, placeholder: word("with_commas"), oninput: () => put(read(), true) });
  input.value = values.map((value) => shown(field, value)).join(", ");
  return input;
}

function ticks(values, field, label, put) {
  const group = make("div", { class: "conditions__ticks", role: "group", "aria-label": label });
  for (const [value, text] of field.options) {
    const tick = make("input", { type: "checkbox", onchange: () => put(tick.checked ? [...values, value] : values.filter((old) => old !== value)) });
    tick.checked = values.includes(value);
    group.append(make("label", { class: "check" }, tick, text));
  }
  return group;
}

function single(value, field, label, mark, put) {
  const look = { class: "input", "aria-label": label, "data-field": mark };
  if (field.kind === "choice") {
    const control = choose(field.options, value, { ...look, onchange: () => put(field.options.find(([own]) => String(own) === control.value)?.[0] ?? "") });
    return control;
  }
  const type = { time: "time", count: "number" }[field.kind] ?? "text";
  const input = make("input", { ...look, type, min: type === "number" ? 0 : null, list: suggestions(field), maxlength: 80, oninput: () => put(type === "number" ? Number(input.value) : meant(field, input.value.trim()), true) });
  input.value = shown(field, value) ?? "";
  return input;
}

function suggestions(field) {
  if (!field.options?.length) return null;
  if (!field.list) {
    field.list = `flow-list-${++lists}`;
    document.body.append(make("datalist", { id: field.list }, ...field.options.map(([, text]) => make("option", { value: text }))));
  }
  return field.list;
}

const shown = (field, value) => field.options?.find(([own]) => own === value)?.[1] ?? value;
const meant = (field, text) => field.options?.find(([own, name]) => name === text || own === text)?.[0] ?? text;
