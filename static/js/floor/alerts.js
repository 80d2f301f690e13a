/* What rings: a strip of alerts with what to do, a sound that can be turned down or off, and hands that are up. */

import { csrfToken, toast, word } from "../app.js";
import { Rows } from "../live.js";

const AGAIN_AFTER = 60_000;
const LEVELS = { off: 0, low: 0.06, on: 0.25 };

class Bell {
  #context = null;
  #select;

  constructor(select) {
    this.#select = select;
    if (!select) return;
    select.value = localStorage.getItem("floor-sound") ?? "low";
    select.addEventListener("change", () => {
      localStorage.setItem("floor-sound", select.value);
      this.ring();
    });
  }

  /** Two short notes. Browsers allow sound only after a person has touched the page: until then it stays quiet. */
  ring() {
    const loud = LEVELS[this.#select?.value ?? "off"];
    if (!loud || !window.AudioContext) return;
    this.#context ??= new AudioContext();
    const start = this.#context.currentTime;
    [[660, 0], [880, 0.18]].forEach(([pitch, after]) => {
      const note = this.#context.createOscillator();
      const gain = this.#context.createGain();
      note.frequency.value = pitch;
      gain.gain.setValueAtTime(loud, start + after);
      gain.gain.exponentialRampToValueAtTime(0.001, start + after + 0.16);
      note.connect(gain).connect(this.#context.destination);
      note.start(start + after);
      note.stop(start + after + 0.17);
    });
  }
}

/** `Add 2 agents`, from the row's own estimate. */
export function advice(row) {
  if (row.agents_to_add === null) return word("advice_none");
  return row.agents_to_add ? word(row.agents_to_add === 1 ? "advice_one" : "advice_many", { n: row.agents_to_add }) : "";
}

export function said(row) {
  const wait = row.expected_wait_seconds === null ? word("alert_nobody_works") : word("alert_wait", { seconds: Math.round(row.expected_wait_seconds) });
  const level = row.kind === "service_level" ? `${word("alert_level", { value: `${row.worst.toFixed(1)} %`, limit: `${row.limit} %` })}${word("comma")}` : "";
  return `${level}${word("alert_waiting", { n: row.waiting })}${word("comma")}${wait}`;
}

export class Alerts {
  #rows = new Rows();
  #list;
  #bell;
  #rangAt = 0;
  #onChange;

  constructor({ list, sound, onChange = () => {} }) {
    this.#list = list;
    this.#bell = new Bell(sound);
    this.#onChange = onChange;
    list.addEventListener("click", (event) => this.#take(event));
    setInterval(() => this.#remind(), 5000);
  }

  replace(rows) {
    const known = new Set(this.#rows.keys());
    this.#rows.replace(rows ?? []);
    this.#show();
    if ([...this.#rows.keys()].some((id) => !known.has(id))) this.#ring();
  }

  take(row) {
    const isNew = !this.#rows.has(row.id) && !row.cleared_at;
    if (row.cleared_at) this.#rows.delete(row.id);
    else if (!this.#rows.take(row)) return;
    this.#show();
    if (isNew) {
      this.#ring();
      document.getElementById("announce").textContent = this.#words(row);
    }
  }

  of(queueId) {
    return [...this.#rows.values()].filter((row) => row.queue.id === queueId);
  }

  #words(row) {
    return [`${row.queue.name}: ${word(`kind_${row.kind}`)}`, advice(row), said(row)].filter(Boolean).join(word("comma"));
  }

  #ring() {
    this.#rangAt = Date.now();
    this.#bell.ring();
  }

  /** Once a minute, for as long as nobody has taken one of them on. */
  #remind() {
    const isOpen = [...this.#rows.values()].some((row) => !row.seen_at);
    if (isOpen && Date.now() - this.#rangAt > AGAIN_AFTER) this.#ring();
  }

  #show() {
    const known = new Map([...this.#list.children].map((line) => [line.dataset.id, line]));
    for (const row of this.#rows.values()) {
      let line = known.get(String(row.id));
      if (!line) {
        line = this.#list.ownerDocument.getElementById("alert-line").content.firstElementChild.cloneNode(true);
        line.dataset.id = row.id;
        this.#list.append(line);
      }
      known.delete(String(row.id));
      this.#fill(line, row);
    }
    for (const line of known.values()) line.remove();
    this.#list.hidden = this.#rows.size === 0;
    this.#onChange();
  }

  #fill(line, row) {
    const set = (name, text) => {
      const part = line.querySelector(`[data-${name}]`);
      if (part && part.textContent !== text) part.textContent = text;
    };
    set("title", `▲ ${row.queue.name}: ${word(`kind_${row.kind}`)}`);
    set("advice", advice(row));
    set("said", said(row));
    set("who", row.seen_by ? word("alert_taken", { name: row.seen_by }) : "");
    line.classList.toggle("is-taken", Boolean(row.seen_at));
    line.querySelector("[data-since]").dataset.since = row.raised_at;
    const link = line.querySelector("[data-what-if]");
    if (link) link.href = `${link.dataset.whatIf}?queue=${row.queue.id}&add=${row.agents_to_add ?? 0}`;
    const button = line.querySelector("[data-take]");
    if (button) {
      button.hidden = Boolean(row.seen_at);
      button.setAttribute("aria-label", word("alert_take_on", { queue: row.queue.name }));
    }
  }

  async #take(event) {
    const button = event.target.closest("[data-take]");
    if (!button) return;
    const id = button.closest("[data-id]").dataset.id;
    const answer = await fetch(`/floor/alerts/${id}/take/`, { method: "POST", headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) toast(word("order_not_sent"), "danger");
  }
}

/** Hands that are up: who asks, since when, about what; going there is one press, and so is having helped. */
export class Hands extends Map {
  #list;
  #onChange;

  constructor({ list, onChange, onGo }) {
    super();
    this.#list = list;
    this.#onChange = onChange;
    list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-to]");
      if (!button) return;
      const line = button.closest("[data-id]");
      this.#answer(line.dataset.id, button.dataset.to);
      if (button.dataset.to === "take") onGo(Number(line.dataset.agent));
    });
  }

  replaceAll(rows) {
    this.clear();
    for (const row of rows ?? []) this.set(row.agent.id, row);
    this.#show();
  }

  hear(row) {
    if (row.ended_at) this.delete(row.agent.id);
    else this.set(row.agent.id, row);
    if (!row.ended_at && !row.taken_at) document.getElementById("announce").textContent = word("hand_up", row.agent);
    this.#show();
  }

  #show() {
    const lines = [...this.values()].map((row) => {
      const line = document.getElementById("hand-line").content.firstElementChild.cloneNode(true);
      line.dataset.id = row.id;
      line.dataset.agent = row.agent.id;
      line.querySelector("[data-title]").textContent = `✋ ${word("hand_up", row.agent)}`;
      line.querySelector("[data-said]").textContent = row.text;
      line.querySelector("[data-who]").textContent = row.taken_by ? word("hand_taken", { name: row.taken_by }) : "";
      line.querySelector("[data-since]").dataset.since = row.asked_at;
      line.querySelector("[data-to=take]").hidden = Boolean(row.taken_at);
      return line;
    });
    const had = this.#list.contains(document.activeElement) ? document.activeElement.closest("[data-id]")?.dataset.id : null;
    this.#list.replaceChildren(...lines);
    if (had) this.#list.querySelector(`[data-id="${had}"] button:not([hidden])`)?.focus();
    this.#list.hidden = this.size === 0;
    this.#onChange();
  }

  async #answer(id, to) {
    const answer = await fetch(`/help/${id}/${to}/`, { method: "POST", headers: { "X-CSRFToken": csrfToken() } }).catch(() => null);
    if (!answer?.ok) toast(word("order_not_sent"), "danger");
  }
}

