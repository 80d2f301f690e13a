/* The waiting list: news of the floor make it read its rows again; open explanations and the focus stay where they are. */

import { csrfToken, duration, toast, word } from "../app.js";
import { Live, runTimers, showState } from "../live.js";

const PAUSE = 1000; // milliseconds between two readings: a burst of news is one change to the eye
const REST = 4; // and so many times as long as the last reading took: a busy server is not asked more
const LONGEST_PAUSE = 8000;
const frame = document.getElementById("waiting");
const dialog = document.getElementById("act");
const announce = document.getElementById("announce");

const live = new Live("/ws/floor/", {
  onMessage: (message) => hear(message),
  onState: showState(document.getElementById("live"), word, document.querySelectorAll("[data-dated]")),
});
const showTimers = runTimers(live, duration);

function hear(message) {
  if (message.type === "order_refused") toast(message.message, "danger");
  if (["snapshot", "call", "agent", "queue"].includes(message.type)) readSoon();
}

/* ------------------------------------------------------------------ reading */
let isReading = false;
let isDue = false;
let nextAt = -Infinity;

function readSoon() {
  if (isDue) return;
  isDue = true;
  setTimeout(read, Math.max(50, nextAt - performance.now()));
}

/** After what one does oneself nobody waits. */
function readNow() {
  nextAt = -Infinity;
  isDue = false;
  readSoon();
}

async function read() {
  if (isReading) {
    setTimeout(read, 200);
    return;
  }
  isDue = false;
  isReading = true;
  const began = performance.now();
  try {
    const answer = await fetch(frame.dataset.rows, { headers: { Accept: "text/html" } });
    if (answer.ok) show(await answer.text());
  } catch {
    // The badge says that the connection is gone; the next news try again.
  }
  const ended = performance.now();
  nextAt = ended + Math.min(LONGEST_PAUSE, Math.max(PAUSE, REST * (ended - began)));
  isReading = false;
}

function show(html) {
  const fresh = document.createElement("div");
  fresh.innerHTML = html;
  const known = frame.querySelector("table.waiting");
  const wanted = fresh.querySelector("table.waiting");
  if (!known || !wanted) {
    if (!known && !wanted && frame.textContent.trim() === fresh.textContent.trim()) return;
    const isNew = !known && wanted;
    frame.replaceChildren(...fresh.childNodes);
    if (isNew) tellOfNew(wanted.tBodies.length);
  } else {
    frame.querySelector(".waiting__summary").replaceWith(fresh.querySelector(".waiting__summary"));
    merge(known, wanted);
  }
  showTimers();
}

function tellOfNew(total) {
  announce.textContent = word("announce_new", { total });
}

/** Rows change in place. While somebody points at the list or stands in it, nothing moves: the gone ones fade. */
function merge(known, wanted) {
  const isBusy = known.matches(":hover") || known.contains(document.activeElement) || dialog.open;
  const rows = new Map([...known.tBodies].map((body) => [body.dataset.id, body]));
  const order = [];
  let isNew = false;
  for (const body of [...wanted.tBodies]) {
    const row = rows.get(body.dataset.id);
    if (row) patch(row, body);
    else isNew = true;
    order.push(row ?? body);
    rows.delete(body.dataset.id);
  }
  for (const row of rows.values()) isBusy ? fade(row) : row.remove();
  if (isBusy) for (const body of order) body.isConnected && body.parentNode === known ? 0 : known.append(body);
  else place(known, order);
  if (isNew) tellOfNew(order.length);
}

/** Only rows that stand elsewhere are moved: moving one that holds the focus would lose it. */
function place(known, order) {
  order.forEach((body, index) => {
    if (known.tBodies[index] !== body) known.insertBefore(body, known.tBodies[index] ?? null);
  });
}

function patch(row, fresh) {
  row.classList.remove("is-gone");
  const [line, detail] = row.rows;
  const newLine = fresh.rows[0];
  line.className = newLine.className;
  [...newLine.cells].forEach((cell, index) => {
    const old = line.cells[index];
    if (plain(old) === plain(cell)) return;
    const button = old.querySelector("[data-why]");
    const newButton = cell.querySelector("[data-why]");
    if (button && newButton) {
      const isOpen = button.getAttribute("aria-expanded") === "true";
      button.innerHTML = newButton.innerHTML;
      if (isOpen) explain(button, detail);
    } else old.innerHTML = cell.innerHTML;
  });
}

/** What a cell says, without what changes by itself. */
function plain(cell) {
  const since = cell.querySelector("[data-since]");
  return since ? since.dataset.since : cell.textContent.replace(/\s+/g, " ").trim();
}

function fade(row) {
  if (row.classList.contains("is-gone")) return;
  row.classList.add("is-gone");
  for (const button of row.querySelectorAll("[data-act]")) button.disabled = true;
  const why = row.querySelector("[data-why]");
  if (why) why.textContent = word("gone");
}

frame.addEventListener("pointerleave", readSoon);
frame.addEventListener("focusout", () => setTimeout(() => frame.contains(document.activeElement) || readNow()));

/* ------------------------------------------------------------------ why not yet */
frame.addEventListener("click", (event) => {
  const button = event.target.closest("[data-why]");
  if (!button) return;
  const detail = document.getElementById(button.getAttribute("aria-controls"));
  const isOpen = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!isOpen));
  detail.hidden = isOpen;
  if (!isOpen) explain(button, detail);
});

async function explain(button, detail) {
  try {
    const answer = await fetch(button.dataset.why, { headers: { Accept: "application/json" } });
    const place = detail.cells[0];
    if (answer.ok) place.innerHTML = await answer.text();
    else place.textContent = (await answer.json()).message;
  } catch {
    toast(word("act_failed"), "danger");
  }
}

/* ------------------------------------------------------------------ stepping in */
let opener = null;

frame.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  opener = button;
  try {
    const answer = await fetch(button.dataset.act, { headers: { Accept: "application/json" } });
    if (!answer.ok) {
      toast((await answer.json()).message, "danger");
      readSoon();
      return;
    }
    document.getElementById("act-body").innerHTML = await answer.text();
    dialog.showModal();
    dialog.querySelector("input:not([type=hidden], :disabled), select, .dialog__foot button")?.focus();
  } catch {
    toast(word("act_failed"), "danger");
  }
});

dialog.addEventListener("input", (event) => {
  if (event.target.name === "seconds") dialog.querySelector("[name=to][value=seconds]").checked = true;
});
dialog.addEventListener("close", () => {
  (opener?.isConnected ? opener : document.getElementById("queue")).focus();
});
dialog.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers });
    const said = await answer.json();
    if (answer.ok) {
      dialog.close();
      toast(said.message, "good");
      readNow();
    } else {
      const problem = form.querySelector("[data-problem]");
      problem.textContent = said.message;
      problem.hidden = false;
    }
  } catch {
    toast(word("act_failed"), "danger");
  }
});

showTimers();
live.start();
