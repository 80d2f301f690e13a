/* The supervisors' board: rows come by news and change in place; filters, order and columns live in the address. */

import { duration, toast, word } from "./app.js";
import { Live, Rows, runTimers, showState } from "./live.js";
import { Age } from "./floor/age.js";
import { Alerts, Hands } from "./floor/alerts.js";
import { Board } from "./floor/board.js";
import { agentColumns, callColumns, figureText, queueColumns } from "./floor/columns.js";
import { Ears } from "./floor/ears.js";
import { People } from "./floor/people.js";
import { View } from "./floor/view.js";

const queues = new Rows();
const agents = new Rows();
const calls = new Rows();
const figures = new Map();
let boards = null;
let isDue = false;

const dated = document.querySelectorAll("[data-dated]");
const live = new Live("/ws/floor/", {
  onMessage: (message) => hear[message.type]?.(message),
  onState: showState(document.getElementById("live"), word),
});
const showTimers = runTimers(live, duration);
const age = new Age({ badge: document.getElementById("age"), parts: dated });
const me = Number(document.getElementById("ear-bar").dataset.me);
const ears = new Ears({ live, calls, me, onNews: repaint });
const view = new View({ agents, onChange: () => reorder(), onQueue: (queueId) => live.send({ type: "look_at", queues: queueId ? [queueId] : [] }) });
const people = new People({ agents, live, calls, ears });
const alerts = new Alerts({ list: document.getElementById("alerts"), sound: document.getElementById("sound"), onChange: repaint });
const hands = new Hands({
  list: document.getElementById("hands"),
  onChange: () => {
    for (const row of agents.values()) boards?.agents.forget(row.id);
    repaint();
  },
  onGo: (agentId) => people.stepIn(agentId),
});

boards = {
  queues: new Board("queues", {
    rows: queues, columns: queueColumns({ isLate, figures, links: view.links }), filter: view.showsQueue, late: isLate, words: word, onOrder: (sort) => view.sort("queues", sort),
  }),
  agents: new Board("agents", {
    rows: agents,
    columns: agentColumns({
      chosen: people.chosen, hands, names: view.names, onChoose: (id, isChosen) => people.choose(id, isChosen),
      acts: [
        { key: "change", label: "change_agent", act: (id) => people.change(id) },
        { key: "move", label: "move_agent", act: (id) => people.move([id]) },
      ],
    }),
    filter: view.showsAgent, words: word, onOrder: (sort) => view.sort("agents", sort),
  }),
  calls: new Board("calls", {
    rows: calls, columns: callColumns({ ears, onStepIn: (id) => ears.open(id) }), filter: view.showsCall, words: word, onOrder: (sort) => view.sort("calls", sort),
  }),
};
view.takes(boards);
people.walks(boards);

const hear = {
  snapshot(message) {
    queues.replace(message.queues);
    agents.replace(message.agents);
    calls.replace(message.calls);
    ears.replace(message.listenings);
    alerts.replace(message.alerts);
    hands.replaceAll(message.help);
    if (view.queueId) live.send({ type: "look_at", queues: [view.queueId] });
    showFigures(message.figures);
    reorder();
  },
  queue: ({ row }) => queues.take(row) && repaint(),
  // News of a state says nothing of groups and skills: those stay as they were told.
  agent: ({ row }) => agents.take({ ...agents.get(row.id), ...row }) && repaint(),
  places({ row }) {
    const known = agents.get(row.id);
    if (!known) return;
    agents.set(row.id, { ...known, ...row });
    people.showPlaces();
    repaint();
  },
  call({ row }) {
    if (row.ended_at) calls.delete(row.id);
    else if (!calls.take(row)) return;
    repaint();
  },
  call_gone({ id }) {
    if (calls.delete(id)) repaint();
  },
  listening({ row }) {
    ears.take(row);
    boards.calls.forget(row.call_id);
    repaint();
  },
  alert: ({ row }) => alerts.take(row),
  help: ({ row }) => hands.hear(row),
  figures: (message) => showFigures(message),
  order_refused: (message) => toast(message.message, "danger"),
};

/* A burst of news is painted once. */
function repaint() {
  if (isDue || !boards) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    for (const board of Object.values(boards)) board.refresh();
    showTimers();
  });
}

function reorder() {
  if (!boards) return;
  for (const board of Object.values(boards)) board.reorder();
  showTimers();
}

function isLate(row) {
  return Boolean(row.oldest_entered_at) && live.now() - Date.parse(row.oldest_entered_at) > row.sl_seconds * 1000;
}

let figuresVersion = 0;
function showFigures(news) {
  age.heard(news.feed);
  if (news.version < figuresVersion) return;
  figuresVersion = news.version;
  for (const tile of document.querySelectorAll("[data-figure]")) {
    const shown = tile.querySelector("[data-value]");
    const text = figureText(news[tile.dataset.figure], tile.dataset.unit);
    if (shown.textContent !== text) shown.textContent = text;
    const isBad = (news.alerts ?? []).includes(tile.dataset.figure);
    tile.classList.toggle("figure--danger", isBad);
    tile.querySelector("[data-alert]").hidden = !isBad;
  }
  let isNew = false;
  for (const row of news.queues ?? []) {
    if (JSON.stringify(figures.get(row.id)) === JSON.stringify(row)) continue;
    figures.set(row.id, row);
    boards.queues.forget(row.id);
    isNew = true;
  }
  if (isNew) repaint();
  const broken = document.getElementById("broken-numbers");
  broken.querySelector("[data-value]").textContent = figureText(news.broken_numbers ?? 0, "");
  broken.hidden = !news.broken_numbers;
}

/* Lateness comes with time, not with news. */
setInterval(() => boards.queues.refresh(), 1000);
live.start();
