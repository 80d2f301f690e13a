/* What the next page must know to take a talk up again: the dialog, and whether the microphone was off. No password.
   The switch ends a leg after 60 s without sound, so what is older is worth nothing. */

const LIFE = 55_000;

export class Kept {
  #key;

  constructor(agent) {
    this.#key = `phone-talk-${agent}`;
  }

  read() {
    try {
      const found = JSON.parse(localStorage.getItem(this.#key) ?? "null");
      if (found && Date.now() - found.at < LIFE) return found;
    } catch {
      /* written by something else: as if there were nothing */
    }
    this.clear();
    return null;
  }

  /** `at`: when it was last known to be good. */
  write(talk, at = Date.now()) {
    localStorage.setItem(this.#key, JSON.stringify({ ...talk, at }));
  }

  clear() {
    localStorage.removeItem(this.#key);
  }
}

/** A dialog of JsSIP as text alone. */
export function dialogAsText(dialog) {
  const { call_id: callId, local_tag: localTag, remote_tag: remoteTag } = dialog.id;
  return {
    callId,
    localTag,
    remoteTag,
    localSeqnum: dialog.local_seqnum ?? 0,
    remoteSeqnum: dialog._remote_seqnum ?? 0,
    localUri: dialog._local_uri.toString(),
    remoteUri: dialog._remote_uri.toString(),
    remoteTarget: dialog._remote_target.toString(),
    routes: dialog._route_set ?? [],
  };
}

const CONFIRMED = 2;
const SKIPPED = 5; // numbers a page may have used and not yet written down when it went

/** The same dialog as before, owned by `session`; JsSIP itself makes dialogs of messages alone (3.13.8, pinned in vendor/). */
export function dialogOfText(library, ua, session, text) {
  const dialog = Object.create(library.Dialog.prototype);
  return Object.assign(dialog, {
    _owner: session,
    _ua: ua,
    _uac_pending_reply: false,
    _uas_pending_reply: false,
    _state: CONFIRMED,
    _id: {
      call_id: text.callId,
      local_tag: text.localTag,
      remote_tag: text.remoteTag,
      toString: () => text.callId + text.localTag + text.remoteTag,
    },
    _local_seqnum: text.localSeqnum + SKIPPED,
    _remote_seqnum: text.remoteSeqnum,
    _local_uri: ua.normalizeTarget(text.localUri),
    _remote_uri: ua.normalizeTarget(text.remoteUri),
    _remote_target: ua.normalizeTarget(text.remoteTarget),
    _route_set: text.routes,
    _incoming_ack_seqnum: null,
    _outgoing_ack_seqnum: null,
  });
}
