/* What the microphone brings: noise, voice, and how much of a tone comes back. Nothing is recorded or sent. */

const FRAME = 2048;
const TONE_HZ = 1000;
const SILENT = -120;

const decibels = (value) => (value > 0 ? Math.max(SILENT, 20 * Math.log10(value)) : SILENT);

export class Microphone {
  #stream;
  #context;
  #analyser;

  /** As calls use it. Throws when there is none, or the browser may not use it. */
  async open() {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    this.#stream = await navigator.mediaDevices.getUserMedia({ audio });
    this.#context = new AudioContext();
    await this.#context.resume();
    this.#analyser = new AnalyserNode(this.#context, { fftSize: FRAME, smoothingTimeConstant: 0 });
    this.#context.createMediaStreamSource(this.#stream).connect(this.#analyser);
  }

  close() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#context?.close();
  }

  /** For so many milliseconds: the frames' levels, each with its loudest sample and its share of the tone. */
  async listen(milliseconds, onProgress = () => {}) {
    const frames = [];
    const samples = new Float32Array(FRAME);
    const spectrum = new Float32Array(this.#analyser.frequencyBinCount);
    const bin = Math.round((TONE_HZ * FRAME) / this.#context.sampleRate);
    const began = performance.now();
    while (performance.now() - began < milliseconds) {
      await new Promise((done) => setTimeout(done, 50));
      this.#analyser.getFloatTimeDomainData(samples);
      this.#analyser.getFloatFrequencyData(spectrum);
      let sum = 0;
      let peak = 0;
      for (const sample of samples) {
        sum += sample * sample;
        peak = Math.max(peak, Math.abs(sample));
      }
      const tone = Math.max(spectrum[bin - 1], spectrum[bin], spectrum[bin + 1]);
      frames.push({ level: decibels(Math.sqrt(sum / FRAME)), peak: decibels(peak), tone: Number.isFinite(tone) ? tone : SILENT });
      onProgress((performance.now() - began) / milliseconds);
    }
    return frames;
  }

  /** Plays a soft tone meanwhile, and listens. */
  async listenToTone(milliseconds, onProgress) {
    const tone = new OscillatorNode(this.#context, { frequency: TONE_HZ });
    const softly = new GainNode(this.#context, { gain: 0.1 });
    tone.connect(softly).connect(this.#context.destination);
    tone.start();
    try {
      return await this.listen(milliseconds, onProgress);
    } finally {
      tone.stop();
    }
  }
}

const rounded = (value) => Math.round(value * 10) / 10;

function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? SILENT;
}

/** dBFS of the quiet: what is there most of the time. */
export function noiseOf(frames) {
  return rounded(median(frames.map((frame) => frame.level)));
}

/** dBFS of a voice: the louder half of the frames, for there are pauses between words; and its loudest sample. */
export function voiceOf(frames) {
  const levels = frames.map((frame) => frame.level).sort((one, other) => other - one);
  const loud = levels.slice(0, Math.max(1, Math.floor(levels.length / 2)));
  return { level: rounded(loud.reduce((sum, level) => sum + level, 0) / loud.length), peak: rounded(Math.max(...frames.map((frame) => frame.peak))) };
}

/** dB by which the tone stands out from what was there before it. */
export function echoOf(before, during) {
  return rounded(Math.max(0, median(during.map((frame) => frame.tone)) - median(before.map((frame) => frame.tone))));
}
