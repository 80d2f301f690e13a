/* One control for each type of setting (telephony/flows/fields.py). A control tells its value by `keep(value)`;
   undefined means that nothing is said. */

import { choose, field, make } from "./make.js";
import { listOf } from "./rows.js";
import { promptField } from "./prompts.js";
import { word } from "../../app.js";

const ROWS = ["queue", "hours", "survey", "agent"];
const TEXTS = { name: 32, number: 21, path: 120, url: 500, text: 80 };

/** `about`: {vocabulary, flow, node, keep(value, isTyping), mayEdit}. → an element with label and help. */
export function settingField(spec, about) {
  if (spec.type === "prompt") return promptField(spec, about);
  if (ROWS.includes(spec.type)) return rowField(spec, about);
  const build = SINGLE[spec.type];
  if (build) return build(spec, about);
  if (spec.type in TEXTS) return textField(spec, about);
  return listOf(spec, about);
}

function given(spec, about) {
  return about.node.settings[spec.name] ?? spec.default;
}

function base(spec) {
  return { "data-field": spec.name };
}

function rowField(spec, about) {
  const rows = about.vocabulary.rows[spec.type];
  const chosen = about.node.settings[spec.name];
  const options = [["", word(spec.required ? "choose" : "none")], ...rows];
  if (chosen && !rows.some(([id]) => id === chosen)) options.push([chosen, word("row_gone", { id: chosen })]);
  const select = choose(options, chosen, {
    ...base(spec),
    onchange: () => about.keep(select.value ? Number(select.value) : undefined),
  });
  return field(spec.label, select, { help: rows.length ? spec.help : word(`no_${spec.type}`) });
}

function count(spec, about) {
  const input = make("input", {
    ...base(spec), type: "number", min: spec.least, max: spec.most, step: 1, inputmode: "numeric",
    oninput: () => about.keep(input.value === "" ? undefined : Number(input.value), true),
  });
  input.value = given(spec, about) ?? "";
  const help = [spec.help, word("from_to", { least: spec.least, most: spec.most })].filter(Boolean).join(" ");
  return field(spec.unit ? `${spec.label} (${spec.unit})` : spec.label, input, { help });
}

function truth(spec, about) {
  const box = make("input", { ...base(spec), type: "checkbox", onchange: () => about.keep(box.checked) });
  box.checked = given(spec, about) === true;
  const help = spec.help ? [make("p", { class: "field__help" }, spec.help)] : [];
  return make("div", { class: "field" }, make("label", { class: "check" }, box, spec.label), ...help);
}

function choice(spec, about) {
  const options = spec.required || spec.default ? spec.choices : [["", word("none")], ...spec.choices];
  const select = choose(options, given(spec, about), {
    ...base(spec), onchange: () => about.keep(select.value || (spec.default ? "" : undefined)),
  });
  return field(spec.label, select, { help: spec.help });
}

function key(spec, about) {
  const options = [["", word("no_key")], ..."1234567890*#".split("").map((one) => [one, one])];
  const select = choose(options, given(spec, about), { ...base(spec), onchange: () => about.keep(select.value) });
  return field(spec.label, select, { help: spec.help });
}

function textField(spec, about) {
  const input = make("input", {
    ...base(spec), type: spec.type === "url" ? "url" : "text", maxlength: spec.most || TEXTS[spec.type],
    autocomplete: "off", spellcheck: "false", placeholder: spec.example,
    oninput: () => about.keep(input.value.trim() || undefined, true),
  });
  input.value = given(spec, about) ?? "";
  return field(spec.label, input, { help: spec.help });
}

function area(spec, about) {
  const input = make("textarea", {
    ...base(spec), rows: 3, maxlength: spec.most, spellcheck: "false",
    oninput: () => about.keep(input.value || undefined, true),
  });
  input.value = given(spec, about) ?? "";
  return field(spec.label, input, { help: spec.help });
}

function moment(spec, about) {
  const input = make("input", { ...base(spec), type: "datetime-local", onchange: () => about.keep(input.value.slice(0, 16) || undefined) });
  input.value = given(spec, about) ?? "";
  return field(spec.label, input, { help: spec.help });
}

const SINGLE = { count, truth, choice, key, body: area, moment };
