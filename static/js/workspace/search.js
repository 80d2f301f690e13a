/* A customer is found without the mouse: Enter opens the first of the list, once it is the list of what was typed. */

export class Search {
  #typed = document.getElementById("search");
  #found = document.getElementById("search-results");
  #listed = null; // what the list is of
  #wanted = null; // what Enter was pressed on

  constructor() {
    this.#found.addEventListener("htmx:afterSwap", (event) => {
      this.#listed = new URL(event.detail.pathInfo.finalRequestPath, location.href).searchParams.get("q");
      this.#open();
    });
    this.#typed.addEventListener("input", () => (this.#wanted = null));
    this.#typed.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !this.#typed.value.trim()) return;
      this.#wanted = this.#typed.value;
      this.#open();
    });
  }

  #open() {
    if (this.#wanted !== null && this.#wanted === this.#listed) this.#found.querySelector("tbody a")?.click();
  }
}
