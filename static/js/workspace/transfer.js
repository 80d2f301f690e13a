/* Where the call may go: open queues with how many wait, colleagues who are free, a number; of all what the group may. */

import { word } from "../app.js";
import { isLastWithCaller } from "./call.js";
import { looks } from "./deck.js";

const TRANSFERS = {
  queue: ["transfer_to_queue", "queue_id"],
  agent: ["transfer_to_agent", "to_agent_id"],
  number: ["transfer_to_number", "number"],
};
const CONSULTS = { agent: ["consult_agent", "to_agent_id"], number: ["consult_number", "number"] };

export class Transfer {
  #dialog = document.getElementById("transfer-dialog");
  #find = document.getElementById("transfer-find");
  #order;
  #queues;
  #colleagues;
  #state;

  constructor({ order, queues, colleagues, state }) {
    this.#order = order;
    this.#queues = queues;
    this.#colleagues = colleagues;
    this.#state = state;
    this.#find.addEventListener("input", () => this.#show());
    this.#dialog.addEventListener("close", () => this.#order("unwatch", { what: "colleagues" }));
    for (const button of this.#dialog.querySelectorAll("[data-errand]")) {
      const id = Number(button.dataset.errand);
      button.addEventListener("click", () => this.#send(["send_through_flow", "flow_id"], id));
    }
    this.#find.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.#dialog.querySelector("[data-target]:not(:disabled)")?.click();
    });
  }

  /** Everybody's state is heard only while the dialog is open: a thousand colleagues change all the time. */
  watch() {
    if (this.#dialog.open) this.#order("watch", { what: "colleagues" });
  }

  /** The colleagues are there: they are shown, and from now on only repainted. */
  fill() {
    if (this.#dialog.open) this.#show();
  }

  open() {
    this.#find.value = "";
    this.#show();
    this.#dialog.showModal();
    this.#find.focus();
    this.watch();
  }

  close() {
    if (this.#dialog.open) this.#dialog.close();
  }

  /** Fresh states while the dialog is open, but only words and availability: the order stays. */
  repaint() {
    if (!this.#dialog.open) return;
    for (const button of this.#dialog.querySelectorAll("[data-target]")) {
      const rows = button.dataset.target === "queue" ? this.#queues : this.#colleagues;
      const row = rows.get(Number(button.dataset.id));
      if (row) this.#paint(button, row);
    }
  }

  /** From there one is sent on, but nobody comes back: nobody is asked first, and no flow is gone through. */
  get #isInRoom() {
    return isLastWithCaller(this.#state.call?.line);
  }

  #show() {
    for (const button of this.#dialog.querySelectorAll("[data-errand]")) button.disabled = this.#isInRoom;
    const wanted = this.#find.value.trim().toLowerCase();
    const fits = (row) => row.name.toLowerCase().includes(wanted) || row.extension?.includes(wanted);
    const queues = [...this.#queues.values()].filter((row) => fits(row) && row.state === "open" && this.#may("queues", row));
    const people = [...this.#colleagues.values()].filter(
      (row) => fits(row) && row.id !== this.#state.me && this.#may("agents", row),
    );
    people.sort((a, b) => Number(isFree(b)) - Number(isFree(a)) || a.name.localeCompare(b.name));
    this.#fill("transfer-queues", "queue", queues);
    this.#fill("transfer-colleagues", "agent", people.filter((row) => row.presence === "online" || wanted));
    this.#fillNumber(wanted.replace(/[\s().-]/g, ""));
  }

  /** What was typed may be a number outside, unless the group limits where one transfers. */
  #fillNumber(digits) {
    const list = document.getElementById("transfer-numbers");
    // Until the limits are known nothing outside is offered.
    list.hidden = this.#state.transfers !== null || !/^\+?[0-9]{3,}$/.test(digits);
    list.replaceChildren();
    if (list.hidden) return;
    const button = this.#target("number", digits);
    button.children[0].textContent = word("dial_number", { number: digits });
    button.children[1].className = "badge";
    button.children[1].textContent = word("outside");
    list.append(this.#entry(button, "number", digits, digits));
  }

  /** Without limits everywhere; the server decides again when it is asked. */
  #may(kind, row) {
    return !this.#state.transfers || this.#state.transfers[kind].includes(row.id);
  }

  #fill(id, target, rows) {
    const entries = rows.map((row) => {
      const button = this.#target(target, row.id);
      this.#paint(button, row);
      return this.#entry(button, target, row.id, row.name);
    });
    if (!entries.length) {
      const none = document.createElement("li");
      none.className = "list__item quiet";
      none.textContent = word("nothing_found");
      entries.push(none);
    }
    document.getElementById(id).replaceChildren(...entries);
  }

  #target(target, id) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "list__item target";
    button.dataset.target = target;
    button.dataset.id = id;
    button.append(document.createElement("span"), document.createElement("span"));
    button.addEventListener("click", () => this.#send(TRANSFERS[target], id));
    return button;
  }

  /** The way there at once and, where somebody can be asked, the way by a question. */
  #entry(button, target, id, name) {
    const entry = document.createElement("li");
    entry.className = "target-row";
    entry.append(button);
    if (CONSULTS[target] && !this.#isInRoom) {
      const ask = document.createElement("button");
      ask.type = "button";
      ask.className = "button button--small";
      ask.dataset.asks = id;
      ask.disabled = button.disabled;
      ask.textContent = word("ask_first");
      ask.setAttribute("aria-label", word("ask_first_who", { name }));
      ask.addEventListener("click", () => this.#send(CONSULTS[target], id));
      entry.append(ask);
    }
    return entry;
  }

  #paint(button, row) {
    const [name, note] = button.children;
    name.textContent = row.name;
    if (button.dataset.target === "queue") {
      note.className = "badge";
      note.textContent = `${word("waiting_here", row)} · ${word("queue_agents", row.agents)}`;
      return;
    }
    const [shape, words, meaning] = looks(row);
    name.textContent = `${row.extension} ${row.name}`;
    note.className = `badge ${meaning ? `badge--${meaning}` : ""}`;
    note.textContent = `${shape} ${words}`;
    button.disabled = !isFree(row);
    const ask = button.nextElementSibling;
    if (ask) ask.disabled = button.disabled;
  }

  #send([type, field], id) {
    const callId = this.#state.call?.id;
    if (!callId) return;
    if (this.#order(type, { call_id: callId, [field]: id }, document.getElementById("do-transfer"))) this.close();
  }
}

function isFree(row) {
  return row.presence === "online" && row.routing_status === "ready" && row.activity === "idle";
}
