/* Steps back and forth. Pure: documents are shared, so a hundred of them cost little. */

const MOST = 200;
const SAME_CHANGE = 1500;
/* Milliseconds within which typing on in the same field, or pushing the same step on, is one change. */

export class History {
  constructor(flow) {
    this.flow = flow;
    this.past = [];
    this.future = [];
    this.last = { tag: "", at: 0 };
  }

  /** `tag` names what is being changed; the same tag again soon is the same change. */
  push(flow, tag = "", at = 0) {
    if (flow === this.flow) return false;
    const goesOn = tag && tag === this.last.tag && at - this.last.at < SAME_CHANGE;
    if (!goesOn) this.past.push(this.flow);
    if (this.past.length > MOST) this.past.shift();
    this.flow = flow;
    this.future = [];
    this.last = { tag, at };
    return true;
  }

  undo() {
    return this.step(this.past, this.future);
  }

  redo() {
    return this.step(this.future, this.past);
  }

  step(from, to) {
    if (!from.length) return false;
    to.push(this.flow);
    this.flow = from.pop();
    this.last = { tag: "", at: 0 };
    return true;
  }
}
