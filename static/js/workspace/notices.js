/* What rings and what tells: as this person has tuned it. A ring goes on until it is answered, missed or refused. */

import { toast, word } from "../app.js";

const CHORDS = { ring: [523, 659], chat: [784], announcement: [587, 784], due: [659, 523] };

export class Notices {
  choices = JSON.parse(document.getElementById("choices").textContent);
  #context = null;
  #ringing = null;
  #shown = null;

  constructor() {
    // Browsers make no sound before the person has touched the page.
    const wake = () => this.#sound()?.resume();
    document.addEventListener("pointerdown", wake, { once: true });
    document.addEventListener("keydown", wake, { once: true });
  }

  /** Once: a toast, and what was chosen for this event. */
  tell(event, text) {
    toast(text, "info");
    if (this.choices.sounds.includes(event)) this.play(event);
    this.#notify(event, text);
  }

  /** Until `stopRinging`. While `isRungElsewhere()`, the phone of this page rings by itself: two at once are none. */
  ring(text, isRungElsewhere) {
    if (this.#ringing) return;
    const play = () => this.choices.sounds.includes("ring") && !isRungElsewhere() && this.play("ring");
    // A breath later: the phone of the page has its call a moment after the news of it.
    this.#ringing = setTimeout(() => {
      play();
      this.#ringing = setInterval(play, 2500);
    }, 300);
    this.#notify("ring", text);
  }

  stopRinging() {
    clearTimeout(this.#ringing);
    clearInterval(this.#ringing);
    this.#ringing = null;
    this.#shown?.close();
    this.#shown = null;
  }

  play(event) {
    const context = this.#sound();
    if (!context || context.state !== "running" || this.choices.ring_volume === 0) return;
    const loudness = this.choices.ring_volume / 400;
    CHORDS[event].forEach((pitch, place) => tone(context, pitch, place * 0.18, loudness));
  }

  #notify(event, text) {
    const isSeen = document.visibilityState === "visible" && document.hasFocus();
    if (isSeen || !this.choices.notices.includes(event) || !("Notification" in window)) return;
    if (Notification.permission !== "granted") return;
    const notice = new Notification(document.title, { body: text, tag: event });
    notice.addEventListener("click", () => {
      window.focus();
      notice.close();
    });
    if (event === "ring") this.#shown = notice;
  }

  #sound() {
    if (!this.#context && window.AudioContext) this.#context = new AudioContext();
    return this.#context;
  }

  /** Asked for when somebody ticks a notice, never out of the blue. Words for what the browser says. */
  async allow() {
    if (!("Notification" in window)) return word("notices_none");
    const answer = Notification.permission === "default" ? await Notification.requestPermission() : Notification.permission;
    return answer === "granted" ? "" : word("notices_refused");
  }
}

function tone(context, pitch, delay, loudness) {
  const start = context.currentTime + delay;
  const wave = context.createOscillator();
  const volume = context.createGain();
  wave.frequency.value = pitch;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(loudness, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.35);
  wave.connect(volume).connect(context.destination);
  wave.start(start);
  wave.stop(start + 0.4);
}
