/* My planned work: the list is the server's, told anew when something is planned, moved, done or due. */

import { word } from "../app.js";

export class Tasks {
  #box = document.getElementById("tasks");
  #dialog = document.getElementById("plan-dialog");
  #notices;
  #state;

  constructor({ notices, state }) {
    this.#notices = notices;
    this.#state = state;
    document.getElementById("do-plan")?.addEventListener("click", () => this.plan());
    document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
      if (detail.successful && detail.pathInfo.requestPath.startsWith("/follow-ups/plan/") && detail.requestConfig.verb === "post") this.refresh();
    });
  }

  /** The form, about the call in hand when there is one. */
  async plan() {
    const call = this.#state.stage === "none" ? null : this.#state.call;
    const about = call ? `?call_id=${call.id}` : "";
    await window.htmx.ajax("GET", `/follow-ups/plan/${about}`, { target: "#plan-body", swap: "innerHTML" });
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#dialog.querySelector("input:not([type=hidden])")?.focus();
  }

  hear({ row, is_due: isDue }) {
    if (isDue) this.#notices.tell("due", word("due_now", { title: row.title || row.number }));
    this.refresh();
  }

  refresh() {
    // Nothing moves under the pointer, and nothing typed is lost.
    if (this.#box && !this.#box.querySelector("details[open]")) window.htmx?.trigger(this.#box, "refresh");
  }
}
