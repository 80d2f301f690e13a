/* The strip that shows the phone: how it stands in words, what to do about it, and its controls. */

import { word } from "../app.js";

/** [shape, meaning] of every state; its words are strip_<state>, and strip_<state>_do says what helps. */
const LOOKS = {
  loading: ["◌", ""],
  ask: ["○", "warning"],
  off: ["○", ""],
  rehearsal: ["○", ""],
  none: ["○", ""],
  nobody: ["○", ""],
  signed_out: ["○", "danger"],
  unsupported: ["○", "warning"],
  microphone_denied: ["▲", "danger"],
  microphone_none: ["▲", "danger"],
  microphone_busy: ["▲", "danger"],
  microphone_failed: ["▲", "danger"],
  microphone_gone: ["▲", "danger"],
  sdp_refused: ["▲", "danger"],
  answer_failed: ["▲", "danger"],
  talk_over: ["▲", "warning"],
  connecting: ["◌", "info"],
  registered: ["●", "good"],
  silent: ["●", "warning"],
  lost: ["▲", "danger"],
  refused: ["▲", "danger"],
  ringing: ["▲", "danger"],
  answering: ["◌", "info"],
  talking: ["☎", "good"],
  muted: ["☎", "warning"],
  talk_lost: ["▲", "danger"],
};

const WORKS = ["registered", "silent", "ringing", "answering", "talking", "muted"];

const byId = (id) => document.getElementById(`phone-${id}`);

export class Strip {
  own = byId("own");
  theirs = byId("theirs");
  #box = byId("strip");

  /** `on` holds what the controls do: start, stop, answer, mute, choose, volume, speech, tryRing. */
  constructor(on) {
    byId("start").addEventListener("click", on.start);
    byId("stop").addEventListener("click", on.stop);
    byId("answer").addEventListener("click", on.answer);
    byId("mute").addEventListener("click", on.mute);
    byId("try").addEventListener("click", on.tryRing);
    byId("volume").addEventListener("change", (event) => on.volume(event.target.value));
    byId("speech").addEventListener("input", ({ target }) => {
      sayPercent(target.value);
      on.speech(Number(target.value));
    });
    for (const kind of ["input", "output"]) byId(kind).addEventListener("change", (event) => on.choose(kind, event.target.value));
    this.#box.hidden = false;
  }

  /** `shown`: {state, isElsewhere, isMuted, canStart, canStop, canAnswer, isTalking, narrow}; narrow: kbit/s or null. */
  show({ state, isElsewhere, isMuted, canStart, canStop, canAnswer, isTalking, narrow }) {
    const [shape, meaning] = LOOKS[state] ?? LOOKS.loading;
    this.#box.dataset.state = state;
    put("state", `${shape} ${word(`strip_${state}`)}`);
    byId("state").className = `badge ${meaning ? `badge--${meaning}` : ""}`;
    const help = word(`strip_${state}_do`);
    const elsewhere = isElsewhere ? word("strip_elsewhere") : "";
    const thin = narrow && WORKS.includes(state) ? word("strip_narrow", { kbits: narrow }) : "";
    put("why", [help.startsWith("strip_") ? "" : help, thin, elsewhere].filter(Boolean).join(" "));
    hide("start", !canStart);
    hide("stop", !canStop);
    hide("answer", !canAnswer);
    const mute = byId("mute");
    mute.disabled = !isTalking;
    mute.setAttribute("aria-pressed", String(Boolean(isMuted)));
    put("mute-word", word(isMuted ? "strip_unmute" : "strip_mute"));
    for (const meter of [this.own, this.theirs]) meter.closest("label").hidden = !isTalking || isElsewhere;
  }

  /** Each a list of {id, label}; one that was chosen and is gone is not in it, and the first line is chosen. */
  showDevices(kind, devices, chosen) {
    const select = byId(kind);
    const usual = new Option(word("strip_usual_device"), "");
    const options = devices.map(({ id, label }, place) => new Option(label || `${word("strip_device")} ${place + 1}`, id));
    select.replaceChildren(usual, ...options);
    select.value = devices.some(({ id }) => id === chosen) ? chosen : "";
    select.closest(".field").hidden = devices.length === 0;
  }

  /** Of the ring: loud, soft or off; of speech: percent. */
  showVolumes(ring, speech) {
    byId("volume").value = ring;
    byId("speech").value = String(speech);
    sayPercent(speech);
  }
}

function sayPercent(percent) {
  put("speech-said", `${percent} %`);
}

function put(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

function hide(id, isHidden) {
  const element = byId(id);
  if (isHidden && document.activeElement === element) byId("state").focus?.();
  element.hidden = isHidden;
}
