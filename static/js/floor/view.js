/* What of the board one looks at: filters, order and hidden columns, all of it in the address, so that it can be kept,
   sent to a colleague and come back to. */

import { stateOf } from "./columns.js";

const FILTERS = ["queue", "group", "team", "site", "state", "q"];

export class View {
  #agents;
  #boards = {};
  #onChange;
  #onQueue;
  #form = document.getElementById("filters");
  #labels = { group: new Map(), queue: new Map() };

  constructor({ agents, onChange, onQueue }) {
    this.#agents = agents;
    this.#onChange = onChange;
    this.#onQueue = onQueue;
    for (const name of ["group", "queue"]) {
      for (const option of this.#form.elements[name].options) if (option.value) this.#labels[name].set(Number(option.value), option.textContent);
    }
    const given = new URLSearchParams(location.search);
    for (const name of FILTERS) if (this.#form.elements[name] && given.has(name)) this.#form.elements[name].value = given.get(name);
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("input", (event) => {
      if (event.target.dataset.hides) this.#hide();
      else this.#filtered(event.target.name);
    });
    this.#form.addEventListener("reset", () => setTimeout(() => {
      this.#hide(false);
      this.#filtered("queue");
    }));
    document.getElementById("view-dialog").addEventListener("submit", () => {
      document.querySelector("#view-form [name=query]").value = this.#params().toString();
    });
  }

  takes(boards) {
    this.#boards = boards;
    const given = new URLSearchParams(location.search);
    for (const [name, board] of Object.entries(boards)) {
      const sort = given.get(`sort_${name}`);
      if (sort && board.columns.some((column) => column.id === sort.replace("-", ""))) board.sort = sort;
    }
    this.#offerColumns(new Set((given.get("hide") ?? "").split(",")));
    this.#hide(false);
    this.#linkFigures();
  }

  get queueId() {
    return Number(this.#form.elements.queue.value) || 0;
  }

  #value(name) {
    return this.#form.elements[name]?.value ?? "";
  }

  sort(board, sort) {
    this.#boards[board].sort = sort;
    this.#write();
  }

  names = {
    groups: (row) => (row.groups ?? []).map((id) => this.#labels.group.get(id)).filter(Boolean).join(", "),
    queues: (row) => (row.queues ?? []).map((id) => this.#labels.queue.get(id)).filter(Boolean).join(", "),
  };

  showsAgent = (row) => {
    if (this.queueId && !(row.queues ?? []).includes(this.queueId)) return false;
    if (!this.#isOfTeam(row)) return false;
    const state = this.#value("state");
    if (state === "online" ? row.presence !== "online" : state && stateOf(row) !== state) return false;
    return this.#fits(`${row.extension} ${row.name}`);
  };

  showsQueue = (row) => {
    if (this.queueId) return row.id === this.queueId;
    if (!this.#narrowsPeople) return true;
    return [...this.#agents.values()].some((agent) => (agent.queues ?? []).includes(row.id) && this.#isOfTeam(agent));
  };

  showsCall = (row) => {
    if (this.queueId && row.queue?.id !== this.queueId) return false;
    const agent = row.agent ? this.#agents.get(row.agent.id) : null;
    if (agent && !this.#isOfTeam(agent)) return false;
    return this.#fits([row.caller, row.caller_name, row.agent?.name].filter(Boolean).join(" "));
  };

  get #narrowsPeople() {
    return ["group", "team", "site"].some((name) => this.#value(name));
  }

  /** A team is all of it, with the teams below. */
  #isOfTeam(agent) {
    const team = this.#form.elements.team?.selectedOptions[0]?.dataset.below;
    if (team && !team.split(",").includes(String(agent.team))) return false;
    if (this.#value("group") && !(agent.groups ?? []).includes(Number(this.#value("group")))) return false;
    return !this.#value("site") || agent.site === Number(this.#value("site"));
  }

  #fits(text) {
    const wanted = this.#value("q").trim().toLocaleLowerCase();
    return !wanted || text.toLocaleLowerCase().includes(wanted);
  }

  links = {
    behind: (metric, queueId) => `/reports/behind/${metric}/?${this.#today()}&queue=${queueId}`,
    waiting: (queueId) => `/waiting/?queue=${queueId}`,
    whatIf: (queueId) => `/floor/what-if/?queue=${queueId}`,
    agents: (queueId, state) => `/floor/?queue=${queueId}&state=${state}`,
  };

  #today() {
    const link = document.querySelector("[data-metric]:not([data-metric=''])");
    return link ? new URL(link.href).search.slice(1).replace(/&queue=\d+/, "") : "";
  }

  /** The tiles are of the queue one looks at, and so are the lists behind them. */
  #linkFigures() {
    for (const link of document.querySelectorAll(".figure__value[data-metric], .figure__value[data-list]")) {
      const url = new URL(link.href);
      if (link.dataset.list === "agents") continue;
      if (this.queueId) url.searchParams.set("queue", this.queueId);
      else url.searchParams.delete("queue");
      link.href = `${url.pathname}${url.search}`;
    }
  }

  #filtered(name) {
    this.#write();
    this.#linkFigures();
    if (name === "queue") this.#onQueue(this.queueId);
    this.#onChange();
  }

  #params() {
    const params = new URLSearchParams();
    for (const name of FILTERS) if (this.#value(name)) params.set(name, this.#value(name));
    for (const [name, board] of Object.entries(this.#boards)) {
      if (board.sort !== board.table.dataset.sort) params.set(`sort_${name}`, board.sort);
    }
    const hidden = this.#hidden();
    if (hidden.length) params.set("hide", hidden.join(","));
    return params;
  }

  #write() {
    const params = this.#params().toString();
    history.replaceState(null, "", `${location.pathname}?${params || "all=1"}`);
  }

  /* columns: `agents.phone` is hidden, `agents.name` may not be */
  #offerColumns(hidden) {
    const panel = document.getElementById("columns");
    for (const [name, board] of Object.entries(this.#boards)) {
      const title = document.createElement("p");
      title.className = "menu__note";
      title.textContent = document.getElementById(`${name}-title`).firstChild.textContent.trim();
      panel.append(title);
      for (const head of board.table.tHead.rows[0].cells) {
        const text = head.querySelector(".sorts")?.textContent;
        if (!text || head.hasAttribute("data-fixed")) continue;
        const label = document.createElement("label");
        label.className = "check";
        const box = document.createElement("input");
        box.type = "checkbox";
        box.dataset.hides = `${name}.${head.dataset.column}`;
        box.defaultChecked = true; // what clearing the filters comes back to
        box.checked = !hidden.has(box.dataset.hides);
        label.append(box, text);
        panel.append(label);
      }
    }
  }

  #hidden() {
    return [...document.querySelectorAll("#columns [data-hides]")].filter((box) => !box.checked).map((box) => box.dataset.hides);
  }

  #hide(isNew = true) {
    const hidden = this.#hidden();
    for (const [name, board] of Object.entries(this.#boards)) {
      const own = hidden.filter((one) => one.startsWith(`${name}.`)).map((one) => one.slice(name.length + 1));
      board.hide(new Set(own));
    }
    if (isNew) this.#write();
  }
}
