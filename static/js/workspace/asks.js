/* What the page asks over HTTP beside the socket: small POSTs, with the page's own token, never lost in silence. */

import { csrfToken, toast, word } from "../app.js";

/** The answer, or null after saying so. `values`: text, number, or a list of them. */
export async function post(path, values = {}, { isQuiet = false } = {}) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== null && one !== undefined) body.append(name, one);
  }
  try {
    const answer = await fetch(path, { method: "POST", body, headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" } });
    if (answer.ok) return answer;
    if (!isQuiet) toast(await refusal(answer), "danger");
  } catch {
    if (!isQuiet) toast(word("not_sent_kept"), "danger");
  }
  return null;
}

async function refusal(answer) {
  const said = answer.headers.get("X-Error");
  if (said) return decodeURIComponent(said);
  try {
    const body = await answer.json();
    return body.message ?? body.detail ?? word("request_failed");
  } catch {
    return word("request_failed");
  }
}

/** An element with a class and a text: whatever a person typed stays text. */
export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/** The time in the tenant's zone; the day as well when it is not today. */
export function clock(moment) {
  const zone = { timeZone: document.getElementById("content").dataset.zone || undefined };
  // Written as on every other page, whatever the reader's language: 11-18 17:57.
  const day = new Intl.DateTimeFormat("en-CA", { month: "2-digit", day: "2-digit", ...zone });
  const time = new Intl.DateTimeFormat("en-CA", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...zone });
  const at = new Date(moment);
  const isToday = day.format(at) === day.format(new Date());
  return isToday ? time.format(at) : `${day.format(at)} ${time.format(at)}`;
}
