/* The player of recordings: one link lasts a minute and is for one person, so it is asked for when somebody plays,
   and again when the browser needs more of the same play. What is drawn comes from the server. */

import { csrfToken, duration } from "../app.js";

const STEP = 5;
const FRESH_FOR = 50_000;
const SVG = "http://www.w3.org/2000/svg";

function drawn(name, given) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(given)) element.setAttribute(key, value);
  return element;
}

class Player {
  constructor(box) {
    this.box = box;
    this.seconds = Number(box.dataset.seconds) || 0;
    this.audio = new Audio();
    this.audio.preload = "none";
    this.until = 0;
    this.at = 0;
    this.tries = 0;
    this.one("play").addEventListener("click", () => this.toggle());
    this.one("wave").addEventListener("keydown", (event) => this.key(event));
    this.one("wave").addEventListener("pointerdown", (event) => this.point(event));
    this.one("speed").addEventListener("change", (event) => this.hasten(Number(event.target.value)));
    this.one("download")?.addEventListener("click", () => this.download());
    for (const button of box.querySelectorAll("[data-channel]")) {
      button.addEventListener("click", () => this.mute(button));
    }
    for (const name of ["play", "pause", "ended", "timeupdate"]) {
      this.audio.addEventListener(name, () => this.show());
    }
    this.audio.addEventListener("error", () => this.again());
    this.load();
  }

  one(name) {
    return this.box.querySelector(`[data-${name}]`);
  }

  say(text) {
    this.one("status").textContent = text;
  }

  async ask(url, body) {
    const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
    const answer = await fetch(url, { method: body ? "POST" : "GET", body, headers }).catch(() => null);
    const said = await answer?.json().catch(() => null);
    if (answer?.ok && said) return said;
    this.say(said?.message ?? said?.detail ?? this.box.dataset.wordFailed);
    return null;
  }

  /* ------------------------------------------------------------ the drawing */
  async load() {
    const seen = await this.ask(this.box.dataset.drawn);
    if (!seen) return;
    this.seconds = seen.seconds || this.seconds;
    const picture = drawn("svg", { viewBox: "0 0 600 64", preserveAspectRatio: "none", "aria-hidden": "true" });
    for (const mark of seen.marks) {
      const x = (mark.start / this.seconds) * 600;
      const width = Math.max(2, ((mark.end - mark.start) / this.seconds) * 600);
      picture.append(drawn("rect", { x, width, y: 0, height: 64, class: `sound__mark sound__mark--${mark.kind}` }));
    }
    picture.append(drawn("path", { d: this.outline(seen.left, seen.right), class: "sound__shape" }));
    this.head = drawn("line", { x1: 0, x2: 0, y1: 0, y2: 64, class: "sound__head" });
    picture.append(this.head);
    this.one("wave").replaceChildren(picture);
    this.tell(seen.marks);
    this.show();
  }

  /* The agent above the line, the caller below it. */
  outline(left, right) {
    const lower = right.length ? right : left;
    const x = (index) => (((index + 0.5) * 600) / Math.max(1, left.length)).toFixed(1);
    const lines = left.map((peak, index) => {
      const up = (32 - (peak / 255) * 31).toFixed(1);
      const down = (32 + ((lower[index] ?? 0) / 255) * 31).toFixed(1);
      return `M${x(index)} ${up}V${down}`;
    });
    return lines.join("") || "M0 32H600";
  }

  tell(marks) {
    const list = this.one("marks");
    list.hidden = !marks.length;
    list.replaceChildren(...marks.map((mark) => this.told(mark)));
  }

  told(mark) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--quiet button--small";
    const word = mark.kind === "masked" ? this.box.dataset.wordMasked : this.box.dataset.wordHold;
    button.textContent = `${mark.kind === "masked" ? "▨" : "❚❚"} ${word} ${duration(mark.start)}–${duration(mark.end)}`;
    button.addEventListener("click", () => this.seek(mark.start));
    item.append(button);
    return item;
  }

  /* ------------------------------------------------------------ the sound */
  async link(extra = {}) {
    // Not a form of many parts: one without any is refused by the server before we see it.
    return this.ask(this.box.dataset.link, new URLSearchParams(extra));
  }

  /* The same play goes on with another link. */
  async renew() {
    const before = this.audio.src ? new URL(this.audio.src).searchParams.get("key") : "";
    const got = await this.link(before ? { play: before } : {});
    if (!got) return false;
    this.until = Date.now() + FRESH_FOR;
    this.audio.src = got.address;
    this.audio.playbackRate = Number(this.one("speed").value) || 1;
    if (this.at) this.audio.currentTime = this.at;
    return true;
  }

  async toggle() {
    if (!this.audio.paused) return this.audio.pause();
    if (this.audio.ended) this.at = 0;
    await this.go();
  }

  async go() {
    this.say("");
    if (!this.isThere(this.at) && !(await this.renew())) return;
    if (Math.abs(this.audio.currentTime - this.at) > 0.3) this.audio.currentTime = this.at;
    await this.audio.play().catch(() => {});
  }

  isThere(second) {
    if (!this.audio.src || this.audio.error) return false;
    if (Date.now() < this.until) return true;
    const loaded = this.audio.buffered;
    for (let index = 0; index < loaded.length; index += 1) {
      if (loaded.start(index) <= second && loaded.end(index) >= this.seconds - 0.5) return true;
    }
    return false;
  }

  async again() {
    if (!this.wants || this.tries > 2) return this.say(this.audio.src ? this.box.dataset.wordFailed : "");
    this.tries += 1;
    if (await this.renew()) await this.audio.play().catch(() => {});
  }

  async seek(second) {
    this.at = Math.min(Math.max(0, second), Math.max(0, this.seconds - 0.1));
    const isPlaying = !this.audio.paused;
    if (this.audio.src && (this.isThere(this.at) || (await this.renew()))) this.audio.currentTime = this.at;
    if (isPlaying) await this.audio.play().catch(() => {});
    this.show();
  }

  hasten(speed) {
    this.audio.playbackRate = speed;
  }

  /* Both sides lie in channels of their own; who is not wanted is turned down. */
  mute(button) {
    const isHeard = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isHeard));
    this.channels()[Number(button.dataset.channel)].gain.value = isHeard ? 1 : 0;
  }

  channels() {
    if (this.gains) return this.gains;
    const room = new AudioContext();
    const parts = room.createChannelSplitter(2);
    const joined = room.createChannelMerger(2);
    room.createMediaElementSource(this.audio).connect(parts);
    this.gains = [0, 1].map((channel) => {
      const gain = room.createGain();
      parts.connect(gain, channel);
      // Each is heard on both ears: one side alone in one ear is hard to follow.
      gain.connect(joined, 0, 0);
      gain.connect(joined, 0, 1);
      return gain;
    });
    joined.connect(room.destination);
    room.resume();
    return this.gains;
  }

  async download() {
    const got = await this.link({ download: "1" });
    if (got) window.location.assign(got.address);
  }

  /* ------------------------------------------------------------ hands */
  key(event) {
    const steps = { ArrowRight: STEP, ArrowUp: STEP, ArrowLeft: -STEP, ArrowDown: -STEP, PageUp: 30, PageDown: -30 };
    if (event.key === " " || event.key === "k") this.toggle();
    else if (event.key === "Home") this.seek(0);
    else if (event.key === "End") this.seek(this.seconds);
    else if (event.key in steps) this.seek(this.now() + steps[event.key]);
    else return;
    event.preventDefault();
  }

  point(event) {
    const where = this.one("wave").getBoundingClientRect();
    this.seek(((event.clientX - where.left) / where.width) * this.seconds);
  }

  now() {
    return this.audio.src && this.audio.readyState ? this.audio.currentTime : this.at;
  }

  show() {
    const isPlaying = !this.audio.paused && !this.audio.ended;
    this.wants = isPlaying;
    if (isPlaying) this.tries = 0;
    this.at = this.now();
    this.one("sign").textContent = isPlaying ? "❚❚" : "▶";
    this.one("play-word").textContent = isPlaying ? this.box.dataset.wordPause : this.box.dataset.wordPlay;
    this.one("now").textContent = duration(this.at);
    const wave = this.one("wave");
    wave.setAttribute("aria-valuenow", String(Math.round(this.at)));
    const spoken = this.box.dataset.wordOf.replace("{now}", duration(this.at)).replace("{all}", duration(this.seconds));
    wave.setAttribute("aria-valuetext", spoken);
    const x = this.seconds ? (this.at / this.seconds) * 600 : 0;
    this.head?.setAttribute("x1", x);
    this.head?.setAttribute("x2", x);
  }
}

for (const box of document.querySelectorAll("[data-player]")) new Player(box);
