/* Rows of choices over a rule's JSON: each text area marked data-rule-rows becomes a list; the JSON is what is sent.
   Text that is no list of objects stays as it was typed. */

const vocabulary = JSON.parse(document.getElementById("rule-vocabulary").textContent);
const { words, classes } = vocabulary;
const MANY = ["one_of", "none_of"];
const RANGE = ["at_least", "at_most", "between"];
let ids = 0;

function read(text) {
  try {
    const rows = JSON.parse(text || "[]");
    const isRows = Array.isArray(rows) && rows.every((row) => row && typeof row === "object" && !Array.isArray(row));
    return isRows ? rows : null;
  } catch {
    return null;
  }
}

/* ------------------------------------------------------------------ elements */
function make(name, given = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

function choose(options, value, label, changed) {
  const select = make("select", { "aria-label": label, class: classes.select, onchange: changed });
  select.append(make("option", { value: "" }, words.choose));
  for (const [key, text] of options) select.append(make("option", { value: String(key) }, text));
  select.value = value == null ? "" : String(value);
  if (select.selectedIndex < 0) select.value = "";
  return select;
}

function type(kind, value, label, changed, more = {}) {
  const input = make("input", { type: kind, "aria-label": label, class: classes.input, oninput: changed, ...more });
  input.value = value == null || typeof value === "object" ? "" : String(value);
  return input;
}

function whole(input) {
  return input.value === "" ? null : Number(input.value);
}

/* A list of suggestions, shown in words; what is kept is the key behind them. */
function suggestions(options) {
  if (!options.length) return null;
  const list = make("datalist", { id: `rule-list-${++ids}` });
  for (const [, text] of options) list.append(make("option", { value: text }));
  document.body.append(list);
  return list.id;
}

const shown = (options, key) => options.find(([own]) => own === key)?.[1] ?? key;
const meant = (options, text) =>
  options.find(([own, word]) => word.toLowerCase() === text.toLowerCase() || own === text)?.[0] ?? text;

/* ------------------------------------------------------------------ values of a condition: {nodes, value()} */
function valueEditor(asked, op, value, label, changed) {
  const kind = asked.kind === "collected" ? (RANGE.includes(op) ? "count" : "text") : asked.kind;
  const field = kind === asked.kind ? asked : { ...asked, kind };
  if (op === "between") return pair(field, value, label, changed);
  if (field.kind === "choice") return MANY.includes(op) ? ticks(field, value, label, changed) : one(field, value, label, changed);
  if (field.kind === "text" && MANY.includes(op)) return several(field, value, label, changed);
  return single(field, value, label, changed);
}

function single(field, value, label, changed) {
  if (field.kind === "text") field.list ??= suggestions(field.options);
  const input = {
    time: () => type("time", value, label, changed),
    count: () => type("number", value, label, changed, { min: 0, step: 1 }),
    text: () => type("text", shown(field.options, value), label, changed, { list: field.list, maxlength: 80 }),
  }[field.kind]();
  const told = {
    time: () => input.value,
    count: () => whole(input),
    text: () => meant(field.options, input.value.trim()),
  };
  return { nodes: [input], value: told[field.kind] };
}

function pair(field, value, label, changed) {
  const [first, last] = Array.isArray(value) ? value : [];
  const parts = [
    single(field, first, `${label}, ${words.first}`, changed),
    single(field, last, `${label}, ${words.last}`, changed),
  ];
  return { nodes: parts.flatMap((part) => part.nodes), value: () => parts.map((part) => part.value()) };
}

function one(field, value, label, changed) {
  const select = choose(field.options, value, label, changed);
  return { nodes: [select], value: () => key(field.options, select.value) };
}

/* An option's key has its own kind, a number mostly; a control's value is always text. */
function key(options, text) {
  return options.find(([own]) => String(own) === text)?.[0] ?? null;
}

function ticks(field, value, label, changed) {
  const chosen = new Set((Array.isArray(value) ? value : [value]).map(String));
  const group = make("fieldset", { class: "rule-row__ticks" }, make("legend", { class: "sr-only" }, label));
  for (const [own, text] of field.options) {
    const tick = make("input", { type: "checkbox", value: String(own), onchange: changed });
    tick.checked = chosen.has(String(own));
    group.append(make("label", {}, tick, ` ${text}`));
  }
  const told = () => [...group.querySelectorAll(":checked")].map((tick) => key(field.options, tick.value));
  return { nodes: [group], value: told };
}

/* One box for each value and always an empty one behind them. */
function several(field, value, label, changed) {
  field.list ??= suggestions(field.options);
  const group = make("div", { class: "rule-row__several", role: "group", "aria-label": label });
  const boxes = () => [...group.querySelectorAll("input")];
  const grow = () => {
    if (boxes().every((box) => box.value.trim())) add("");
    changed();
  };
  const add = (text) => {
    const name = `${label} ${boxes().length + 1}`;
    group.append(type("text", text, name, grow, { list: field.list, maxlength: 80 }));
  };
  for (const text of Array.isArray(value) ? value : value ? [value] : []) add(shown(field.options, text));
  add("");
  const told = () => boxes().map((box) => box.value.trim()).filter(Boolean).map((text) => meant(field.options, text));
  return { nodes: [group], value: told };
}

/* ------------------------------------------------------------------ rows: {nodes, value()} */
function condition(row, label, changed, again) {
  const field = vocabulary.fields.find((one) => one.name === row.field);
  const fields = vocabulary.fields.map((one) => [one.name, one.label]);
  const what = choose(fields, row.field, `${label}, ${words.field}`, () => {
    const next = vocabulary.fields.find((one) => one.name === what.value);
    again({ field: what.value, op: next?.ops[0] ?? "", value: null });
  });
  if (!field) return { nodes: [what], value: () => ({ field: what.value, op: "", value: null }) };
  const ops = field.ops.map((name) => [name, vocabulary.ops[name]]);
  const op = choose(ops, row.op, `${label}, ${words.op}`, () => again({ ...told(), op: op.value }));
  const editor = valueEditor(field, row.op, row.value, `${label}, ${words.value}`, changed);
  const told = () => ({ field: field.name, op: op.value, value: editor.value() });
  return { nodes: [what, op, ...editor.nodes], value: told };
}

function effect(row, label, changed, again) {
  const known = vocabulary.effects.find((one) => one.do === row.do);
  const kinds = vocabulary.effects.map((one) => [one.do, one.label]);
  const what = choose(kinds, row.do, `${label}, ${words.field}`, () => again({ do: what.value }));
  if (!known) return { nodes: [what], value: () => ({ do: what.value }) };
  const inputs = known.inputs.map((input) => effectInput(input, row[input.key], `${label}, ${input.label}`, changed));
  const told = () => {
    const values = inputs.map((input, place) => [known.inputs[place].key, input.value()]);
    return { do: known.do, ...Object.fromEntries(values) };
  };
  return { nodes: [what, ...inputs.map((input) => input.node)], value: told };
}

function effectInput(input, value, label, changed) {
  const controls = {
    choice: () => choose(input.options, value, label, changed),
    number: () => type("number", value, label, changed, { min: input.least, max: input.most, step: 1 }),
    check: () => make("input", { type: "checkbox", "aria-label": label, onchange: changed }),
  };
  const control = controls[input.kind]();
  if (input.kind === "check") control.checked = value === true;
  const told = {
    choice: () => key(input.options, control.value),
    number: () => whole(control),
    check: () => control.checked,
  };
  const node = make("label", { class: "rule-row__input" }, make("span", {}, input.label), control);
  return { node, value: told[input.kind] };
}

/* ------------------------------------------------------------------ a list of rows over its text area */
function showRows(area, rows) {
  const part = area.dataset.ruleRows;
  const isCondition = part === "conditions";
  const build = isCondition ? condition : effect;
  const name = isCondition ? words.condition : words.effect;
  const list = make("div", { class: "rule-rows__list" });
  const empty = make("p", { class: "rule-rows__empty" }, isCondition ? words.no_conditions : words.no_effects);
  const status = make("p", { class: "sr-only", role: "status" });
  const add = make("button", { type: "button", class: classes.button, onclick: addRow });
  add.append(isCondition ? words.add_condition : words.add_effect);
  area.hidden = true;
  area.after(make("div", { class: "rule-rows" }, list, empty, add, status));
  draw();

  function addRow() {
    rows.push({});
    draw();
    keep();
    list.lastElementChild.querySelector("select").focus();
  }

  function removeRow(place) {
    rows.splice(place, 1);
    draw();
    keep();
    status.textContent = words.removed;
    add.focus();
  }

  function replaceRow(place, row) {
    const at = [...list.children[place].querySelectorAll("select, input, button")].indexOf(document.activeElement);
    rows[place] = row;
    draw();
    keep();
    list.children[place].querySelectorAll("select, input, button")[Math.max(0, at)]?.focus();
  }

  function draw() {
    list.replaceChildren(...rows.map(drawRow));
    empty.hidden = rows.length > 0;
  }

  function drawRow(row, place) {
    const label = `${name} ${place + 1}`;
    const changed = () => {
      rows[place] = built.value();
      keep();
    };
    const built = build(row, label, changed, (next) => replaceRow(place, next));
    const remove = make("button", {
      type: "button",
      class: classes.button,
      "aria-label": `${words.remove}: ${label}`,
      onclick: () => removeRow(place),
    });
    remove.append(words.remove);
    return make("div", { class: "rule-row", role: "group", "aria-label": label }, ...built.nodes, remove);
  }

  function keep() {
    area.value = JSON.stringify(rows);
    area.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

for (const area of document.querySelectorAll("[data-rule-rows]")) {
  const rows = read(area.value);
  if (rows) showRows(area, rows);
}
