/* How old what one sees is: the server's clock against the last word heard, and whether the telephone system itself still
   tells the server anything. After 5 s a badge says so, after 15 s the values are grey. */

import { word } from "../app.js";

const OLD_AFTER = 5;
const STALE_AFTER = 15;

export class Age {
  #badge;
  #parts;
  #heardAt = performance.now();
  #brokenAt = null;
  #feed = { state: "live" };

  constructor({ badge, parts }) {
    this.#badge = badge;
    this.#parts = parts;
    setInterval(() => this.#look(), 500);
  }

  heard(feed) {
    this.#heardAt = performance.now();
    if (!feed) return;
    const isBroken = feed.state !== "live";
    if (isBroken && this.#brokenAt === null) this.#brokenAt = performance.now();
    if (!isBroken) this.#brokenAt = null;
    this.#feed = feed;
    this.#look();
  }

  #look() {
    const now = performance.now();
    const seconds = (now - Math.min(this.#heardAt, this.#brokenAt ?? this.#heardAt)) / 1000;
    const state = seconds >= STALE_AFTER ? "stale" : seconds >= OLD_AFTER || this.#brokenAt !== null ? "old" : "fresh";
    for (const part of this.#parts) part.dataset.age = state;
    this.#badge.dataset.age = state;
    this.#badge.hidden = state === "fresh";
    if (state === "fresh") return;
    const key = this.#brokenAt !== null ? `age_${this.#feed.state}` : "age_old";
    const text = `▲ ${word(key, { seconds: Math.floor(seconds) })}`;
    if (this.#badge.textContent !== text) this.#badge.textContent = text;
  }
}
