/* One talk of this page: rings, is answered, may be muted, and is taken up again when its sound or its page was lost. */

import { dialogAsText, dialogOfText } from "./kept.js";
import { spoken } from "./sparing.js";

const LOOKS_EVERY = 1500; // ms
const GATHERING = 700; // ms; who has not found a way by then offers what was found
const QUIET = 4000; // ms without a connection for sound before the talk is taken up anew
const PATIENCE = 6000; // ms; the switch answers within a fifth of a second
const CONFIRMED = 9; // of RTCSession
const REFUSED = /cause=(88|488)\b|INCOMPATIBLE/; // none of the ways the page named may be gone
const OVER = new Set([404, 408, 410, 481]); // the switch knows no such talk

export class Talk {
  #library;
  #line;
  #sound;
  #kept;
  #changed;
  #session = null;
  #stream = null;
  #timer = null;
  #quietSince = 0;
  #isTaking = false;
  state = "none"; // ringing, answering, talking, lost, none
  isMuted = false;
  fault = "";
  caller = "";

  /** `changed()` after every change. */
  constructor({ library, line, sound, kept, changed }) {
    this.#library = library;
    this.#line = line;
    this.#sound = sound;
    this.#kept = kept;
    this.#changed = changed;
    // Who is signed out stays until the talk is over: its sound is in this page.
    document.addEventListener("leaving", (event) => {
      if (this.isOpen && this.state !== "ringing") event.preventDefault();
    });
  }

  get isOpen() {
    return this.state !== "none";
  }

  /** A call of the switch rings. */
  ring(session) {
    if (this.isOpen) {
      session.terminate({ status_code: 486 });
      return;
    }
    this.#session = session;
    this.caller = session.remote_identity?.display_name || session.remote_identity?.uri?.user || "";
    this.fault = "";
    this.#own(session);
    session.on("confirmed", () => this.#confirmed());
    this.#is("ringing");
  }

  async answer() {
    if (this.state !== "ringing") return;
    const session = this.#session;
    this.#is("answering");
    try {
      this.#stream = await this.#sound.microphone();
    } catch (error) {
      // It rings on: the agent can allow the microphone and answer, or the next agent gets the call.
      if (session === this.#session) this.#is("ringing");
      throw error;
    }
    if (session !== this.#session || session.isEnded()) return this.#end("");
    session.answer({ mediaStream: this.#stream, pcConfig: { iceServers: this.#line.iceServers } });
  }

  mute(isMuted) {
    this.isMuted = isMuted;
    for (const track of this.#stream?.getAudioTracks() ?? []) track.enabled = !isMuted;
    this.#keep();
    this.#changed();
  }

  /** Another microphone, in the middle of the talk. */
  async changeMicrophone() {
    if (this.state === "lost") {
      this.fault = "";
      return this.takeUp();
    }
    if (this.state !== "talking") return;
    const stream = await this.#sound.microphone();
    const [track] = stream.getAudioTracks();
    track.enabled = !this.isMuted;
    const sender = this.#session.connection.getSenders().find((one) => !one.track || one.track.kind === "audio");
    await sender?.replaceTrack(track);
    this.#stopStream();
    this.#stream = stream;
    this.#changed();
  }

  get streams() {
    const remote = this.#session?.connection?.getReceivers().map((receiver) => receiver.track).filter(Boolean) ?? [];
    return { own: this.#stream, theirs: remote.length ? new MediaStream(remote) : null };
  }

  /** What an earlier page kept; true when there is something to take up. */
  wasKept() {
    return this.#kept.read() !== null;
  }

  /** The line stands: take up what was lost, if anything was. */
  async takeUp() {
    if (this.#isTaking || this.state === "ringing" || this.state === "answering") return;
    if (this.state === "talking" && this.#hasSound()) return;
    const kept = this.#kept.read();
    if (!kept) {
      if (this.isOpen) this.#end("talk_over");
      return;
    }
    this.#isTaking = true;
    try {
      await this.#takeUp(kept);
    } finally {
      this.#isTaking = false;
    }
  }

  async #takeUp(kept) {
    this.isMuted = kept.isMuted;
    this.caller = kept.caller;
    this.#is("lost");
    this.#watch();
    this.#detach();
    try {
      this.#stream ??= await this.#sound.microphone();
    } catch (error) {
      this.fault = error;
      this.#changed();
      return;
    }
    for (const track of this.#stream.getAudioTracks()) track.enabled = !this.isMuted;
    const session = this.#restored(kept.dialog);
    const refused = await this.#reinvite(session);
    if (session !== this.#session) return;
    if (refused === null) this.#confirmed();
    else if (OVER.has(refused)) this.#end("talk_over");
  }

  #restored(text) {
    const { ua } = this.#line;
    const session = new this.#library.RTCSession(ua);
    this.#session = session;
    this.#own(session);
    Object.assign(session, {
      _contact: ua.contact.toString(),
      _id: text.callId + text.remoteTag,
      _direction: "incoming",
      _status: CONFIRMED,
      _is_confirmed: true,
      _localMediaStream: this.#stream,
    });
    session._dialog = dialogOfText(this.#library, ua, session, text);
    ua.newDialog(session._dialog);
    ua._sessions[session.id] = session;
    session._createRTCConnection({ iceServers: this.#line.iceServers });
    for (const track of this.#stream.getTracks()) session.connection.addTrack(track, this.#stream);
    return session;
  }

  /** null when the switch said yes, else its status; 0 when nobody said anything. */
  #reinvite(session) {
    return new Promise((resolve) => {
      const nobody = () => resolve(0);
      setTimeout(() => {
        if (session._dialog?.uac_pending_reply) this.#line.reconnect();
        nobody();
      }, PATIENCE);
      session.onTransportError = session.onRequestTimeout = session.onDialogError = nobody;
      session.on("sdp", () => this.#keep());
      session._sendReinvite({
        eventHandlers: { succeeded: () => resolve(null), failed: (response) => resolve(response?.status_code ?? 0) },
      });
    });
  }

  /** JsSIP would end the call when the way for sound fails; here it is taken up again. */
  #own(session) {
    const isOurs = () => session === this.#session;
    session._createRTCConnection = (configuration) => {
      const connection = new RTCPeerConnection(configuration);
      session._connection = connection;
      connection.addEventListener("track", ({ streams, track }) => isOurs() && this.#sound.play(streams[0] ?? new MediaStream([track])));
      connection.addEventListener("connectionstatechange", () => isOurs() && this.#look());
    };
    // Firefox says it takes two channels; with them the switch puts both voices on both sides of a recording.
    session.on("sdp", (told) => {
      if (told.originator === "local") told.sdp = told.sdp.replaceAll("stereo=1", "stereo=0");
      // The far end's description says how we speak, ours how we are spoken to.
      if (this.#line.speech) told.sdp = spoken(told.sdp, this.#line.speech.bits);
    });
    session.on("icecandidate", ({ ready }) => setTimeout(ready, GATHERING));
    session.on("failed", ({ cause, message }) => isOurs() && this.#end(faultOf(cause, message)));
    session.on("ended", ({ message }) => isOurs() && this.#end(REFUSED.test(message?.getHeader?.("Reason") ?? "") ? "sdp_refused" : ""));
    for (const news of ["reinvite", "hold", "unhold"]) session.on(news, () => isOurs() && setTimeout(() => this.#keep()));
  }

  #confirmed() {
    this.#quietSince = 0;
    this.fault = "";
    this.mute(this.isMuted);
    this.#is("talking");
    this.#keep();
    this.#watch();
  }

  #watch() {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#look(), LOOKS_EVERY);
  }

  #hasSound() {
    const state = this.#session?.connection?.connectionState;
    return state === "connected" || (state === "connecting" && this.#quietSince === 0);
  }

  /** Sound that is away for some seconds is fetched back as soon as the line stands. */
  #look() {
    if (this.state !== "talking" && this.state !== "lost") return;
    const state = this.#session?.connection?.connectionState;
    if (state === "connected") {
      this.#quietSince = 0;
      if (this.state === "lost") this.#is("talking");
      this.#keep();
      return;
    }
    this.#quietSince ||= Date.now();
    const isGone = state === "failed" || state === "closed" || Date.now() - this.#quietSince > QUIET;
    if (!isGone) return;
    if (this.state === "talking") this.#is("lost");
    if (!this.#kept.read()) this.#end("talk_over");
    // Without a microphone the agent must do something first: nobody is asked for it every second.
    else if (this.#line.isRegistered && typeof this.fault === "string") this.takeUp();
  }

  #keep() {
    const dialog = this.#session?._dialog;
    if (!dialog || !["talking", "lost"].includes(this.state)) return;
    const text = dialogAsText(dialog);
    const before = this.state === "lost" ? this.#kept.read() : { at: Date.now() };
    // While sound is away only the numbers change: how long it is away must show.
    if (before) this.#kept.write({ dialog: text, isMuted: this.isMuted, caller: this.caller }, before.at);
  }

  /** The server says that the talk is over, and the switch could not tell us. */
  forget() {
    if (this.isOpen) this.#end("");
  }

  /** Away from this object without a word to the switch. */
  #detach() {
    const session = this.#session;
    this.#session = null;
    if (!session || session.isEnded()) return;
    session.connection?.close();
    session._localMediaStream = null;
    session._close();
  }

  #end(fault) {
    this.#detach();
    clearInterval(this.#timer);
    this.#stopStream();
    this.#kept.clear();
    this.isMuted = false;
    this.fault = fault;
    this.#is("none");
  }

  #stopStream() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
  }

  #is(state) {
    this.state = state;
    this.#changed();
  }
}

/** Why a call came to nothing, where the agent can do something about it. */
function faultOf(cause, message) {
  if (message?.status_code === 488 || ["Incompatible SDP", "WebRTC Error", "Bad Media Description"].includes(cause)) return "sdp_refused";
  return ["Canceled", "No Answer", "Expires", "Rejected", "Busy"].includes(cause) ? "" : "answer_failed";
}
