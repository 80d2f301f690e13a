/* Scripts and quick replies that fit the call: found by words, inserted by a click, Enter, or /shortcut and Tab. */

import { word } from "../app.js";
import { make } from "./asks.js";

const FRESH_FOR = 60_000; // ms; a text approved meanwhile comes with the next call
const MOST = 30;
const FIELDS = "#note, #ticket textarea, #ticket input[type=text], #chat-text, #pop textarea";

export class Snippets {
  #list = document.getElementById("snippets");
  #find = document.getElementById("snippet-find");
  #all = [];
  #readAt = 0;
  #queue = null;
  #disposition = null;
  #last = null;
  #names;

  /** `names()` answers {customer, agent} for what stands in braces. */
  constructor({ names }) {
    this.#names = names;
    document.addEventListener("focusin", (event) => event.target.matches(FIELDS) && (this.#last = event.target));
    document.addEventListener("keydown", (event) => event.key === "Tab" && !event.shiftKey && this.#expand(event));
    this.#find?.addEventListener("input", () => this.#show());
    this.#find?.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.#list.querySelector("[data-inserts]")?.click();
      if (event.key === "ArrowDown") this.#list.querySelector("button")?.focus();
    });
  }

  /** What is offered follows the call's queue and the disposition chosen. */
  async fit(queue, disposition) {
    const isNew = queue !== this.#queue || disposition !== this.#disposition;
    [this.#queue, this.#disposition] = [queue, disposition];
    if (Date.now() - this.#readAt > FRESH_FOR) await this.#read();
    else if (isNew) this.#show();
  }

  focus() {
    this.#find?.focus();
  }

  async #read() {
    this.#readAt = Date.now();
    try {
      const answer = await fetch("/workspace/snippets/", { headers: { Accept: "application/json" } });
      if (answer.ok) this.#all = (await answer.json()).snippets;
      else this.#readAt = 0;
    } catch {
      this.#readAt = 0;
    }
    this.#show();
  }

  #fitting() {
    return this.#all.filter((one) => one.queue === null || one.queue === this.#queue);
  }

  #show() {
    if (!this.#list || this.#list.contains(document.activeElement)) return;
    const wanted = this.#find.value.trim().toLowerCase();
    const fits = (one) => [one.title, `/${one.shortcut}`, ...Object.values(one.texts)].some((text) => text.toLowerCase().includes(wanted));
    const weight = (one) => [one.disposition !== null && one.disposition === this.#disposition, one.queue !== null, one.kind === "script"];
    const found = this.#fitting().filter(fits);
    found.sort((a, b) => compare(weight(b), weight(a)) || a.title.localeCompare(b.title));
    const rows = found.slice(0, MOST).map((one) => this.#entry(one));
    this.#list.replaceChildren(...(rows.length ? rows : [make("li", "list__item quiet", word("no_snippets"))]));
  }

  #entry(one) {
    const entry = make("li", "snippet");
    const head = make("p", "row");
    head.append(make("strong", "", one.title), make("span", "badge", word(one.kind)), make("code", "small", `/${one.shortcut}`));
    entry.append(head);
    const own = document.documentElement.lang;
    const languages = Object.keys(one.texts).sort((a, b) => Number(b === own) - Number(a === own));
    for (const language of languages) {
      const text = make("p", "snippet__text", this.#filled(one.texts[language]));
      text.lang = language;
      const button = make("button", "button button--small", languages.length > 1 ? `${word("insert")} · ${word(language)}` : word("insert"));
      button.type = "button";
      button.dataset.inserts = one.shortcut;
      button.setAttribute("aria-label", `${button.textContent}: ${one.title}`);
      button.addEventListener("click", () => this.#insert(this.#filled(one.texts[language])));
      entry.append(text, button);
    }
    return entry;
  }

  #filled(text) {
    const names = this.#names();
    return text.replace(/\{(customer|agent)\}/g, (whole, name) => names[name] || "…");
  }

  /** Into the field last written in, else into the note. */
  #insert(text) {
    const note = document.getElementById("note");
    const field = this.#last?.isConnected && this.#last.offsetParent !== null ? this.#last : note;
    if (field.offsetParent === null) return;
    const gap = field.value && !/\s$/.test(field.value.slice(0, field.selectionEnd)) ? " " : "";
    put(field, field.selectionStart, field.selectionEnd, gap + text);
    field.focus();
  }

  #expand(event) {
    const field = event.target;
    if (!field.matches?.(FIELDS)) return;
    const before = field.value.slice(0, field.selectionStart);
    const typed = /(?:^|\s)\/([a-z0-9-]+)$/.exec(before)?.[1];
    const one = typed && this.#fitting().find((other) => other.shortcut === typed);
    if (!one) return;
    event.preventDefault();
    put(field, before.length - typed.length - 1, field.selectionStart, this.#filled(one.text));
  }
}

function put(field, start, end, text) {
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function compare(a, b) {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : Number(a[at]) - Number(b[at]);
}
