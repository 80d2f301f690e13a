/* <tenant-panel>: a frame for somebody else's page, told by a form what is open beside it. No token is in any address.
   A panel says that it is there by parent.postMessage({type: "panel.ready"}, …); one that does not is told of in words. */

import { csrfToken } from "../app.js";

const PATIENCE_MS = 10_000;
let frames = 0;

class TenantPanel extends HTMLElement {
  #frame = null;
  #origin = "";
  #late = 0;
  #seen = null;
  #hears = (message) => this.#hear(message);

  connectedCallback() {
    this.querySelector("[data-silent] button").addEventListener("click", () => this.#open());
    window.addEventListener("message", this.#hears);
    this.#seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      this.#seen.disconnect();
      this.#open();
    });
    this.#seen.observe(this);
  }

  disconnectedCallback() {
    window.removeEventListener("message", this.#hears);
    this.#seen?.disconnect();
    clearTimeout(this.#late);
  }

  async #open() {
    this.#show("words");
    clearTimeout(this.#late);
    this.#late = setTimeout(() => this.#show("silent"), PATIENCE_MS);
    try {
      const told = await this.#ask();
      if (!this.isConnected) return;
      this.#origin = told.origin;
      this.#post(told);
    } catch {
      clearTimeout(this.#late);
      this.#show("silent");
    }
  }

  async #ask() {
    const { open, place, subject } = this.dataset;
    const answer = await fetch(open, {
      method: "POST",
      headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
      body: new URLSearchParams({ place, subject }),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  #post({ url, token }) {
    this.#frame?.remove();
    this.#frame = newFrame(this.dataset.name);
    this.append(this.#frame);
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: url, target: this.#frame.name, hidden: true });
    form.setAttribute("rel", "noreferrer");
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "context", value: token });
    form.append(field);
    document.body.append(form);
    form.submit();
    form.remove();
  }

  /** Only from our frame, and only while the panel's own origin is in it. */
  #hear(message) {
    if (!this.#frame || message.source !== this.#frame.contentWindow || message.origin !== this.#origin) return;
    if (message.data?.type !== "panel.ready") return;
    clearTimeout(this.#late);
    this.#show("ready");
  }

  #show(state) {
    this.dataset.state = state;
    this.querySelector("[data-words]").hidden = state !== "words";
    this.querySelector("[data-silent]").hidden = state !== "silent";
  }
}

function newFrame(title) {
  const frame = document.createElement("iframe");
  frames += 1;
  frame.name = `tenant-panel-${frames}`;
  frame.title = title;
  // Its scripts, forms and own cookies; links into new tabs. Never our page's address, dialogs or downloads.
  frame.setAttribute("sandbox", "allow-scripts allow-forms allow-same-origin allow-popups");
  frame.setAttribute("allow", "");
  frame.setAttribute("referrerpolicy", "no-referrer");
  frame.setAttribute("loading", "lazy");
  frame.className = "panel__frame";
  return frame;
}

if (!customElements.get("tenant-panel")) customElements.define("tenant-panel", TenantPanel);
