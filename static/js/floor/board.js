/* One table of the board: thousands of rows, a page of them drawn; only what differs is touched, and while somebody
   points at it or stands in it nothing moves: new rows wait, gone ones fade. */

const PAGE = 50;
const MANY = 300;
const PAUSE = 500; // milliseconds between two orderings of many rows: each change would cost a sorting of thousands
const ORDER = new Intl.Collator(undefined, { numeric: true });

export class Board {
  #body;
  #order = [];
  #painted = new Map();
  #page = 0;
  #isDue = false;
  #isHeld = false;
  #orderedAt = -PAUSE;
  #later = null;

  /** `columns`: {id, cell(row), sort(row)}; `filter(row)`, `late(row)`; `onOrder(sort)` when a head was pressed. */
  constructor(id, { rows, columns, filter, late = () => false, words, onOrder = () => {}, onPaint = () => {} }) {
    Object.assign(this, { id, rows, columns, filter, late, words, onOrder, onPaint });
    this.table = document.getElementById(`${id}-table`);
    this.#body = document.getElementById(id);
    this.sort = this.table.dataset.sort;
    this.#follow();
  }

  #follow() {
    this.table.tHead.addEventListener("click", (event) => {
      const key = event.target.closest("[data-sorts]")?.dataset.sorts;
      if (!key) return;
      this.sort = this.sort === key ? `-${key}` : key;
      this.#page = 0;
      this.onOrder(this.sort);
      this.reorder();
    });
    this.#body.addEventListener("pointerenter", () => (this.#isHeld = true));
    for (const left of ["pointerleave", "focusout"]) {
      this.#body.addEventListener(left, () => setTimeout(() => this.#release()));
    }
    this.pager = document.getElementById(`${this.id}-pager`);
    this.pager?.addEventListener("click", (event) => {
      const step = Number(event.target.closest("[data-step]")?.dataset.step ?? 0);
      if (!step) return;
      this.#page += step;
      this.reorder();
    });
    this.#body.addEventListener("keydown", (event) => this.#walk(event));
    this.#body.addEventListener("focusin", (event) => this.#rove(event.target.closest("tr")));
  }

  /** Tab stops at one row of a table, the one last stood in; up and down go to the others. */
  #rove(line = this.#body.querySelector("[data-is-here]") ?? this.#body.firstElementChild) {
    for (const one of this.#body.children) {
      const index = one === line ? 0 : -1;
      one.toggleAttribute("data-is-here", one === line);
      for (const place of one.querySelectorAll("a, button, input")) if (place.tabIndex !== index) place.tabIndex = index;
    }
  }

  get isHeld() {
    return this.#isHeld || this.#body.contains(document.activeElement);
  }

  #release() {
    this.#isHeld = this.#body.matches(":hover");
    if (!this.isHeld && this.#isDue) this.reorder();
  }

  /** Up and down go to the same place of the next row: no need to Tab through all that stands between. */
  #walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const line = event.target.closest("tr");
    if (!step || !line || event.altKey || event.ctrlKey || event.metaKey || event.target.matches("select")) return;
    const places = (row) => [...row.querySelectorAll("a, button, input")];
    const next = this.#body.children[[...this.#body.children].indexOf(line) + step];
    if (!next) return;
    event.preventDefault();
    const there = places(next);
    there[Math.min(places(line).indexOf(event.target), there.length - 1)]?.focus();
  }

  rowOf(element) {
    const id = element.closest("tr")?.dataset.id;
    return id === undefined ? null : (this.rows.get(id) ?? this.rows.get(Number(id)) ?? null);
  }

  /** News: what stands is painted anew where it differs; who comes or goes waits while somebody points at the list. */
  refresh() {
    if (this.isHeld) {
      this.#isDue = true;
      this.#paint();
    } else if (this.rows.size > MANY && performance.now() - this.#orderedAt < PAUSE) {
      this.#later ??= setTimeout(() => {
        this.#later = null;
        this.refresh();
      }, PAUSE);
      this.#paint();
    } else this.reorder();
  }

  reorder() {
    this.#isDue = false;
    this.#orderedAt = performance.now();
    const found = [...this.rows.values()].filter(this.filter);
    this.#arrange(found);
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    this.#page = Math.min(Math.max(0, this.#page), pages - 1);
    this.#order = found.slice(this.#page * PAGE, (this.#page + 1) * PAGE).map((row) => row.id);
    this.#place();
    this.#paint();
    this.#tell(found.length, pages);
  }

  #arrange(found) {
    const key = this.sort.replace("-", "");
    const column = this.columns.find((one) => one.id === key);
    if (!column) return;
    const sign = this.sort.startsWith("-") ? -1 : 1;
    const values = new Map(found.map((row) => [row, column.sort(row)]));
    found.sort((one, other) => {
      const [left, right] = [values.get(one), values.get(other)];
      // What is unknown stands last either way.
      if (left === null || right === null) return (left === null) - (right === null);
      return sign * (typeof left === "string" ? ORDER.compare(left, right) : left - right);
    });
  }

  /** Lines are moved only where they stand wrong: moving one that holds the focus would lose it. */
  #place() {
    const known = new Map([...this.#body.children].map((line) => [line.dataset.id, line]));
    this.#order.forEach((id, index) => {
      let line = known.get(String(id));
      if (!line) {
        line = document.createElement("tr");
        line.dataset.id = id;
        this.#painted.delete(id);
      }
      known.delete(String(id));
      line.classList.remove("is-gone");
      if (this.#body.children[index] !== line) this.#body.insertBefore(line, this.#body.children[index] ?? null);
    });
    for (const [id, line] of known) {
      this.#painted.delete(id);
      line.remove();
    }
  }

  #paint() {
    for (const line of this.#body.children) {
      const id = this.#order.find((one) => String(one) === line.dataset.id);
      const row = this.rows.get(id);
      const isGone = !row || !this.filter(row);
      line.classList.toggle("is-gone", isGone);
      if (!row) continue;
      const late = this.late(row);
      const before = this.#painted.get(id);
      if (before && before.row === row && before.late === late && !row.isFresh) continue;
      this.#painted.set(id, { row, late });
      line.classList.toggle("is-late", late);
      this.columns.forEach((column, index) => put(line, index, column.cell(row)));
    }
    this.#rove();
    this.onPaint();
  }

  /** Something beside the row itself changed what its cells say. */
  forget(id) {
    this.#painted.delete(id);
  }

  #tell(count, pages) {
    document.getElementById(`${this.id}-empty`).hidden = count > 0;
    this.table.closest(".table-wrap").hidden = count === 0;
    const counter = document.getElementById(`${this.id}-count`);
    if (counter) counter.textContent = count || "";
    for (const head of this.table.tHead.querySelectorAll("[data-sorts]")) {
      const isIt = this.sort.replace("-", "") === head.dataset.sorts;
      const th = head.closest("th");
      if (isIt) th.setAttribute("aria-sort", this.sort.startsWith("-") ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    }
    if (!this.pager) return;
    this.pager.hidden = pages === 1;
    const from = this.#page * PAGE;
    this.pager.querySelector("[data-place]").textContent = this.words("page_place", {
      from: from + 1, to: Math.min(count, from + PAGE), total: count,
    });
    this.pager.querySelector("[data-step='-1']").disabled = this.#page === 0;
    this.pager.querySelector("[data-step='1']").disabled = this.#page >= pages - 1;
  }

  /** Columns somebody has put away: the head says which place is whose. */
  hide(hidden) {
    const heads = [...this.table.tHead.rows[0].cells];
    const classes = heads.map((head, index) => [`without-${index}`, hidden.has(head.dataset.column)]);
    for (const [name, isHidden] of classes) this.table.classList.toggle(name, isHidden);
  }
}

/** A cell is {text, className, since, badge, href, button, check}; only what differs is touched, so focus stays. */
function put(line, index, cell) {
  const td = line.children[index] ?? line.appendChild(document.createElement("td"));
  if (td.className !== (cell.className ?? "")) td.className = cell.className ?? "";
  if (cell.fill) {
    cell.fill(td);
    return;
  }
  const wanted = cell.href ? "a" : "span";
  let inner = td.firstElementChild;
  if (inner?.localName !== wanted) {
    inner = document.createElement(wanted);
    td.replaceChildren(inner);
  }
  if (cell.href && inner.getAttribute("href") !== cell.href) inner.setAttribute("href", cell.href);
  if (inner.className !== (cell.badge ?? "")) inner.className = cell.badge ?? "";
  if (cell.label) inner.setAttribute("aria-label", cell.label);
  if (cell.since === undefined) {
    delete inner.dataset.since;
    if (inner.textContent !== cell.text) inner.textContent = cell.text;
  } else if (inner.dataset.since !== (cell.since ?? "")) inner.dataset.since = cell.since ?? "";
}
