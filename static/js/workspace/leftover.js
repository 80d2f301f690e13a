/* Notes whose wrap-up ended without them: sent until the server has them, also after a reload or a lost line. */

import { toast, word } from "../app.js";
import { post } from "./asks.js";

const PREFIX = "draft:";

export const draftKey = (callId) => `${PREFIX}${callId}`;

/** Hands over what is kept for this call; true once the server has it. */
export async function handOver(callId, { isQuiet = false } = {}) {
  const kept = localStorage.getItem(draftKey(callId));
  if (kept === null) return true;
  const { note = "", disposition = null } = JSON.parse(kept);
  if (note.trim() || disposition) {
    const answer = await post(`/workspace/note/${callId}/`, { note, disposition }, { isQuiet: true });
    if (!answer) return false;
    if (!isQuiet) toast(word("note_saved"), "good");
  }
  // What was typed meanwhile is another draft.
  if (localStorage.getItem(draftKey(callId)) === kept) localStorage.removeItem(draftKey(callId));
  return true;
}

/** All of this browser but the call in hand. */
export async function handOverAll(exceptCallId) {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX) && key !== draftKey(exceptCallId));
  for (const key of keys) await handOver(key.slice(PREFIX.length));
}
