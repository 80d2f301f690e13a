/* Several tabs, one phone: the tab that holds the lock leads, the others ask it and show what it shows. When it goes, the
   next one has the lock, at once, also when the tab crashed. */

export class Leader {
  #channel;
  #onAsk;
  #onTold;
  #told = null;
  isLeading = false;

  /** `onLead()` once this tab leads; `onAsk(message)` of a follower; `onTold(shown)` of the leader. */
  constructor(name, { onLead, onAsk, onTold }) {
    this.#onAsk = onAsk;
    this.#onTold = onTold;
    this.#channel = new BroadcastChannel(name);
    this.#channel.addEventListener("message", ({ data }) => this.#hear(data));
    const lead = () => {
      this.isLeading = true;
      onLead();
      return new Promise(() => {});
    };
    // Without locks (a page that came unencrypted) there is no microphone either: each tab says so itself.
    if (navigator.locks) navigator.locks.request(name, lead);
    else queueMicrotask(lead);
    this.#channel.postMessage({ ask: "show" });
  }

  /** Said to the leader: to ourselves when we lead. */
  ask(message) {
    if (this.isLeading) this.#onAsk(message);
    else this.#channel.postMessage(message);
  }

  tell(shown) {
    this.#told = shown;
    this.#channel.postMessage({ shown });
  }

  #hear(data) {
    if (data.shown) {
      if (!this.isLeading) this.#onTold(data.shown);
    } else if (this.isLeading && data.ask === "show") {
      if (this.#told) this.#channel.postMessage({ shown: this.#told });
    } else if (this.isLeading) this.#onAsk(data);
  }
}
