/* The line to the switch: asks for a name and a password, registers, comes back by itself, and says how it stands. */

import { csrfToken } from "../app.js";

const RENEWED_AT = 0.8; // of the password's life
const REGISTER_SECONDS = 120;
const AGAIN_SOON = 1000; // the switch may have been told the old password a moment ago
const AGAIN_LATER = 15_000;
const SIGNED_OUT = 4401;
const NO_SUCH_PHONE = 4403; // of this sign-in: another one is made
const ASKED_EVERY = 4000; // whether the line is alive: a network that is gone closes nothing
const SILENT_FOR = 11_000;
const ALIVE = "\r\n\r\n"; // RFC 5626; our end answers at once

/** What the server says of this page's phone; null when it cannot be asked now. */
export async function askTerms() {
  try {
    const answer = await fetch("/workspace/phone/", { method: "POST", headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" } });
    if (answer.status === 401 || answer.status === 403) return { is_offered: false, why: "signed_out" };
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

export class Line {
  #library;
  #onState;
  #onCall;
  #terms = null;
  #refusals = 0;
  #heardAt = 0;
  #timers = new Set();
  #isOver = false;
  ua = null;

  /** `onState(name, why)`: connecting, registered, lost, refused or off; `onCall(session)`: one that rings. */
  constructor(library, { onState, onCall }) {
    this.#library = library;
    this.#onState = onState;
    this.#onCall = onCall;
    window.addEventListener("online", () => this.reconnect());
    setInterval(() => this.#askWhetherAlive(), ASKED_EVERY);
  }

  get isRegistered() {
    return Boolean(this.ua?.isRegistered());
  }

  get iceServers() {
    return this.#terms?.ice_servers ?? [];
  }

  /** {bits, kbits} where the phone check found a narrow line; else null. */
  get speech() {
    return this.#terms?.speech ?? null;
  }

  async start() {
    this.#isOver = false;
    this.#onState("connecting");
    const terms = await askTerms();
    if (this.#isOver) return;
    if (!terms) {
      this.#onState("lost");
      this.#later(() => this.start(), AGAIN_LATER / 3);
      return;
    }
    if (!terms.is_offered) {
      this.#onState("off", terms.why);
      return;
    }
    if (!this.ua || terms.username !== this.#terms?.username) this.#open(terms);
    else this.ua.set("password", terms.password);
    this.#terms = terms;
    this.#later(() => this.#renew(), terms.valid_seconds * 1000 * RENEWED_AT);
  }

  /** Rings no more; a talk goes on at the switch until somebody ends it. */
  stop() {
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.ua?.unregister();
    this.ua?.transport?.disconnect();
    this.ua = null;
    this.#terms = null;
  }

  #open(terms) {
    this.ua?.transport?.disconnect();
    const { UA, WebSocketInterface } = this.#library;
    const own = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/phone/`;
    const ua = new UA({
      sockets: [new WebSocketInterface(terms.socket || own)],
      uri: `sip:${terms.username}@${terms.domain}`,
      password: terms.password,
      register_expires: REGISTER_SECONDS,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 5,
      no_answer_timeout: 180,
      user_agent: "contactcenter",
    });
    this.ua = ua;
    const say = (state) => () => ua === this.ua && this.#onState(state);
    ua.on("connecting", say("connecting"));
    ua.on("connected", () => this.#listen(ua));
    ua.on("registered", () => {
      this.#refusals = 0;
      say("registered")();
    });
    ua.on("unregistered", say("lost"));
    ua.on("disconnected", ({ code }) => ua === this.ua && this.#disconnected(code));
    ua.on("registrationFailed", ({ response }) => ua === this.ua && this.#refused(response));
    ua.on("newRTCSession", ({ originator, session }) => originator === "remote" && this.#onCall(session));
    ua.start();
  }

  #disconnected(code) {
    if (code === SIGNED_OUT) {
      this.stop();
      this.#onState("off", "signed_out");
      return;
    }
    this.#onState("lost");
    if (code === NO_SUCH_PHONE) this.#renew();
  }

  /** Once more with the same password, then with a new one; then it is said, and tried again later. */
  #refused(response) {
    if (!response) return this.reconnect();
    this.#refusals += 1;
    if (this.#refusals === 1) this.#later(() => this.ua?.register(), AGAIN_SOON);
    else if (this.#refusals === 2) this.#renew(() => this.ua?.register());
    else {
      this.#onState("refused");
      this.#later(() => this.#renew(() => this.ua?.register()), AGAIN_LATER);
    }
  }

  async #renew(then = () => {}) {
    const before = this.ua;
    const terms = await askTerms();
    if (this.#isOver) return;
    if (!terms) {
      this.#later(() => this.#renew(then), AGAIN_LATER);
      return;
    }
    if (!terms.is_offered) {
      this.stop();
      this.#onState("off", terms.why);
      return;
    }
    if (terms.username !== this.#terms?.username) this.#open(terms);
    else this.ua?.set("password", terms.password);
    this.#terms = terms;
    this.#later(() => this.#renew(), terms.valid_seconds * 1000 * RENEWED_AT);
    if (this.ua === before) then();
  }

  /** Another connection, now: the one there is may be dead without knowing it. */
  reconnect() {
    const transport = this.ua?.transport;
    if (!transport || transport.isConnecting()) return;
    if (transport.isConnected()) transport.disconnect();
    transport.connect();
  }

  #listen(ua) {
    this.#heardAt = Date.now();
    ua.transport.socket._ws?.addEventListener("message", () => (this.#heardAt = Date.now()));
  }

  /** Of our own end alone: of a switch that pages go to themselves we do not know that it answers. */
  #askWhetherAlive() {
    const transport = this.ua?.transport;
    if (!transport?.isConnected() || this.#terms?.socket) return;
    if (Date.now() - this.#heardAt > SILENT_FOR) this.reconnect();
    else transport.send(ALIVE);
  }

  #later(what, milliseconds) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      what();
    }, milliseconds);
    this.#timers.add(timer);
  }
}
