/* Elements from scripts. Text is text, never markup. */

const SVG = "http://www.w3.org/2000/svg";

/** make("button", {type: "button", onclick: f, "aria-label": "…"}, "Text", element) */
export function make(name, given = {}, ...children) {
  return dress(document.createElement(name), given, children);
}

export function svg(name, given = {}, ...children) {
  return dress(document.createElementNS(SVG, name), given, children);
}

function dress(element, given, children) {
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** One of the signs in templates/telephony/flows/_signs.html; always beside its word. */
export function sign(name) {
  return svg("svg", { class: "sign", "aria-hidden": "true", viewBox: "0 0 16 16" }, svg("use", { href: `#sign-${name}` }));
}

/** A select of [value, text] pairs; what is not among them is shown as nothing chosen. */
export function choose(options, value, given = {}) {
  const select = make("select", given);
  for (const [key, text] of options) select.append(make("option", { value: String(key) }, text));
  select.value = value == null ? "" : String(value);
  if (select.selectedIndex < 0) select.value = "";
  return select;
}

let ids = 0;

/** Label above, control, help under. `control` gets the id. */
export function field(label, control, { help = "", problem = "" } = {}) {
  control.id ||= `flow-field-${++ids}`;
  const below = [];
  if (help) below.push(make("p", { class: "field__help", id: `${control.id}-help` }, help));
  if (problem) below.push(make("p", { class: "field__error", id: `${control.id}-error` }, problem));
  if (below.length) control.setAttribute("aria-describedby", below.map((one) => one.id).join(" "));
  if (problem) control.setAttribute("aria-invalid", "true");
  return make("div", { class: "field" }, make("label", { for: control.id }, label), control, ...below);
}

export function button(text, onclick, look = "") {
  return make("button", { type: "button", class: `button button--small ${look}`, onclick }, text);
}
