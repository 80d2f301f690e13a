/* What the three tables of the board say in each column, and by what it is put in order. */

import { duration, word } from "../app.js";
import { looks } from "../workspace/deck.js";

const number = (value, href) => ({ text: value === null || value === undefined ? "–" : String(value), className: "number", href });
const timer = (since, className = "number timer") => ({ since: since ?? "", className });

/** A figure as people read it; a dash when there is nothing to divide by. */
export function figureText(value, unit) {
  if (value === null || value === undefined) return "–";
  if (unit === "m:ss") return duration(value);
  const format = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: unit === "%" ? 1 : 0 });
  return unit === "%" ? `${format.format(value)} %` : format.format(value);
}

const moment = (value) => (value ? Date.parse(value) : null);

/** `figures`: of each queue today, by id; `links`: addresses with the page's own words in them. */
export function queueColumns({ isLate, figures, links }) {
  const of = (row, name) => figures.get(row.id)?.[name] ?? null;
  const day = (id, unit, metric) => ({
    id,
    sort: (row) => of(row, id),
    cell: (row) => ({ text: figureText(of(row, id), unit), className: "number", href: links.behind(metric, row.id) }),
  });
  const count = (id) => ({
    id,
    sort: (row) => row.agents[id],
    cell: (row) => number(row.agents[id], links.agents(row.id, id)),
  });
  return [
    { id: "name", sort: (row) => row.name, cell: (row) => ({ text: row.state === "open" ? row.name : `${row.name} (${word("closed")})`, className: "strong" }) },
    {
      id: "waiting", sort: (row) => row.waiting,
      cell: (row) => ({ text: isLate(row) ? `▲ ${row.waiting}` : String(row.waiting), className: isLate(row) ? "number late" : "number", href: links.waiting(row.id) }),
    },
    { id: "longest", sort: (row) => { const at = moment(row.oldest_entered_at); return at && -at; }, cell: (row) => timer(row.oldest_entered_at, "number timer late") },
    {
      id: "expected", sort: (row) => of(row, "expected_wait"),
      cell: (row) => ({ text: figureText(of(row, "expected_wait"), "m:ss"), className: "number", href: links.whatIf(row.id) }),
    },
    count("ready"), count("busy"), count("not_ready"),
    day("offered", "", "O"), day("answered", "", "A"), day("abandoned", "", "B"),
    day("service_level", "%", "SL_F3"), day("average_speed_of_answer", "m:ss", "ASA"), day("average_talk_time", "m:ss", "ATT"),
  ];
}

const ORDER = { ringing: 0, talking: 1, hold: 2, consulting: 3, dialling: 4, wrap_up: 5, listening: 6 };

/** One word for what an agent does, as the filter asks for it. */
export function stateOf(row) {
  if (row.presence === "offline" && row.activity === "idle") return "offline";
  if (row.activity !== "idle") return "busy";
  return row.routing_status === "ready" ? "ready" : "not_ready";
}

export function agentColumns({ chosen, hands, names, onChoose, acts }) {
  return [
    {
      id: "choose", sort: (row) => (chosen.has(row.id) ? 0 : 1),
      cell: (row) => ({ className: "choose", fill: (td) => checkbox(td, row, chosen, onChoose) }),
    },
    { id: "name", sort: (row) => row.extension, cell: (row) => ({ text: `${row.extension} ${row.name}`, href: `/floor/agents/${row.id}/` }) },
    {
      id: "state", sort: (row) => `${{ offline: 9, not_ready: 8, ready: 7 }[stateOf(row)] ?? ORDER[row.activity] ?? 6} ${row.reason}`,
      cell: (row) => {
        const [shape, words, meaning] = looks(row);
        const hand = hands.get(row.id);
        return { text: `${shape} ${words}${hand ? ` · ✋ ${word("needs_help")}` : ""}`, badge: `badge ${meaning ? `badge--${meaning}` : ""}` };
      },
    },
    { id: "since", sort: (row) => { const at = moment(row.state_since); return at && -at; }, cell: (row) => timer(row.state_since) },
    { id: "groups", sort: (row) => names.groups(row), cell: (row) => ({ text: names.groups(row) || "–" }) },
    { id: "queues", sort: (row) => (row.queues ?? []).length, cell: (row) => ({ text: names.queues(row) || "–", className: "clip" }) },
    {
      id: "phone", sort: (row) => row.phone,
      cell: (row) => ({ text: word(`phone_${row.phone}`), badge: row.presence === "online" ? (row.phone === "registered" ? "" : "badge badge--warning") : "quiet" }),
    },
    { id: "acts", sort: () => 0, cell: (row) => ({ className: "acts", fill: (td) => buttons(td, row, acts) }) },
  ];
}

const CALL_LOOKS = { waiting: ["◷", "warning"], ringing: ["▲", "danger"], talking: ["☎", "good"], hold: ["‖", "warning"], after: ["✎", ""], arrived: ["○", ""] };

export function callColumns({ ears, onStepIn }) {
  const sinceOf = (row) => (row.state === "talking" || row.state === "hold" ? row.answered_at : (row.queued_at ?? row.arrived_at));
  const callerOf = (row) => [row.caller, row.caller_name].filter(Boolean).join(" ") || word("unknown_caller");
  return [
    {
      id: "state", sort: (row) => row.state,
      cell: (row) => {
        const [shape, meaning] = CALL_LOOKS[row.state] ?? ["○", ""];
        return { text: `${shape} ${word(row.state === "hold" ? "on_hold" : row.state)}`, badge: `badge ${meaning ? `badge--${meaning}` : ""}` };
      },
    },
    { id: "caller", sort: callerOf, cell: (row) => ({ text: callerOf(row), href: `/calls/${row.id}/` }) },
    { id: "queue", sort: (row) => row.queue?.name ?? "", cell: (row) => ({ text: row.queue?.name ?? "–" }) },
    { id: "agent", sort: (row) => row.agent?.name ?? "", cell: (row) => ({ text: [row.offer?.agent.name ?? row.agent?.name ?? "–", ears.on(row.id)].filter(Boolean).join(" ") }) },
    { id: "since", sort: (row) => { const at = moment(sinceOf(row)); return at && -at; }, cell: (row) => timer(sinceOf(row)) },
    {
      id: "acts", sort: () => 0,
      cell: (row) => ({ className: "acts", fill: (td) => buttons(td, row, [{ key: "step_in", label: "step_in_call", values: { caller: row.caller_name || row.caller || word("unknown_caller") }, act: onStepIn }]) }),
    },
  ];
}

function checkbox(td, row, chosen, onChoose) {
  let box = td.querySelector("input");
  if (!box) {
    box = document.createElement("input");
    box.type = "checkbox";
    box.setAttribute("aria-label", word("choose_agent", row));
    box.addEventListener("change", () => onChoose(row.id, box.checked));
    td.append(box);
  }
  box.checked = chosen.has(row.id);
}

/** Made once for each row: what they do is looked up by the row's id when they are pressed. */
function buttons(td, row, acts) {
  if (td.firstElementChild) return;
  for (const { key, label, values, act } of acts) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.dataset.key = key;
    button.textContent = word(key);
    button.setAttribute("aria-label", word(label, values ?? row));
    button.addEventListener("click", () => act(row.id));
    td.append(button);
  }
}
