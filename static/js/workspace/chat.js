/* Lines between colleagues: the list of people, one conversation at a time. What is typed is kept until it is sent. */

import { word } from "../app.js";
import { clock, make, post } from "./asks.js";

const KEPT = (id) => `chat:${id}`;

export class Chat {
  #box = document.getElementById("chat");
  #me = Number(document.getElementById("content").dataset.member);
  #unread = new Map();
  #notices;
  #with = null;

  constructor({ notices }) {
    this.#notices = notices;
    if (!this.#box) return;
    this.#box.addEventListener("click", (event) => {
      const person = event.target.closest("[data-chat-with]");
      if (person) this.open(Number(person.dataset.chatWith));
      else if (event.target.closest("[data-chat-back]")) this.#back();
    });
    this.#box.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#box.addEventListener("input", (event) => {
      if (event.target.id === "chat-text") localStorage.setItem(KEPT(this.#with), event.target.value);
    });
    this.#box.addEventListener("keydown", (event) => {
      if (event.target.id !== "chat-text" || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
  }

  /** `unread`: lines by sender. */
  replace(unread) {
    this.#unread = new Map(Object.entries(unread).map(([id, count]) => [Number(id), count]));
    this.#showUnread();
    if (this.#with) this.open(this.#with, false);
    else this.#people();
  }

  hear(row) {
    const isMine = row.from.id === this.#me;
    const other = isMine ? row.to : row.from.id;
    const isOpen = this.#with === other && this.#box?.offsetParent !== null;
    if (isOpen) this.#add(row, isMine);
    if (!isMine && isOpen && document.visibilityState === "visible") post(`/chat/${other}/read/`, {}, { isQuiet: true });
    else if (!isMine) {
      this.#unread.set(other, (this.#unread.get(other) ?? 0) + 1);
      this.#notices.tell("chat", word("chat_from", { name: row.from.name, text: row.text.slice(0, 120) }));
      this.#showUnread();
    }
    if (!this.#with) this.#people();
  }

  /** To the line one writes in; with something unread and nothing open, to who wrote it. */
  focus() {
    const [unread] = this.#unread.keys();
    if (this.#box && !this.#with && unread) {
      this.open(unread);
      return;
    }
    const place = document.getElementById("chat-text") ?? this.#box?.querySelector("[data-chat-with]");
    place?.focus();
  }

  async open(id, hasFocus = true) {
    this.#with = id;
    await window.htmx.ajax("GET", `/chat/${id}/`, { target: this.#box, swap: "innerHTML" });
    const text = document.getElementById("chat-text");
    if (!text) return;
    text.value = localStorage.getItem(KEPT(id)) ?? "";
    if (hasFocus) text.focus();
    this.#down();
    if (this.#unread.delete(id)) post(`/chat/${id}/read/`, {}, { isQuiet: true });
    this.#showUnread();
  }

  #back() {
    const before = this.#with;
    this.#with = null;
    window.htmx.ajax("GET", "/chat/", { target: this.#box, swap: "innerHTML" }).then(() => {
      this.#box.querySelector(`[data-chat-with="${before}"]`)?.focus();
    });
  }

  #people() {
    // Nothing moves under the pointer, and no focus is lost: the list waits.
    if (!this.#box || this.#box.matches(":hover, :focus-within")) return;
    window.htmx.trigger(this.#box, "people");
  }

  async #send() {
    const text = document.getElementById("chat-text");
    const said = text.value.trim();
    if (!said) return;
    const other = this.#with;
    const answer = await post(`/chat/${other}/`, { text: said });
    if (!answer) return;
    localStorage.removeItem(KEPT(other));
    if (text.value.trim() === said) text.value = "";
    this.#add(await answer.json(), true);
  }

  /** The answer and the news bring the same line: shown once. */
  #add(row, isMine) {
    const list = document.getElementById("chat-lines");
    if (!list || list.querySelector(`[data-line="${row.id}"]`)) return;
    const line = make("li", `chat__line${isMine ? " chat__line--mine" : ""}`);
    line.dataset.line = row.id;
    const at = make("time", "chat__at", clock(row.at));
    line.append(make("span", "visually-hidden", `${row.from.name}: `), make("span", "chat__text", row.text), " ", at);
    list.append(line);
    this.#down();
  }

  #down() {
    const list = document.getElementById("chat-lines");
    if (list) list.scrollTop = list.scrollHeight;
  }

  #showUnread() {
    const badge = document.getElementById("chat-unread");
    if (!badge) return;
    const count = [...this.#unread.values()].reduce((sum, one) => sum + one, 0);
    badge.hidden = count === 0;
    badge.textContent = count ? word("chat_new", { count }) : "";
  }
}
