/* The phone in the agent's page: one for all tabs, led by one of them. Loaded after the page is painted (workspace.js). */

import { word } from "../app.js";
import { Kept } from "./kept.js";
import { Leader } from "./leader.js";
import { Line } from "./line.js";
import { listenToHeadset, Ring } from "./ring.js";
import { nameOfFault, Sound } from "./sound.js";
import { Strip } from "./strip.js";
import { Talk } from "./talk.js";

const OFF = "phone-off"; // chosen by the agent, kept on this computer
const PASSING = ["talk_over", "answer_failed"];
const TOLD_FOR = 15_000; // ms
const OVER_AFTER = 3000; // ms the server must say that nothing is in hand before a silent talk is believed to be over

export class Phone {
  #order;
  #isDialling;
  #hasTakenUp = false;
  #strip;
  #leader;
  #sound = new Sound();
  #ring = new Ring(this.#sound);
  #line = null;
  #talk = null;
  #lineState = "loading";
  #fault = "";
  #shown = {};
  #idleSince = 0;
  #isHeard = null;
  #forgetting = null;
  #was = "none";

  /** `order(type)` sends an order to the server, for what a headset's keys ask. `isDialling()`: what rings is a call the
      agent asked for, so nobody has to answer it. */
  constructor({ agent, order, isDialling = () => false }) {
    this.#order = order;
    this.#isDialling = isDialling;
    this.#strip = new Strip({
      start: () => this.#ask({ ask: "start" }),
      stop: () => this.#ask({ ask: "stop" }),
      answer: () => this.answer(),
      mute: () => this.mute(),
      tryRing: () => this.#sound.allow().then(() => this.#ring.once()),
      volume: (name) => (this.#ring.volume = name),
      speech: (percent) => this.#ask({ ask: "speech", percent }),
      choose: (kind, id) => this.#choose(kind, id),
    });
    this.#showVolumes();
    this.#sound.onGone = () => this.#failed("microphone_gone");
    for (const gesture of ["pointerdown", "keydown"]) {
      document.addEventListener(gesture, () => this.#sound.allow().then(() => this.#show()), { once: true });
    }
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.#showDevices());
    this.#kept = new Kept(agent);
    this.#leader = new Leader(`phone-${agent}`, {
      onLead: () => this.#lead(),
      onAsk: (message) => this.#obey(message),
      onTold: (shown) => this.#showElsewhere(shown),
    });
    this.#showDevices();
  }

  #kept;

  /** True when the phone of this page, or of the tab that leads, rings: then the answer is its own. */
  get canAnswer() {
    return this.#shown.canAnswer === true;
  }

  answer() {
    this.#ask({ ask: "answer" });
  }

  mute() {
    this.#ask({ ask: "mute", isMuted: !this.#shown.isMuted });
  }

  /** What the server says of the agent: a talk it knows nothing of any more is over. */
  follow(agent) {
    this.#takeUpOwnCall();
    const isIdle = agent && ["idle", "wrap_up"].includes(agent.activity);
    if (!isIdle || !this.#talk?.isOpen) {
      this.#idleSince = 0;
      return;
    }
    this.#idleSince ||= Date.now();
    const since = this.#idleSince;
    setTimeout(() => {
      const isStill = since === this.#idleSince && this.#talk?.isOpen && this.#talk.state !== "ringing";
      if (isStill && Date.now() - since >= OVER_AFTER) this.#talk.forget();
    }, OVER_AFTER + 50);
  }

  /** The news that we dial and the ring come in any order; the tab with the phone answers. */
  #takeUpOwnCall() {
    // Once: without a microphone the answer fails, and the call rings on until the agent has mended it.
    if (!this.#leader.isLeading || this.#hasTakenUp || this.#talk?.state !== "ringing" || !this.#isDialling()) return;
    this.#hasTakenUp = true;
    this.#answer();
  }

  #ask(message) {
    this.#leader.ask(message);
  }

  #obey(message) {
    const acts = {
      start: () => this.#open(true),
      stop: () => this.#close(),
      answer: () => this.#answer(),
      mute: () => this.#talk?.state === "talking" && this.#talk.mute(message.isMuted),
      choose: () => this.#changeMicrophone(),
      speech: () => (this.#sound.speech = message.percent),
    };
    acts[message.ask]?.();
  }

  async #lead() {
    const { why } = document.getElementById("phone-strip").dataset;
    if (why) return this.#is(why);
    if (!window.isSecureContext || !navigator.mediaDevices || !window.RTCPeerConnection) return this.#is("unsupported");
    if (localStorage.getItem(OFF)) return this.#is("off");
    const allowed = await navigator.permissions?.query({ name: "microphone" }).catch(() => null);
    if (allowed) allowed.onchange = () => allowed.state === "granted" && this.#open(false);
    if (allowed?.state === "denied") return this.#is("microphone_denied");
    if (allowed?.state === "granted" || this.#kept.read()) return this.#open(false);
    return this.#is("ask");
  }

  /** `isAsked`: by the agent's own hand, so the browser may ask for the microphone. */
  async #open(isAsked) {
    if (this.#line) return;
    localStorage.removeItem(OFF);
    this.#fault = "";
    this.#is("connecting");
    if (isAsked) {
      try {
        const stream = await this.#sound.microphone();
        for (const track of stream.getTracks()) track.stop();
      } catch (error) {
        this.#is(nameOfFault(error));
        return;
      }
      this.#showDevices();
    }
    const library = await import("../../vendor/jssip.min.js");
    if (this.#line) return;
    this.#line = new Line(library, { onState: (name, why) => this.#lineIs(name, why), onCall: (session) => this.#talk.ring(session) });
    this.#talk = new Talk({ library, line: this.#line, sound: this.#sound, kept: this.#kept, changed: () => this.#changed() });
    await this.#line.start();
  }

  #close() {
    if (this.#talk?.isOpen) return;
    localStorage.setItem(OFF, "1");
    this.#line?.stop();
    this.#line = null;
    this.#is("off");
  }

  #lineIs(name, why) {
    const isOff = name === "off";
    if (isOff) this.#line = null;
    this.#is(isOff ? why : name);
    if (name === "registered" && (this.#talk.wasKept() || this.#talk.state === "lost")) this.#talk.takeUp();
    // The switch cannot tell us any more that it rings no longer.
    if (name === "lost" && this.#talk.state === "ringing") this.#talk.forget();
  }

  async #answer() {
    if (this.#talk?.state !== "ringing") return;
    this.#fault = "";
    try {
      await this.#talk.answer();
    } catch (error) {
      this.#failed(nameOfFault(error));
    }
  }

  async #changeMicrophone() {
    try {
      await this.#talk?.changeMicrophone();
      if (this.#fault.startsWith("microphone")) this.#failed("");
    } catch (error) {
      this.#failed(nameOfFault(error));
    }
  }

  #choose(kind, id) {
    this.#sound.choose(kind, id);
    this.#showVolumes();
    if (kind === "input") this.#ask({ ask: "choose" });
  }

  #failed(name) {
    this.#faultIs(name);
    this.#show();
  }

  /** What is over is told for a while; what the agent must mend stays until it is mended. */
  #faultIs(name) {
    if (name === this.#fault) return;
    this.#fault = name;
    clearTimeout(this.#forgetting);
    if (PASSING.includes(name)) {
      this.#forgetting = setTimeout(() => this.#failed(""), TOLD_FOR);
    }
  }

  #changed() {
    const talk = this.#talk;
    if (talk.state === "ringing" && !this.#isDialling()) this.#ring.start();
    else this.#ring.stop();
    if (!["ringing", "answering"].includes(talk.state)) this.#hasTakenUp = false;
    this.#takeUpOwnCall();
    if (typeof talk.fault !== "string") this.#faultIs(nameOfFault(talk.fault));
    else if (talk.fault) this.#faultIs(talk.fault);
    else if (talk.state !== this.#was && ["ringing", "talking"].includes(talk.state)) this.#faultIs("");
    this.#was = talk.state;
    this.#watchLevels();
    listenToHeadset({
      title: talk.isOpen ? talk.caller || word("strip_talking") : "",
      isMuted: talk.isMuted,
      onAnswer: () => this.answer(),
      onMute: () => this.mute(),
      onHangUp: () => this.#order("hang_up"),
    });
    this.#show();
  }

  /** Meters follow the streams; one stream is never watched twice. */
  #watchLevels() {
    const { own, theirs } = this.#talk.state === "talking" ? this.#talk.streams : {};
    const heard = own && theirs ? `${own.id} ${theirs.getAudioTracks()[0]?.id}` : "";
    if (heard === this.#isHeard) return;
    this.#isHeard = heard;
    this.#sound.watch(this.#strip.own, heard ? own : null);
    this.#sound.watch(this.#strip.theirs, heard ? theirs : null);
  }

  #is(state) {
    this.#lineState = state;
    this.#show();
  }

  /** The most urgent first: the talk, then what went wrong, then the line. */
  #state() {
    const talk = this.#talk;
    if (talk?.state === "lost") return this.#fault.startsWith("microphone") ? this.#fault : "talk_lost";
    if (this.#fault) return this.#fault;
    if (talk?.state === "talking") return talk.isMuted ? "muted" : "talking";
    if (talk?.isOpen) return talk.state;
    if (this.#lineState === "registered" && !this.#sound.isAllowed) return "silent";
    return this.#lineState;
  }

  #show() {
    if (!this.#leader?.isLeading) return;
    const state = this.#state();
    const talk = this.#talk;
    this.#shown = {
      state,
      isMuted: Boolean(talk?.isMuted),
      canStart: !this.#line && ["ask", "off", "microphone_denied", "microphone_none", "microphone_busy", "microphone_failed"].includes(state),
      canStop: Boolean(this.#line) && !talk?.isOpen,
      canAnswer: talk?.state === "ringing",
      isTalking: talk?.state === "talking",
      narrow: this.#line?.speech?.kbits ?? null,
    };
    this.#strip.show({ ...this.#shown, isElsewhere: false });
    this.#leader.tell(this.#shown);
  }

  #showElsewhere(shown) {
    this.#shown = shown;
    this.#strip.show({ ...shown, isElsewhere: true });
  }

  #showVolumes() {
    this.#strip.showVolumes(this.#ring.volume, this.#sound.speech);
  }

  async #showDevices() {
    for (const kind of ["input", "output"]) {
      const isOffered = kind === "input" || this.#sound.canChooseOutput;
      this.#strip.showDevices(kind, isOffered ? await this.#sound.devices(kind) : [], this.#sound.chosen(kind));
    }
  }
}
