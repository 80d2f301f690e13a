/* What callers hear: one of the prompts, or a text written on the spot, which becomes a prompt. */

import { button, choose, field, make } from "./make.js";
import { csrfToken, toast, word } from "../../app.js";

let ids = 0;

export function promptField(spec, about) {
  const { prompts } = about.vocabulary;
  const chosen = about.node.settings[spec.name];
  const known = prompts.find((one) => one.id === chosen);
  const options = [["", word(spec.required ? "choose" : "none")], ...prompts.map((one) => [one.id, one.name])];
  if (chosen && !known) options.push([chosen, word("row_gone", { id: chosen })]);
  const select = choose(options, chosen, {
    "data-field": spec.name,
    onchange: () => about.keep(select.value ? Number(select.value) : undefined),
  });
  const below = known ? heard(known, about) : [];
  return make("div", { class: "prompt-field" }, field(spec.label, select, { help: spec.help }), ...below, ...writer(spec, about, known));
}

function heard(prompt, about) {
  const lines = about.flow.languages.map((code) => {
    const wording = prompt.wordings[code];
    const text = wording ? wording.text || word("a_recording") : `▲ ${word("not_in_language")}`;
    return make("div", {}, make("dt", {}, languageName(about, code)), make("dd", { lang: code }, text));
  });
  const link = prompt.url ? [make("a", { class: "small", href: prompt.url, target: "_blank", rel: "noopener" }, word("open_prompt"))] : [];
  return [make("dl", { class: "prompt-field__heard" }, ...lines), ...link];
}

function languageName(about, code) {
  return about.vocabulary.languages.find(([own]) => own === code)?.[1] ?? code;
}

/* Open at once where nothing is chosen and something must be: the text is what one came for. */
function writer(spec, about, known) {
  if (!about.vocabulary.may_write || !about.mayEdit) return [];
  const areas = about.flow.languages.map((code) => {
    const id = `flow-words-${++ids}`;
    const area = make("textarea", { id, rows: 2, lang: code, maxlength: 2000, "data-field": `${spec.name}.${code}` });
    return { code, area, node: make("div", { class: "field" }, make("label", { for: id }, word("says_in", { language: languageName(about, code) })), area) };
  });
  const save = button(word("use_text"), () => write(spec, about, areas, save), "button--primary-soft");
  save.dataset.field = `${spec.name}.save`;
  const summary = make("summary", { class: "small", "data-field": `${spec.name}.write` }, word("write_text"));
  const box = make("details", { class: "prompt-field__write" }, summary, ...areas.map((one) => one.node), save);
  box.open = spec.required && !known;
  return [box];
}

async function write(spec, about, areas, save) {
  const wordings = Object.fromEntries(areas.map(({ code, area }) => [code, area.value.trim()]).filter(([, text]) => text));
  if (!Object.keys(wordings).length) {
    areas[0].area.focus();
    return;
  }
  const form = save.closest("fieldset").parentElement;
  save.disabled = true;
  try {
    const answer = await fetch(about.vocabulary.urls.prompts, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify({ name: about.node.title || about.vocabulary.kinds[about.node.kind].label, wordings }),
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.detail);
    about.vocabulary.prompts.push(said);
    about.keep(said.id);
    /* The button that had the focus is gone: whoever has no mouse goes on from the text that was chosen. */
    if (document.activeElement === document.body) form.querySelector(`[data-field="${spec.name}"]`)?.focus({ preventScroll: true });
  } catch (problem) {
    toast(problem.message || word("request_failed"), "danger");
    save.disabled = false;
  }
}
