/* The draft goes to the server by itself a moment after each change; what comes back is what the check says of it.
   Whoever saved in between is not overwritten unseen. */

import { csrfToken, word } from "../../app.js";

const CALM = 700;
const AGAIN = 5000;

export class Saving {
  /** `tell(state, text)`: saved, saving, unsaved, failed, conflict. `heard(answer)` gets what the server says. */
  constructor(url, version, { tell, heard, lost }) {
    Object.assign(this, { url, version, tell, heard, lost, waiting: null, isUnderWay: false, next: null });
    addEventListener("beforeunload", (event) => {
      if (this.next || this.isUnderWay) event.preventDefault();
    });
  }

  keep(flow) {
    if (this.isLost) return;
    this.next = flow;
    this.tell("unsaved", word("unsaved"));
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.send(), CALM);
  }

  /** Saved by now, for what needs the draft on the server. */
  async flush() {
    clearTimeout(this.waiting);
    while (this.isUnderWay) await new Promise((go) => setTimeout(go, 20));
    if (this.next) await this.send();
    return !this.next;
  }

  async send() {
    if (this.isUnderWay || !this.next || this.isLost) return;
    const flow = this.next;
    this.next = null;
    this.isUnderWay = true;
    this.tell("saving", word("saving"));
    try {
      const answer = await fetch(this.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
        body: JSON.stringify({ version: this.version, document: flow }),
      });
      await this.answered(answer, flow);
    } catch {
      this.failed(flow, word("save_offline"));
    }
    this.isUnderWay = false;
    if (this.next && !this.isFailing) await this.send();
  }

  async answered(answer, flow) {
    const said = await answer.json().catch(() => ({}));
    if (answer.status === 409) {
      this.isLost = true;
      this.lost(said);
      return;
    }
    if (!answer.ok) {
      this.refused(answer.status, flow, said);
      return;
    }
    this.isFailing = false;
    this.version = said.version;
    this.heard(said);
    if (!this.next) this.tell("saved", word("saved"));
  }

  /* What the server cannot read will not become readable by asking again. */
  refused(status, flow, said) {
    if (status >= 500) this.failed(flow, said.detail || word("save_offline"));
    else {
      this.isFailing = false;
      this.tell("failed", said.detail || word("request_failed"));
    }
  }

  failed(flow, text) {
    this.isFailing = true;
    this.next ??= flow;
    this.tell("failed", text);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.send(), AGAIN);
  }
}
