/* Microphone, loudspeaker, and how loud each of the two is. The microphone is open during a talk alone. */

const LOOKS_EVERY = 100; // ms
const SPEECH = "phone-speech";
const CHOICES = { input: "phone-input", output: "phone-output" };

/** microphone_denied, microphone_none, microphone_busy or microphone_failed: the page has words for each. */
export function nameOfFault(error) {
  const names = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "none", OverconstrainedError: "none", NotReadableError: "busy", AbortError: "busy" };
  return `microphone_${names[error?.name] ?? "failed"}`;
}

export class Sound {
  #context = null;
  #speaker = document.getElementById("phone-speaker");
  #meters = new Map();
  #timer = null;
  onGone = () => {};

  chosen(kind) {
    return localStorage.getItem(CHOICES[kind]) ?? "";
  }

  choose(kind, id) {
    if (id) localStorage.setItem(CHOICES[kind], id);
    else localStorage.removeItem(CHOICES[kind]);
    if (kind === "output") this.#useSpeaker();
  }

  /** Settings of loudness are kept for each loudspeaker: a headset is not a loudspeaker on a desk. */
  ofSpeaker(name) {
    const id = this.chosen("output");
    return id ? `${name}:${id}` : name;
  }

  /** How loud the other side is, 0 to 100; a ring has a loudness of its own (ring.js). */
  get speech() {
    const kept = localStorage.getItem(this.ofSpeaker(SPEECH));
    const percent = Number(kept);
    return kept !== null && percent >= 0 && percent <= 100 ? percent : 100;
  }

  set speech(percent) {
    localStorage.setItem(this.ofSpeaker(SPEECH), String(percent));
    this.#speaker.volume = this.speech / 100;
  }

  /** Raises as getUserMedia does. A headset that was chosen and is not there any more gives way to what is there. */
  async microphone() {
    const id = this.chosen("input");
    const wishes = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: id ? { ...wishes, deviceId: { ideal: id } } : wishes });
    for (const track of stream.getAudioTracks()) track.addEventListener("ended", () => this.onGone());
    return stream;
  }

  /** [{id, label}] of kind input or output; labels are empty until the microphone was allowed. */
  async devices(kind) {
    const wanted = kind === "input" ? "audioinput" : "audiooutput";
    const found = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
    return found.filter((one) => one.kind === wanted && one.deviceId !== "default").map((one) => ({ id: one.deviceId, label: one.label }));
  }

  get canChooseOutput() {
    return "setSinkId" in HTMLMediaElement.prototype;
  }

  play(stream) {
    this.#speaker.srcObject = stream;
    this.#useSpeaker();
    this.#speaker.play().catch(() => {});
  }

  #useSpeaker() {
    this.#speaker.volume = this.speech / 100;
    if (this.canChooseOutput) this.#speaker.setSinkId(this.chosen("output")).catch(() => {});
  }

  /** May this page make sounds? Browsers want to see a hand first. */
  get isAllowed() {
    return this.context.state === "running";
  }

  get context() {
    this.#context ??= new AudioContext();
    return this.#context;
  }

  allow() {
    return this.context.resume();
  }

  /** Shows on `meter` how loud a stream is; null takes it off. */
  watch(meter, stream) {
    this.#meters.get(meter)?.source.disconnect();
    this.#meters.delete(meter);
    meter.value = 0;
    if (stream?.getAudioTracks().length) {
      const source = this.context.createMediaStreamSource(stream);
      const analyser = this.context.createAnalyser();
      analyser.fftSize = 512;
      source.connect(analyser);
      this.#meters.set(meter, { source, analyser, samples: new Float32Array(analyser.fftSize) });
    }
    clearInterval(this.#timer);
    if (this.#meters.size) this.#timer = setInterval(() => this.#look(), LOOKS_EVERY);
  }

  /** From -60 dB, hardly a whisper, to 0, as loud as can be. */
  #look() {
    for (const [meter, { analyser, samples }] of this.#meters) {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      const loudness = power > 0 ? Math.max(0, 1 + (10 * Math.log10(power)) / 60) : 0;
      meter.value = Math.max(loudness, meter.value * 0.8);
    }
  }

  silence(meters) {
    for (const meter of meters) this.watch(meter, null);
    this.#speaker.srcObject = null;
  }
}
