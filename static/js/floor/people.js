/* What a leader does with agents: change a state, move them between queues and skills, write to them, step into a talk.
   Of one from the row, of several that were chosen from the bar below. */

import { csrfToken, toast, word } from "../app.js";
import { looks } from "../workspace/deck.js";

const KEYS = { l: "stepIn", c: "change", m: "move", w: "write", t: "timeline", x: "toggle" };

export class People {
  chosen = new Set();
  #agents;
  #live;
  #calls;
  #ears;
  #one = null;
  #moved = [];

  constructor({ agents, live, calls, ears }) {
    this.#agents = agents;
    this.#live = live;
    this.#calls = calls;
    this.#ears = ears;
    this.#followState();
    this.#followMoves();
    document.getElementById("bulk-bar").addEventListener("click", (event) => this.#bulk(event.target.closest("[data-bulk]")?.dataset.bulk));
    document.getElementById("write-form").addEventListener("submit", (event) => this.#send(event));
  }

  /* ---------------------------------------------------------------- choosing */

  choose(id, isChosen) {
    if (isChosen) this.chosen.add(id);
    else this.chosen.delete(id);
    this.#showBar();
  }

  #showBar() {
    document.getElementById("bulk-bar").hidden = this.chosen.size === 0;
    document.getElementById("bulk-count").textContent = word("chosen_agents", { n: this.chosen.size });
  }

  #bulk(act) {
    if (act === "move") this.move([...this.chosen]);
    if (act === "write") this.write([...this.chosen]);
    if (act !== "none") return;
    this.chosen.clear();
    for (const box of document.querySelectorAll("#agents .choose input")) box.checked = false;
    this.#showBar();
  }

  /* ---------------------------------------------------------------- a state */

  #followState() {
    const force = (state, values = {}) => {
      if (!this.#live.send({ type: "force_state", agent_id: this.#one.id, state, ...values })) toast(word("order_not_sent"), "danger");
      document.getElementById("agent-dialog").close();
    };
    document.getElementById("agent-not-ready").addEventListener("click", () => {
      const reason = document.getElementById("agent-reason").value;
      force("not_ready", reason ? { reason_id: Number(reason) } : {});
    });
    document.getElementById("agent-ready").addEventListener("click", () => force("ready"));
    document.getElementById("agent-sign-out").addEventListener("click", () => force("signed_out"));
  }

  change(id) {
    this.#one = this.#agents.get(id);
    const [shape, words] = looks(this.#one);
    document.getElementById("agent-dialog-title").textContent = `${this.#one.extension} ${this.#one.name}`;
    document.getElementById("agent-dialog-state").textContent = `${shape} ${words}`;
    document.getElementById("agent-dialog").showModal();
  }

  /* ---------------------------------------------------------------- queues and skills */

  #followMoves() {
    const dialog = document.getElementById("move-dialog");
    dialog.addEventListener("click", async (event) => {
      const button = event.target.closest("[data-move]");
      if (!button) return;
      const { move, queue } = button.dataset;
      const given = { agents: this.#moved.join(","), act: move, minutes: document.getElementById("move-minutes").value };
      if (move === "skill") Object.assign(given, { skill: document.getElementById("move-skill").value, level: document.getElementById("move-level").value });
      else given.queue = queue;
      this.#tell("move-problem", await post(dialog.dataset.address, given));
    });
    document.getElementById("move-skill")?.addEventListener("change", () => this.showPlaces());
  }

  move(ids) {
    this.#moved = ids;
    const title = ids.length === 1 ? word("move_agent", this.#agents.get(ids[0])) : word("move_agents", { n: ids.length });
    document.getElementById("move-dialog-title").textContent = title;
    document.getElementById("move-problem").hidden = true;
    this.showPlaces();
    document.getElementById("move-dialog").showModal();
  }

  /** As the rows say: told again by news while the dialog is open. */
  showPlaces() {
    const rows = this.#moved.map((id) => this.#agents.get(id)).filter(Boolean);
    for (const line of document.querySelectorAll("#move-queues [data-state]")) {
      const item = line.closest("[data-queue]");
      const inIt = rows.filter((row) => (row.queues ?? []).includes(Number(item.dataset.queue))).length;
      line.textContent = !inIt ? "" : rows.length === 1 ? `✓ ${word("in_queue")}` : word("in_queue_some", { n: inIt, total: rows.length });
      item.querySelector("[data-move=put]").disabled = inIt === rows.length;
      item.querySelector("[data-move=take]").disabled = inIt === 0;
    }
    const skill = document.getElementById("move-skill");
    if (skill && rows.length === 1) document.getElementById("move-level").value = String(rows[0].skills?.[skill.value] ?? 0);
  }

  /* ---------------------------------------------------------------- writing */

  write(ids) {
    this.#moved = ids;
    const title = ids.length === 1 ? word("write_agent", this.#agents.get(ids[0])) : word("write_agents", { n: ids.length });
    document.getElementById("write-dialog-title").textContent = title;
    document.getElementById("write-problem").hidden = true;
    document.getElementById("write-whom").value = "agents";
    document.getElementById("write-dialog").showModal();
    document.getElementById("write-text").focus();
  }

  async #send(event) {
    event.preventDefault();
    const dialog = document.getElementById("write-dialog");
    const text = document.getElementById("write-text");
    const given = { agents: this.#moved.join(","), whom: document.getElementById("write-whom").value, text: text.value };
    if (!this.#tell("write-problem", await post(dialog.dataset.address, given))) return;
    text.value = "";
    dialog.close();
  }

  #tell(place, { isOk, message }) {
    const problem = document.getElementById(place);
    problem.hidden = isOk;
    problem.textContent = isOk ? "" : message;
    if (isOk) toast(message, "good");
    return isOk;
  }

  /* ---------------------------------------------------------------- stepping in, and the keys */

  stepIn(id) {
    const call = [...this.#calls.values()].find((row) => row.agent?.id === id || row.offer?.agent.id === id);
    if (call) this.#ears.open(call.id);
    else toast(word("no_call_here"), "info");
  }

  walks(boards) {
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), select, textarea") || document.querySelector("dialog[open]")) return;
      if (event.key === "/") this.#goTo(event, document.getElementById("filter-q"));
      else if (event.key === "?") document.getElementById("floor-keys").showModal();
      else if (event.key === "a") this.#goTo(event, document.querySelector("#alerts button:not([hidden]), #alerts a, #hands button:not([hidden])"));
      else this.#inRow(event, boards);
    });
  }

  #goTo(event, place) {
    if (!place) return;
    event.preventDefault();
    place.focus();
  }

  #inRow(event, boards) {
    const act = KEYS[event.key];
    const row = boards.agents.rowOf(event.target);
    const call = event.target.closest("#calls tr") ? boards.calls.rowOf(event.target) : null;
    if (act === "stepIn" && call) this.#ears.open(call.id);
    if (!act || !event.target.closest("#agents tr") || !row) return;
    event.preventDefault();
    if (act === "timeline") location.assign(`/floor/agents/${row.id}/`);
    else if (act === "toggle") {
      this.choose(row.id, !this.chosen.has(row.id));
      event.target.closest("tr").querySelector(".choose input").checked = this.chosen.has(row.id);
    } else if (act === "stepIn" || act === "change") this[act](row.id);
    else this[act]([row.id]);
  }
}

async function post(address, given) {
  try {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(given), headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" } });
    const said = await answer.json();
    return { isOk: answer.ok, message: said.message };
  } catch {
    return { isOk: false, message: word("order_not_sent") };
  }
}
