/* What the recording of the talk does: on, masked, off; its buttons. The news says it, never the click. */

import { duration, word } from "../app.js";

const LOOKS = { on: ["●", "danger"], masked: ["▨", "warning"], off: ["○", ""] };

let maskedUntil = null;

/** The mask's clock, outside of what is read aloud. `live` knows the server's time. */
export function runMaskClock(live) {
  setInterval(() => showLeft(live.now()), 250);
}

function showLeft(now) {
  const shown = document.getElementById("mask-left");
  shown.hidden = maskedUntil === null;
  if (shown.hidden) return;
  const text = duration(Math.ceil(Math.max(0, maskedUntil - now) / 1000));
  if (shown.textContent !== text) shown.textContent = text;
}

/** `row` is the last news of a recording; it counts for the call in hand alone. */
export function showRecording({ stage, call, recording }) {
  const bar = document.getElementById("recording-bar");
  const isTalking = stage === "talking" || stage === "hold" || stage === "consulting";
  const row = isTalking && recording?.call_id === call?.id ? recording : null;
  maskedUntil = row?.state === "masked" && row.until ? Date.parse(row.until) : null;
  bar.hidden = !row || (row.state === "off" && !row.may_start);
  if (bar.hidden) return;
  const [shape, meaning] = LOOKS[row.state];
  const badge = document.getElementById("recording-state");
  badge.className = `badge ${meaning ? `badge--${meaning}` : ""}`;
  const words = `${shape} ${word(`recording_${row.state}`)}`;
  if (badge.textContent !== words) badge.textContent = words;
  const mask = document.getElementById("do-mask");
  mask.disabled = row.state === "off";
  mask.dataset.callOrder = row.state === "masked" ? "unmask_recording" : "mask_recording";
  mask.setAttribute("aria-pressed", String(row.state === "masked"));
  document.getElementById("do-mask-word").textContent = word(row.state === "masked" ? "unmask" : "mask");
  const record = document.getElementById("do-record");
  record.hidden = !row.may_start;
  record.dataset.callOrder = row.state === "off" ? "start_recording" : "stop_recording";
  record.textContent = word(row.state === "off" ? "record" : "record_stop");
  for (const button of [mask, record]) button.removeAttribute("aria-disabled");
}
