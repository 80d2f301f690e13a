/* The board for a big screen: no hand touches it, so it comes back by itself, begins the new day by itself, and says
   plainly when it no longer knows. */

import { duration, word } from "./app.js";
import { Live, Rows, runTimers, showState } from "./live.js";
import { Age } from "./floor/age.js";
import { Alerts } from "./floor/alerts.js";
import { figureText } from "./floor/columns.js";

const MOST_QUEUES = 12;
const queues = new Rows();
const figures = new Map();
const body = document.getElementById("queues");
const wanted = new Set(new URLSearchParams(location.search).getAll("queue").map(Number));

const live = new Live("/ws/floor/", {
  onMessage: (message) => hear[message.type]?.(message),
  onState: showState(document.getElementById("live"), word),
});
const showTimers = runTimers(live, duration);
const age = new Age({ badge: document.getElementById("age"), parts: document.querySelectorAll("[data-dated]") });
const alerts = new Alerts({ list: document.getElementById("alerts"), sound: null, onChange: () => paint() });

const hear = {
  snapshot(message) {
    queues.replace(message.queues);
    alerts.replace(message.alerts);
    if (wanted.size) live.send({ type: "look_at", queues: [...wanted] });
    showFigures(message.figures);
    paint();
  },
  queue: ({ row }) => queues.take(row) && paint(),
  alert: ({ row }) => alerts.take(row),
  figures: (message) => showFigures(message),
};

const isLate = (row) => Boolean(row.oldest_entered_at) && live.now() - Date.parse(row.oldest_entered_at) > row.sl_seconds * 1000;

/** Where somebody waits longest stands first: that is what a glance is for. */
function shown() {
  const rows = [...queues.values()].filter((row) => !wanted.size || wanted.has(row.id));
  return rows.sort((one, other) => other.waiting - one.waiting || one.name.localeCompare(other.name));
}

/** As many queues as the screen has room for: nobody scrolls a wall. */
let room = MOST_QUEUES;
window.addEventListener("resize", () => (room = MOST_QUEUES));

let isDue = false;
function paint() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    const rows = shown();
    const lines = rows.slice(0, room);
    while (body.children.length > lines.length) body.lastElementChild.remove();
    lines.forEach((row, index) => fill(body.children[index] ?? body.appendChild(newLine()), row));
    const more = document.getElementById("more");
    more.hidden = rows.length <= room;
    more.textContent = more.hidden ? "" : word("more_queues", { n: rows.length - room });
    showTimers();
    if (innerWidth > 900 && room > 1 && lines.length > 1 && document.documentElement.scrollHeight > innerHeight) {
      room = Math.min(room, lines.length) - 1;
      paint();
    }
  });
}

function newLine() {
  const line = document.createElement("tr");
  const name = document.createElement("th");
  name.scope = "row";
  line.append(name);
  for (let place = 0; place < 7; place += 1) line.append(document.createElement("td"));
  return line;
}

function fill(line, row) {
  const day = figures.get(row.id) ?? {};
  const late = isLate(row);
  line.classList.toggle("is-late", late);
  const values = [
    row.name, `${late ? "▲ " : ""}${row.waiting}`, null, figureText(day.expected_wait, "m:ss"), row.agents.ready, row.agents.busy, row.agents.not_ready,
    figureText(day.service_level, "%"),
  ];
  values.forEach((value, place) => {
    const cell = line.children[place];
    cell.className = place === 0 ? "" : `number${place < 3 ? " late" : ""}`;
    if (value === null) cell.dataset.since = row.oldest_entered_at ?? "";
    else if (cell.textContent !== String(value)) cell.textContent = value;
  });
}

function showFigures(news) {
  age.heard(news.feed);
  for (const tile of document.querySelectorAll("[data-figure]")) {
    const text = figureText(news[tile.dataset.figure], tile.dataset.unit);
    const place = tile.querySelector("[data-value]");
    if (place.textContent !== text) place.textContent = text;
    tile.classList.toggle("is-bad", (news.alerts ?? []).includes(tile.dataset.figure));
  }
  for (const row of news.queues ?? []) figures.set(row.id, row);
  paint();
}

const clock = document.getElementById("clock");
function tick() {
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: clock.dataset.zone });
  clock.textContent = time.format(live.now());
}
setInterval(tick, 1000);
setInterval(paint, 1000);
tick();
live.start();
