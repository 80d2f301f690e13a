/* A number is a button: the server is asked to dial it, by the row it stands in, and says in a sentence what happens. */

import { csrfToken, toast, word } from "./app.js";

const NEEDS_A_REASON = "say_why_called";
const QUEUE = "dial-queue";
let isAsking = false;

/** The queue this person's calls count for, as last chosen in this browser; "" when never: the server takes one. */
export function keptQueue() {
  return localStorage.getItem(QUEUE) ?? "";
}

export function keepQueue(id) {
  localStorage.setItem(QUEUE, id);
}

/** `values`: what belongs to the address, such as a number that was typed. True when a phone rings. */
export async function dial(address, values = {}) {
  if (isAsking) return false;
  isAsking = true;
  const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
  let said = {};
  try {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams({ queue: keptQueue(), ...values }), headers });
    said = await answer.json().catch(() => ({}));
    if (said.code !== NEEDS_A_REASON) {
      toast(said.message ?? word("request_failed"), answer.ok ? "info" : "danger");
      return answer.ok;
    }
  } catch {
    toast(word("request_offline"), "danger");
    return false;
  } finally {
    isAsking = false;
  }
  const reason = await askWhy(said.message);
  return reason ? dial(address, { ...values, reason }) : false;
}

/* A number of the do-not-call list: a leader says why it is called all the same, or leaves it. */
function askWhy(message) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "why-title");
  const form = make("form", { class: "dialog__body form", method: "dialog" });
  const field = make("div", { class: "field" });
  const input = make("input", { id: "why-called", maxlength: 200, required: "", autocomplete: "off" });
  field.append(make("label", { for: "why-called" }, word("reason")), input);
  const buttons = make("div", { class: "buttons" });
  const leave = make("button", { type: "button", class: "button" }, word("dial_leave"));
  leave.addEventListener("click", () => dialog.close());
  buttons.append(make("button", { class: "button button--primary", value: "call" }, word("dial_anyway")), leave);
  form.append(make("p", { id: "why-title" }, message), field, buttons);
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  input.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "call" ? input.value.trim() : "");
    });
  });
}

function make(name, attributes, text = "") {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}
