/* The strip below the call bar: who is asked while the caller hears music, or who else is on the line. */

import { word } from "../app.js";
import { enable } from "./call.js";

export function showAsking({ me, call, stage }) {
  const line = stage === "none" || stage === "wrap_up" || stage === "ringing" || stage === "dialling" ? null : (call?.line ?? null);
  const strip = document.getElementById("asking");
  const hadFocus = strip.contains(document.activeElement);
  strip.hidden = !line || line.place === "parked";
  if (strip.hidden) {
    if (hadFocus) document.getElementById("hand").focus({ preventScroll: true });
    return;
  }
  const isMine = line.place === "aside" && line.by === me;
  const isTalking = line.state === "talking";
  put("asking-words", words(line, me));
  document.getElementById("asking-timer").dataset.since = line.since;
  document.getElementById("asking-buttons").hidden = !isMine;
  enable("do-back", isMine && line.state !== "");
  enable("do-join-all", isMine && isTalking);
  enable("do-hand-over", isMine && isTalking);
}

/** The names of those asked, or the number outside. */
export function namesOf(line, without = null) {
  const people = line.agents.filter((id) => id !== without).map((id) => line.names[id] ?? "");
  return [...people, line.number].filter(Boolean).join(", ");
}

/** What is said when it begins. */
export function consultWords(line, me) {
  return line.state === "flow" ? word("asking_flow") : word("consult_started", { name: namesOf(line, me) });
}

function words(line, me) {
  if (line.place === "room") return `☎ ${word("in_room", { names: namesOf(line, me) })}`;
  if (line.state === "flow") return `⇄ ${word("asking_flow")}`;
  if (line.by !== me) return `⇄ ${word("asked_by", { name: line.names[line.by] ?? "" })}`;
  if (line.state === "") return `⇄ ${word("coming_back")}`;
  return `⇄ ${word(`asking_${line.state}`, { name: namesOf(line) })}`;
}

function put(id, value) {
  const element = document.getElementById(id);
  if (element.textContent !== value) element.textContent = value;
}
