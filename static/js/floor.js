/* The supervisors' board: rows come by news and change in place; rows are added at the end and never reordered by a click. */

import { duration, toast, word } from "./app.js";
import { Live, Rows, runTimers, showState } from "./live.js";
import { Ears } from "./floor/ears.js";
import { looks } from "./workspace/deck.js";

const queues = new Rows();
const agents = new Rows();
const calls = new Rows();

const live = new Live("/ws/floor/", {
  onMessage: (message) => hear[message.type]?.(message),
  onState: showState(document.getElementById("live"), word, document.querySelectorAll("[data-dated]")),
});
const showTimers = runTimers(live, duration);
const me = Number(document.getElementById("ear-bar").dataset.me);
const ears = new Ears({ live, calls, me, onNews: () => repaint() });

const hear = {
  snapshot(message) {
    queues.replace(message.queues);
    agents.replace(message.agents);
    calls.replace(message.calls);
    ears.replace(message.listenings);
    showFigures(message.figures);
    repaint();
  },
  queue: ({ row }) => queues.take(row) && repaint(),
  agent: ({ row }) => agents.take(row) && repaint(),
  call({ row }) {
    if (row.ended_at) calls.delete(row.id);
    else if (!calls.take(row)) return;
    repaint();
  },
  listening: ({ row }) => ears.take(row),
  figures: (message) => showFigures(message),
  order_refused: (message) => toast(message.message, "danger"),
};

/* A burst of news is painted once. */
let isDue = false;
function repaint() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    fill("queues", [...queues.values()], queueCells, isLate);
    fill("agents", [...agents.values()], agentCells);
    fill("calls", [...calls.values()], callCells);
    document.getElementById("calls-count").textContent = calls.size || "";
    showTimers();
  });
}

function fill(id, rows, cellsOf, late = () => false) {
  const body = document.getElementById(id);
  document.getElementById(`${id}-empty`).hidden = rows.length > 0;
  body.closest(".table-wrap").hidden = rows.length === 0;
  const known = new Map([...body.children].map((line) => [line.dataset.id, line]));
  for (const row of rows) {
    const key = String(row.id);
    let line = known.get(key);
    if (!line) {
      line = document.createElement("tr");
      line.dataset.id = key;
      body.append(line);
    }
    known.delete(key);
    line.classList.toggle("is-late", late(row));
    cellsOf(row).forEach((cell, index) => put(line, index, cell));
  }
  for (const line of known.values()) line.remove();
}

/** A cell is {text, className, since, badge, href, button}; only what differs is touched, so focus and pointer stay. */
function put(line, index, cell) {
  const td = line.children[index] ?? line.appendChild(document.createElement("td"));
  td.className = cell.className ?? "";
  if (cell.button) {
    if (!td.firstChild) td.append(cell.button());
    return;
  }
  const wanted = cell.href ? "a" : "span";
  let inner = td.firstElementChild;
  if (inner?.localName !== wanted) {
    inner = document.createElement(wanted);
    td.replaceChildren(inner);
  }
  if (cell.href) inner.href = cell.href;
  inner.className = cell.badge ?? "";
  if (cell.since === undefined) {
    delete inner.dataset.since;
    if (inner.textContent !== cell.text) inner.textContent = cell.text;
  } else inner.dataset.since = cell.since ?? "";
}

const number = (value) => ({ text: String(value), className: "number" });
const timer = (since) => ({ since: since ?? "", className: "number timer" });

function queueCells(row) {
  const name = row.state === "open" ? row.name : `${row.name} (${word("closed")})`;
  const waiting = isLate(row) ? { text: `▲ ${row.waiting}`, className: "number late" } : number(row.waiting);
  const longest = { ...timer(row.oldest_entered_at), className: "number timer late" };
  return [{ text: name }, waiting, longest, number(row.agents.ready), number(row.agents.busy), number(row.agents.not_ready)];
}

function isLate(row) {
  return Boolean(row.oldest_entered_at) && live.now() - Date.parse(row.oldest_entered_at) > row.sl_seconds * 1000;
}

function agentCells(row) {
  const [shape, words, meaning] = looks(row);
  const phone = row.phone === "registered" ? "" : "badge badge--warning";
  return [
    { text: `${row.extension} ${row.name}` },
    { text: `${shape} ${words}`, badge: `badge ${meaning ? `badge--${meaning}` : ""}` },
    timer(row.state_since),
    { text: word(`phone_${row.phone}`), badge: row.presence === "online" ? phone : "quiet" },
    { button: () => actionButton(word("change"), word("change_agent", row), () => openAgent(row.id)) },
  ];
}

const CALL_LOOKS = { waiting: ["◷", "warning"], ringing: ["▲", "danger"], talking: ["☎", "good"], hold: ["‖", "warning"], after: ["✎", ""], arrived: ["○", ""] };

function callCells(row) {
  const [shape, meaning] = CALL_LOOKS[row.state] ?? ["○", ""];
  const state = row.state === "hold" ? "on_hold" : row.state;
  const since = row.state === "talking" || row.state === "hold" ? row.answered_at : (row.queued_at ?? row.arrived_at);
  return [
    { text: `${shape} ${word(state)}`, badge: `badge ${meaning ? `badge--${meaning}` : ""}` },
    { text: [row.caller, row.caller_name].filter(Boolean).join(" ") || word("unknown_caller"), href: `/calls/${row.id}/` },
    { text: row.queue?.name ?? "–" },
    { text: [row.offer?.agent.name ?? row.agent?.name ?? "–", ears.on(row.id)].filter(Boolean).join(" ") },
    timer(since),
    { button: () => actionButton(word("step_in"), word("step_in_call", { caller: row.caller_name || row.caller || word("unknown_caller") }), () => ears.open(row.id)) },
  ];
}

let figuresVersion = 0;
function showFigures(figures) {
  if (figures.version < figuresVersion) return;
  figuresVersion = figures.version;
  for (const tile of document.querySelectorAll("[data-figure]")) {
    const value = figures[tile.dataset.figure];
    const shown = tile.querySelector("[data-value]");
    const text = figureText(value, tile.dataset.unit);
    if (shown.textContent !== text) shown.textContent = text;
    const isBad = (figures.alerts ?? []).includes(tile.dataset.figure);
    tile.classList.toggle("figure--danger", isBad);
    tile.querySelector("[data-alert]").hidden = !isBad;
  }
  const broken = document.getElementById("broken-numbers");
  broken.querySelector("[data-value]").textContent = figureText(figures.broken_numbers ?? 0, "");
  broken.hidden = !figures.broken_numbers;
}

function figureText(value, unit) {
  if (value === null || value === undefined) return "–";
  if (unit === "m:ss") return duration(value);
  const format = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: unit === "%" ? 1 : 0 });
  return unit === "%" ? `${format.format(value)} %` : format.format(value);
}

/* ------------------------------------------------------------------ an agent's state, changed by a supervisor */
const dialog = document.getElementById("agent-dialog");
let chosen = null;

function actionButton(text, label, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--small";
  button.textContent = text;
  button.setAttribute("aria-label", label);
  button.addEventListener("click", act);
  return button;
}

function openAgent(id) {
  chosen = agents.get(id);
  const [shape, words] = looks(chosen);
  document.getElementById("agent-dialog-title").textContent = `${chosen.extension} ${chosen.name}`;
  document.getElementById("agent-dialog-state").textContent = `${shape} ${words}`;
  dialog.showModal();
}

function force(state, values = {}) {
  if (!live.send({ type: "force_state", agent_id: chosen.id, state, ...values })) toast(word("order_not_sent"), "danger");
  dialog.close();
}

document.getElementById("agent-not-ready").addEventListener("click", () => {
  const reason = document.getElementById("agent-reason").value;
  force("not_ready", reason ? { reason_id: Number(reason) } : {});
});
document.getElementById("agent-ready").addEventListener("click", () => force("ready"));
document.getElementById("agent-sign-out").addEventListener("click", () => force("signed_out"));

/* Lateness comes with time, not with news. */
setInterval(repaint, 1000);
live.start();
