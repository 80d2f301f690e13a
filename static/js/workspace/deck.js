/* The strip at the top: my state, my next state, my queues; my phones are in phones.js. */

import { word } from "../app.js";

const ACTIVITY = {
  ringing: ["▲", "ringing", "danger"],
  talking: ["☎", "talking", "good"],
  hold: ["‖", "on_hold", "warning"],
  wrap_up: ["✎", "wrap_up", "info"],
  consulting: ["☎", "consulting", "good"],
  dialling: ["☎", "dialling", "good"],
  listening: ["◉", "listening", "info"],
};

const CAUSES = {
  "system:no_answer": "no_answer",
  "system:unregistered": "unregistered",
  "system:switch_died": "switch_died",
  "system:page_closed": "page_closed",
};

/** The words for what the system did to an agent's state; empty when a person chose it. */
function cause(agent, kind = "cause") {
  return CAUSES[agent.cause] ? word(`${kind}_${CAUSES[agent.cause]}`) : "";
}

/** [shape, word, meaning] of an agent's row: activity first, then routing status, presence decides. */
export function looks(agent) {
  const why = agent.reason || cause(agent);
  const withWhy = (state) => [word(state), why].filter(Boolean).join(" · ");
  if (agent.presence === "offline" && agent.activity === "idle") return ["○", withWhy("offline"), ""];
  const busy = ACTIVITY[agent.activity];
  if (busy) return [busy[0], word(busy[1]), busy[2]];
  if (agent.routing_status === "ready") return ["●", word("ready"), "good"];
  return ["◐", withWhy("not_ready"), "warning"];
}

export function showStatus({ agent }) {
  const [shape, words] = looks(agent);
  put("status-word", `${shape} ${words}`);
  document.getElementById("status-timer").dataset.since = agent.state_since;
  const why = agent.presence === "online" && agent.routing_status === "not_ready" ? cause(agent, "why") : "";
  put("status-why", why && `▲ ${why}`);
  document.getElementById("status-why").hidden = !why;
  const isBusy = agent.activity !== "idle";
  document.getElementById("status-next-note").hidden = !isBusy;
  showNext(agent, isBusy);
}

function showNext(agent, isBusy) {
  const next = document.getElementById("next-status");
  const status = agent.next_status || (isBusy && agent.routing_status === "not_ready" ? "not_ready" : "");
  next.hidden = !status;
  if (!status) return;
  const reason = agent.next_status ? agent.next_reason : agent.reason;
  const words = status === "ready" ? word("ready") : [word("not_ready"), reason].filter(Boolean).join(" · ");
  put("next-status", word("next", { state: words }));
}

export function showQueues(queues) {
  for (const chip of document.querySelectorAll("[data-queue]")) {
    const row = queues.get(Number(chip.dataset.queue));
    if (!row) continue;
    set(chip.querySelector("[data-waiting]"), String(row.waiting));
    const longest = chip.querySelector("[data-longest]");
    longest.dataset.since = row.oldest_entered_at ?? "";
    longest.hidden = !row.oldest_entered_at;
    set(chip.querySelector("[data-agents]"), word("queue_agents", row.agents));
    chip.classList.toggle("queue-chip--late", isLate(row));
  }
}

/** Someone waits longer than the queue promises. */
function isLate(row) {
  return Boolean(row.oldest_entered_at) && Date.now() - Date.parse(row.oldest_entered_at) > row.sl_seconds * 1000;
}

function put(id, value) {
  set(document.getElementById(id), value);
}

function set(element, value) {
  if (element.textContent !== value) element.textContent = value;
}
