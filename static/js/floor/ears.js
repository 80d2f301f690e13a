/* Listening in: the bar for one's own ear, who else listens on a call, and the dialog in which one steps in. */

import { toast, word } from "../app.js";
import { Rows } from "../live.js";

const MODES = ["listen", "whisper", "barge"];
const TALKING = new Set(["talking", "hold"]);
const UNASKED = new Set(["stop_listening"]);

export class Ears {
  #rows = new Rows();
  #live;
  #calls;
  #me;
  #chosen = null;
  #isSure = false;

  /** `me`: the reader's own agent id, 0 without a phone. `onNews()` repaints the calls. */
  constructor({ live, calls, me, onNews }) {
    this.#live = live;
    this.#calls = calls;
    this.#me = me;
    this.onNews = onNews;
    document.getElementById("ear-bar").addEventListener("click", (event) => this.#clicked(event));
    document.getElementById("call-dialog").addEventListener("click", (event) => this.#clicked(event));
  }

  replace(rows) {
    this.#rows.replace(rows);
    this.#show();
  }

  take(row) {
    const before = this.own?.mode;
    if (row.ended_at) this.#rows.delete(row.id);
    else if (!this.#rows.take(row)) return;
    this.#show();
    if (row.supervisor.id === this.#me) this.#say(row, before);
    this.onNews();
  }

  get own() {
    return [...this.#rows.values()].find((row) => row.supervisor.id === this.#me) ?? null;
  }

  /** Who listens on this call, in words; "" when nobody does. */
  on(callId) {
    const there = [...this.#rows.values()].filter((row) => row.call_id === callId && row.began_at);
    return there.map((row) => `◉ ${word(`ear_${row.mode}`, { name: row.supervisor.name })}`).join(" · ");
  }

  open(callId) {
    this.#chosen = this.#calls.get(callId) ?? null;
    if (!this.#chosen) return;
    const call = this.#chosen;
    const caller = call.caller_name || call.caller || word("unknown_caller");
    document.getElementById("call-dialog-title").textContent = word("step_in_title", { caller });
    document.getElementById("call-dialog-who").textContent = [call.agent?.name, call.queue?.name].filter(Boolean).join(" · ") || "–";
    this.#ask(null);
    this.#show();
    document.getElementById("call-dialog").showModal();
  }

  #clicked(event) {
    const button = event.target.closest("[data-act]");
    if (!button || button.disabled) return;
    const inBar = Boolean(button.closest("#ear-bar"));
    const callId = inBar ? this.own?.call_id : this.#chosen?.id;
    if (!callId) return;
    const { act, mode } = button.dataset;
    if ((act === "hang_up_call" || act === "take_over_call") && !this.#isConfirmed(button, act, inBar)) return;
    if (!this.#live.send({ type: act, call_id: callId, ...(mode ? { mode } : {}) })) toast(word("order_not_sent"), "danger");
    if (!inBar) document.getElementById("call-dialog").close();
  }

  /** What cannot be undone is asked once: its effect is told, the same button does it. From the bar the dialog asks. */
  #isConfirmed(button, act, inBar) {
    if (inBar) {
      this.open(this.own.call_id);
      document.querySelector(`#call-dialog [data-act="${act}"]`).click();
      document.querySelector(`#call-dialog [data-act="${act}"]`).focus();
      return false;
    }
    if (this.#isSure === act) return true;
    this.#ask(act);
    return false;
  }

  #ask(act) {
    this.#isSure = act;
    const note = document.getElementById("call-dialog-sure");
    note.hidden = !act;
    note.textContent = act ? word(`sure_${act}`, { agent: this.#chosen?.agent?.name ?? "–" }) : "";
    for (const button of document.querySelectorAll("#call-dialog [data-act]")) {
      const isIt = button.dataset.act === act;
      button.classList.toggle("button--danger", isIt);
      if (button.dataset.sure) button.textContent = isIt ? button.dataset.sure : button.dataset.words;
    }
  }

  #show() {
    const own = this.own;
    const bar = document.getElementById("ear-bar");
    bar.hidden = !own;
    if (own) {
      const words = own.began_at ? word(`bar_${own.mode}`, { name: own.agent.name }) : word("bar_rings", { name: own.agent.name });
      const text = document.getElementById("ear-bar-words");
      if (text.textContent !== words) text.textContent = words;
      bar.querySelector("[data-since]").dataset.since = own.began_at ?? "";
      for (const button of bar.querySelectorAll("[data-act]")) {
        button.disabled = !own.began_at && !UNASKED.has(button.dataset.act);
        if (button.dataset.mode) button.setAttribute("aria-pressed", String(Boolean(own.began_at) && button.dataset.mode === own.mode));
      }
    }
    this.#showDialog(own);
  }

  #showDialog(own) {
    const call = this.#chosen;
    if (!call) return;
    const isMine = own?.call_id === call.id;
    const hears = isMine && Boolean(own.began_at);
    const canListen = Boolean(this.#me) && TALKING.has(call.state) && !own && call.agent?.id !== this.#me;
    const may = { listen: canListen, take_over_call: hears, stop_listening: isMine, hang_up_call: true };
    for (const button of document.querySelectorAll("#call-dialog [data-act]")) {
      const { act, mode } = button.dataset;
      button.disabled = mode ? !hears : !may[act];
      if (mode) button.setAttribute("aria-pressed", String(hears && own.mode === mode));
    }
    const why = document.getElementById("call-dialog-why");
    const key = !this.#me ? "no_phone" : own && !isMine ? "listens_elsewhere" : !own && !TALKING.has(call.state) ? "nobody_talks" : "";
    why.hidden = !key;
    why.textContent = key ? word(key) : "";
  }

  #say(row, before) {
    const announce = document.getElementById("announce");
    if (row.ended_at) announce.textContent = word("bar_over", { name: row.agent.name });
    else if (row.mode !== before && row.began_at && MODES.includes(row.mode)) announce.textContent = word(`bar_${row.mode}`, { name: row.agent.name });
  }
}
