/* The page's end of a member's WebSocket: snapshot then news, honest about its state, back by itself. */

const STALE_AFTER = 12; // seconds without a word; the server beats every 5
const GIVE_UP_AFTER = 20;
const FIRST_WAIT = 0.4;
const LONGEST_WAIT = 5;
const SIGNED_OUT = 4401;
const NOT_ALLOWED = 4403;
const CLOSED_TENANT = 4410;
const TOO_MANY = 4429;
const LONG_WAIT = 30; // too many pages are open: coming back at once would only be refused again

/** Signed out: the page goes, but not from under a talk whose sound is in it (`leaving` is then refused). */
function leaveWhenFree() {
  setTimeout(() => {
    if (document.dispatchEvent(new CustomEvent("leaving", { cancelable: true }))) location.reload();
    else leaveWhenFree();
  }, 1500);
}

export class Live {
  #socket = null;
  #path;
  #onMessage;
  #onState;
  #heardAt = 0;
  #wait = FIRST_WAIT;
  #retryAt = 0;
  #retry = null;
  #isLost = false;
  #isOver = false;
  #offset = 0;

  /** `onMessage(message)` for every message but beats; `onState(name, seconds)`: connecting, live, stale, offline, over. */
  constructor(path, { onMessage, onState }) {
    this.#path = path;
    this.#onMessage = onMessage;
    this.#onState = onState;
  }

  start() {
    this.#open();
    setInterval(() => this.#look(), 1000);
    window.addEventListener("online", () => this.#reopen());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.#socket?.readyState !== WebSocket.OPEN) this.#reopen();
    });
  }

  /** Milliseconds since 1970 by the server's clock: timers must not depend on the agent's computer. */
  now() {
    return Date.now() + this.#offset;
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN && !this.#isOver;
  }

  /** False when there is nobody to hear it. */
  send(message) {
    if (!this.isOpen) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #open() {
    if (this.#isOver) return;
    clearTimeout(this.#retry);
    this.#retryAt = 0;
    this.#onState("connecting", 0);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${this.#path}`);
    this.#socket = socket;
    this.#heardAt = Date.now();
    socket.addEventListener("message", (event) => socket === this.#socket && this.#hear(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => socket === this.#socket && this.#closed(event.code));
  }

  #hear(message) {
    this.#heardAt = Date.now();
    if (message.at) this.#offset = message.at - Date.now();
    if (message.type === "beat") {
      this.#socket.send('{"type":"beat"}');
      return;
    }
    if (message.type === "seat_ends") document.dispatchEvent(new CustomEvent("seat-ends", { detail: message }));
    if (message.type === "support") document.dispatchEvent(new CustomEvent("support", { detail: message }));
    if (message.type === "lost") this.#isLost = true;
    if (message.type === "snapshot") {
      this.#isLost = false;
      this.#wait = FIRST_WAIT;
    }
    this.#look();
    if (message.type !== "lost") this.#onMessage(message);
  }

  #closed(code) {
    if (code === SIGNED_OUT || code === NOT_ALLOWED || code === CLOSED_TENANT) {
      this.#isOver = true;
      this.#onState("over", code);
      if (code !== NOT_ALLOWED) leaveWhenFree();
      return;
    }
    const wait = (code === TOO_MANY ? LONG_WAIT : this.#wait) * (0.5 + Math.random());
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
    this.#retryAt = Date.now() + wait * 1000;
    this.#retry = setTimeout(() => this.#open(), wait * 1000);
    this.#look();
  }

  #reopen() {
    if (this.#isOver) return;
    this.#wait = FIRST_WAIT;
    const old = this.#socket;
    this.#open();
    old?.close();
  }

  #look() {
    if (this.#isOver) return;
    const silent = (Date.now() - this.#heardAt) / 1000;
    if (this.#retryAt) this.#onState("offline", Math.max(0, (this.#retryAt - Date.now()) / 1000));
    else if (this.#socket.readyState === WebSocket.CONNECTING && silent < GIVE_UP_AFTER) this.#onState("connecting", 0);
    else if (silent > GIVE_UP_AFTER) this.#reopen();
    else if (this.#isLost || silent > STALE_AFTER) this.#onState("stale", silent);
    else this.#onState("live", 0);
  }
}

/** Shows a Live's state in `<span class="live" id="live">`, in words; marks `dated` parts of the page as stale. */
export function showState(badge, word, dated = []) {
  const shapes = { live: "●", connecting: "◌", stale: "▲", offline: "○", over: "○" };
  return (name, seconds) => {
    const text = `${shapes[name]} ${word(`live_${name}`, { seconds: Math.ceil(seconds) })}`;
    if (badge.textContent !== text) badge.textContent = text;
    if (badge.dataset.state === name) return;
    badge.dataset.state = name;
    // Announced once per change: a badge that counts seconds aloud would drown everything else.
    const announcer = document.getElementById("announce");
    if (announcer && name !== "connecting") announcer.textContent = word(`live_${name}`, { seconds: Math.ceil(seconds) });
    for (const part of dated) part.classList.toggle("is-stale", name !== "live");
  };
}

/** Keeps the newest row of each id: `true` when the row is news. */
export class Rows extends Map {
  take(row) {
    const known = this.get(row.id);
    if (known && known.version > row.version) return false;
    this.set(row.id, row);
    return true;
  }

  replace(rows) {
    this.clear();
    for (const row of rows) this.set(row.id, row);
  }
}

/** Timers: every element with data-since or data-until shows m:ss by the server's clock, once a second. */
export function runTimers(live, duration) {
  const show = () => {
    const now = live.now();
    for (const element of document.querySelectorAll("[data-since]")) {
      const text = element.dataset.since ? duration((now - Date.parse(element.dataset.since)) / 1000) : "–";
      if (element.textContent !== text) element.textContent = text;
    }
  };
  setInterval(show, 500);
  return show;
}
