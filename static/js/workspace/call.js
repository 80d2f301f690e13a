/* The call in hand: which stage it is in, who is on the line, and which buttons make sense. Buttons never move. */

import { word } from "../app.js";

const STAGES = {
  none: { shape: "○", meaning: "" },
  ringing: { shape: "▲", meaning: "danger", word: "ringing" },
  dialling: { shape: "☎", meaning: "info", word: "dialling" },
  talking: { shape: "☎", meaning: "good", word: "talking" },
  hold: { shape: "‖", meaning: "warning", word: "on_hold" },
  consulting: { shape: "⇄", meaning: "info", word: "consulting" },
  wrap_up: { shape: "✎", meaning: "info", word: "wrap_up" },
};

/** none, ringing, dialling, talking, hold, consulting or wrap_up: from the call's own facts first, then from the activity. */
export function stageOf({ me, agent, call }) {
  if (call?.offer?.agent.id === me) return call.offer.kind === "dial" ? "dialling" : "ringing";
  const line = call?.ended_at ? null : call?.line;
  if (line?.place === "room" && line.agents.includes(me)) return "talking";
  if (line?.place === "aside" && (line.by === me || line.agents.includes(me))) return "consulting";
  // Sent to a number outside, the caller talks on there: the call stays ours, but who is through with it is not on the line.
  const isThrough = agent?.activity === "wrap_up" || agent?.activity === "idle";
  const isMine = call && call.agent?.id === me && !call.ended_at && line?.place !== "parked" && !isThrough;
  if (isMine && (call.state === "talking" || call.state === "hold")) return call.state;
  return agent?.activity === "wrap_up" ? "wrap_up" : "none";
}

function text(id, value) {
  const element = document.getElementById(id);
  if (element.textContent !== value) element.textContent = value;
}

function since(stage, call, agent) {
  if (stage === "ringing" || stage === "dialling") return call.offer.offered_at;
  if (stage === "consulting") return call.line.since;
  if (stage === "talking" || stage === "hold") return call.answered_at ?? "";
  return stage === "wrap_up" ? agent.state_since : "";
}

export function showCall(state) {
  const { stage, call, agent } = state;
  const look = STAGES[stage];
  const isReady = agent?.presence === "online" && agent.routing_status === "ready";
  document.getElementById("hand").dataset.stage = stage;
  const badge = document.getElementById("call-state");
  badge.className = `badge ${look.meaning ? `badge--${look.meaning}` : ""}`;
  text("call-state", `${look.shape} ${word(look.word ?? "no_call")}`);
  document.getElementById("call-timer").dataset.since = since(stage, call, agent);
  document.getElementById("call-timer").hidden = stage === "none";
  const someone = stage !== "none" && call;
  text("call-name", someone ? call.caller_name || word(call.direction === "outbound" ? "unknown_number" : "unknown_caller") : word(isReady ? "nobody_ready" : "nobody"));
  text("call-number", someone ? call.caller : "");
  text("call-queue", someone && call.queue ? `· ${call.queue.name}` : "");
  showCollected(someone ? Object.entries(call.collected ?? {}) : []);
  hideReady(stage !== "none" || isReady || !agent);
  showButtons(stage, call?.line ?? null);
}

/** What the caller keyed in before a person answered. */
function showCollected(values) {
  document.getElementById("call-collected").hidden = values.length === 0;
  text("call-collected", values.map(([name, value]) => `${name} ${value}`).join(" · "));
}

/** Of three who hear each other two are left: this agent and the caller, whom the switch lets be sent on from there. */
export function isLastWithCaller(line) {
  return line?.place === "room" && line.agents.length === 1 && !line.number;
}

function showButtons(stage, line) {
  const isTalking = stage === "talking" || stage === "hold";
  const isAlone = isTalking && line === null;
  const rings = stage === "ringing" || stage === "dialling";
  enable("do-answer", rings);
  enable("do-hold", isAlone);
  enable("do-transfer", isAlone || (isTalking && isLastWithCaller(line)));
  enable("do-park", isAlone);
  const mayDial = stage === "none" || stage === "wrap_up";
  enable("do-keypad", isTalking || stage === "consulting" || mayDial);
  text("do-keypad-word", word(mayDial ? "dial" : "keypad"));
  enable("do-hang-up", isTalking || rings || stage === "consulting");
  const hold = document.getElementById("do-hold");
  hold.dataset.callOrder = stage === "hold" ? "unhold" : "hold";
  hold.setAttribute("aria-pressed", String(stage === "hold"));
  text("do-hold-word", word(stage === "hold" ? "unhold" : "hold"));
  document.getElementById("ticket-card").hidden = stage === "none";
}

function hideReady(isHidden) {
  const offer = document.getElementById("go-ready");
  const hadFocus = offer.contains(document.activeElement);
  offer.hidden = isHidden;
  if (hadFocus && isHidden) focusPanel();
}

/** A button that loses its meaning while focused hands the focus to the panel, never to nowhere. */
function focusPanel() {
  const hand = document.getElementById("hand");
  hand.tabIndex = -1;
  hand.focus({ preventScroll: true });
}

export function enable(id, isEnabled) {
  const button = document.getElementById(id);
  if (button.disabled === !isEnabled) return;
  const hadFocus = document.activeElement === button;
  button.disabled = !isEnabled;
  if (hadFocus && !isEnabled) focusPanel();
}
