/* Disposition, note and the wrap-up's clock. What is typed is kept in this browser until the server has it. */

import { duration, toast, word } from "../app.js";
import { Combo } from "./combo.js";
import { draftKey, handOver } from "./leftover.js";

const SEND_BEFORE = 1500; // ms before the end: a chosen disposition is not lost to the clock

export class WrapUp {
  #order;
  #live;
  #form = document.getElementById("wrapup");
  #note = document.getElementById("note");
  #combo = new Combo(document.getElementById("disposition"), document.getElementById("disposition-list"));
  #call = null;
  #agent = null;
  #stage = "none";
  #sentFor = null;
  #total = 1;

  constructor({ order, live }) {
    this.#order = order;
    this.#live = live;
    this.#note.addEventListener("input", () => this.#keep());
    this.#combo.onChange = () => this.#keep();
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.finish();
    });
    document.getElementById("do-extend").addEventListener("click", () => this.extend());
    setInterval(() => this.#tick(), 250);
  }

  show({ stage, call, agent }) {
    const before = this.#stage;
    this.#stage = stage;
    this.#agent = agent;
    const isOpen = !["none", "ringing", "dialling"].includes(stage) && call !== null;
    if (isOpen && call.id !== this.#call?.id) this.#take(call);
    if (before === "wrap_up" && stage !== "wrap_up") this.#closed();
    const hadFocus = this.#form.contains(document.activeElement);
    this.#form.hidden = !isOpen;
    if (hadFocus && !isOpen) document.getElementById("content").focus({ preventScroll: true });
    const isWrapUp = isOpen && stage === "wrap_up";
    document.getElementById("wrapup-buttons").hidden = !isWrapUp;
    document.getElementById("wrapup-clock").hidden = !(isWrapUp && agent.wrap_up_until);
    if (isWrapUp && before !== "wrap_up") this.#total = this.#left();
    this.#tick();
  }

  finish() {
    if (this.#stage !== "wrap_up" || !this.#call) return;
    if (!this.#combo.value && this.#combo.isNeeded) {
      this.#combo.complain();
      return;
    }
    this.#send(document.getElementById("do-finish"));
  }

  extend() {
    if (this.#stage !== "wrap_up") return;
    this.#order("extend_wrap_up", { call_id: this.#call.id }, document.getElementById("do-extend"));
    setTimeout(() => (this.#total = Math.max(this.#total, this.#left())), 800);
  }

  refused() {
    this.#sentFor = null;
  }

  focusNote() {
    if (!this.#form.hidden) this.#note.focus();
  }

  focusDisposition() {
    if (!this.#form.hidden) document.getElementById("disposition").focus();
  }

  #send(button = null) {
    const values = { call_id: this.#call.id, disposition_id: this.#combo.value, note: this.#note.value };
    if (this.#order("finish_wrap_up", values, button)) this.#sentFor = this.#call.id;
  }

  #take(call) {
    this.#call = call;
    const kept = JSON.parse(localStorage.getItem(draftKey(call.id)) ?? "{}");
    this.#note.value = kept.note ?? "";
    this.#combo.offerFor(call.queue?.id ?? null);
    this.#combo.choose(kept.disposition ?? null);
  }

  #closed() {
    for (const id of ["do-finish", "do-extend"]) document.getElementById(id).removeAttribute("aria-disabled");
    if (this.#call) this.#handOver(this.#call.id, this.#sentFor === this.#call.id);
    this.#call = null;
    this.#sentFor = null;
  }

  /** The server is asked to have it in any case: an order may be lost with the line it was sent on. */
  async #handOver(callId, isQuiet) {
    const isThere = await handOver(callId, { isQuiet });
    if (!isThere) toast(word("draft_kept"), "warning", 15);
  }

  get disposition() {
    return this.#combo.value;
  }

  #keep() {
    if (!this.#call) return;
    const kept = { note: this.#note.value, disposition: this.#combo.value };
    localStorage.setItem(draftKey(this.#call.id), JSON.stringify(kept));
  }

  #left() {
    return this.#agent?.wrap_up_until ? Date.parse(this.#agent.wrap_up_until) - this.#live.now() : 0;
  }

  #tick() {
    if (this.#stage !== "wrap_up" || !this.#agent?.wrap_up_until) return;
    const left = Math.max(0, this.#left());
    const text = duration(Math.ceil(left / 1000));
    const shown = document.getElementById("wrapup-left");
    if (shown.textContent !== text) shown.textContent = text;
    const bar = document.getElementById("wrapup-progress");
    bar.value = this.#total > 0 ? Math.min(1, left / this.#total) : 0;
    bar.classList.toggle("is-short", left < 10_000);
    if (left < SEND_BEFORE && this.#combo.value && this.#sentFor !== this.#call?.id) this.#send();
  }
}
