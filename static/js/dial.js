/* A number is a button: the server is asked to dial it, by the row it stands in, and says in a sentence what happens. */

import { csrfToken, toast, word } from "./app.js";

let isAsking = false;

/** `values`: what belongs to the address, such as a number that was typed. True when a phone rings. */
export async function dial(address, values = {}) {
  if (isAsking) return false;
  isAsking = true;
  const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
  try {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(values), headers });
    const said = await answer.json().catch(() => ({}));
    toast(said.message ?? word("request_failed"), answer.ok ? "info" : "danger");
    return answer.ok;
  } catch {
    toast(word("request_offline"), "danger");
    return false;
  } finally {
    isAsking = false;
  }
}
