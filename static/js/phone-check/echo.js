/* The way of sound itself: the page calls the echo in the switch, and reads what both ends counted meanwhile. */

import { askTerms } from "../phone/line.js";

const GATHERING = 700; // ms; as a talk does (phone/talk.js)
const CONNECTS_WITHIN = 8000;
const SOUNDS_FOR = 6500; // the switch tells every five seconds what reached it
const LOOKS_EVERY = 250;
const NO_WAY = 488; // none of the ways the page named may be gone

const rounded = (value) => Math.round(value * 10) / 10;
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** {loss, sound_round_trip, sound_jitter}; {sound_failed} when the switch answered and nothing came; else nothing. */
export async function measureSound(onProgress = () => {}) {
  const terms = await askTerms();
  if (!terms?.is_offered) return {};
  const { UA, WebSocketInterface } = await import("../../vendor/jssip.min.js");
  const own = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/phone-echo/`;
  const ua = new UA({
    sockets: [new WebSocketInterface(terms.socket || own)],
    uri: `sip:${terms.username}@${terms.domain}`,
    password: terms.password,
    register: false,
    session_timers: false,
    user_agent: "contactcenter",
  });
  const tone = new Tone();
  try {
    const session = await call(ua, `sip:echo@${terms.domain}`, tone.stream, terms.ice_servers ?? []);
    return await listen(session, onProgress);
  } catch (refusal) {
    return refusal === NO_WAY ? { sound_failed: true } : {};
  } finally {
    ua.stop();
    tone.end();
  }
}

/** A sound of our own: nobody's voice is sent. */
class Tone {
  #context = new AudioContext();
  stream;

  constructor() {
    const [voice, soft, end] = [this.#context.createOscillator(), this.#context.createGain(), this.#context.createMediaStreamDestination()];
    soft.gain.value = 0.1;
    voice.connect(soft).connect(end);
    voice.start();
    this.stream = end.stream;
  }

  end() {
    this.#context.close();
  }
}

/** The session once the switch has answered; rejected with the switch's status, or 0. */
function call(ua, target, mediaStream, iceServers) {
  return new Promise((done, fail) => {
    setTimeout(() => fail(0), CONNECTS_WITHIN);
    ua.on("connected", () => {
      const session = ua.call(target, { mediaStream, pcConfig: { iceServers } });
      session.on("icecandidate", ({ ready }) => setTimeout(ready, GATHERING));
      session.on("confirmed", () => done(session));
      session.on("failed", ({ message }) => fail(message?.status_code ?? 0));
    });
    ua.start();
  });
}

async function listen(session, onProgress) {
  const began = performance.now();
  let counted = {};
  while (performance.now() - began < SOUNDS_FOR && !session.isEnded()) {
    await wait(LOOKS_EVERY);
    counted = read(await session.connection.getStats());
    onProgress((performance.now() - began) / SOUNDS_FOR);
  }
  return counted.isHeard ? judge(counted) : { sound_failed: true };
}

function read(stats) {
  const found = { isHeard: false };
  for (const row of stats.values()) {
    if (row.type === "inbound-rtp") Object.assign(found, { here: row, isHeard: row.packetsReceived > 0 });
    if (row.type === "outbound-rtp") found.sent = row.packetsSent;
    if (row.type === "remote-inbound-rtp") found.there = row;
    if (row.type === "candidate-pair" && row.nominated && row.currentRoundTripTime !== undefined) found.way = row.currentRoundTripTime;
  }
  return found;
}

/** The worse of the two directions counts: one of the two people has it in their ear. */
function judge({ here, there, sent, way }) {
  const lostHere = share(here.packetsLost, here.packetsReceived + here.packetsLost);
  const lostThere = share(there?.packetsLost, sent);
  const found = { loss: rounded(100 * Math.max(lostHere, lostThere)), sound_jitter: rounded(1000 * Math.max(here.jitter ?? 0, there?.jitter ?? 0)) };
  const roundTrip = there?.roundTripTime ?? way;
  if (roundTrip !== undefined) found.sound_round_trip = rounded(1000 * roundTrip);
  return found;
}

/** Packets that came twice count as less than none lost. */
const share = (lost, all) => (lost > 0 && all > 0 ? Math.min(1, lost / all) : 0);
