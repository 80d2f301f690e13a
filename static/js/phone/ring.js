/* The ring: two soft notes every three seconds, as loud as the agent wants them, and the keys of a headset. */

const VOLUMES = { loud: 0.5, soft: 0.12, off: 0 };
const EVERY = 3000; // ms
const NOTES = [[587, 0], [740, 0.18], [587, 0.7], [740, 0.88]]; // hertz, and when in seconds
const KEY = "phone-ring";

export class Ring {
  #sound;
  #timer = null;

  constructor(sound) {
    this.#sound = sound;
  }

  get volume() {
    const chosen = localStorage.getItem(this.#sound.ofSpeaker(KEY));
    return chosen in VOLUMES ? chosen : "loud";
  }

  set volume(name) {
    localStorage.setItem(this.#sound.ofSpeaker(KEY), name);
  }

  start() {
    if (this.#timer) return;
    this.once();
    this.#timer = setInterval(() => this.once(), EVERY);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  once() {
    const { context } = this.#sound;
    const volume = VOLUMES[this.volume];
    if (!volume || context.state !== "running") return;
    for (const [hertz, at] of NOTES) {
      const [note, gain, begin] = [context.createOscillator(), context.createGain(), context.currentTime + at];
      note.frequency.value = hertz;
      gain.gain.setValueAtTime(0, begin);
      gain.gain.linearRampToValueAtTime(volume, begin + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.001, begin + 0.32);
      note.connect(gain).connect(context.destination);
      note.start(begin);
      note.stop(begin + 0.35);
    }
  }
}

/** What a headset's keys and the system's own controls do, where the browser passes them on. */
export function listenToHeadset({ title, isMuted, onAnswer, onMute, onHangUp }) {
  const session = navigator.mediaSession;
  if (!session) return;
  session.metadata = title ? new MediaMetadata({ title }) : null;
  session.playbackState = title ? "playing" : "none";
  session.setMicrophoneActive?.(!isMuted);
  const actions = { play: onAnswer, togglemicrophone: onMute, hangup: onHangUp };
  for (const [action, handler] of Object.entries(actions)) {
    try {
      session.setActionHandler(action, title ? handler : null);
    } catch {
      /* this browser knows no such key */
    }
  }
}
