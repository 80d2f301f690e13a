/* The agent's page: what the server says is shown, what the agent asks is sent; the news repaints, never the click. */

import { duration, toast, word } from "./app.js";
import { Live, Rows, runTimers, showState } from "./live.js";
import { listenToKeys } from "./workspace/keys.js";
import { consultWords, showAsking } from "./workspace/asking.js";
import { showCall, stageOf } from "./workspace/call.js";
import { Announcements } from "./workspace/announcements.js";
import { Chat } from "./workspace/chat.js";
import { Help } from "./workspace/help.js";
import { DialPad } from "./workspace/dialpad.js";
import { Keypad } from "./workspace/keypad.js";
import { handOverAll } from "./workspace/leftover.js";
import { Notices } from "./workspace/notices.js";
import { Parked } from "./workspace/parked.js";
import { Phones } from "./workspace/phones.js";
import { showMove } from "./workspace/placed.js";
import { Pop } from "./workspace/pop.js";
import { Recent } from "./workspace/recent.js";
import { runMaskClock, showRecording } from "./workspace/recording.js";
import { Search } from "./workspace/search.js";
import { Snippets } from "./workspace/snippets.js";
import { Tasks } from "./workspace/tasks.js";
import { Tuning } from "./workspace/tuning.js";
import { showSupervised } from "./workspace/supervised.js";
import { showQueues, showStatus } from "./workspace/deck.js";
import { Transfer } from "./workspace/transfer.js";
import { WrapUp } from "./workspace/wrapup.js";

const page = document.getElementById("content");
const me = Number(page.dataset.agent);
const state = { me, agent: null, call: null, stage: "none", transfers: undefined };
const queues = new Rows();
const colleagues = new Rows();

const live = new Live("/ws/workspace/", {
  onMessage: (message) => hear[message.type]?.(message),
  onState: showState(document.getElementById("live"), word, document.querySelectorAll("[data-dated]")),
});

/** Sends an order; the button that asked waits for the news, five seconds at most. */
function order(type, values = {}, button = null) {
  if (!live.send({ type, ...values })) {
    toast(word("order_not_sent"), "danger");
    return false;
  }
  if (button) {
    button.setAttribute("aria-disabled", "true");
    setTimeout(() => button.removeAttribute("aria-disabled"), 5000);
  }
  return true;
}

const pop = new Pop();
const notices = new Notices();
new Tuning({ notices });
const help = new Help({ state });
const chat = new Chat({ notices });
const announcements = new Announcements({ notices });
const tasks = new Tasks({ notices, state });
const snippets = new Snippets({ names: () => ({ customer: pop.customer || state.call?.caller_name, agent: page.dataset.name }) });
const recent = new Recent(document.getElementById("recent"));
const wrapUp = new WrapUp({ order, live });
const transfer = new Transfer({ order, queues, colleagues, state });
const keypad = new Keypad({ order, state });
const dialPad = new DialPad();
new Search();
const phones = new Phones({ order });
const parked = new Parked({ order });
const showTimers = runTimers(live, duration);
let phone = null; // of this page, with sound of its own
runMaskClock(live);

const hear = {
  snapshot(message) {
    queues.replace(message.queues);
    state.agent = message.agent;
    state.call = message.call;
    showSupervised(message.supervised);
    state.recording = message.recording;
    recent.replace(message.recent);
    parked.show(message.parked);
    transfer.watch();
    showQueues(queues);
    help.show(message.help);
    chat.replace(message.unread);
    announcements.replace(message.announcements, message.mentions);
    repaint();
    handOverAll(state.stage === "none" ? null : state.call?.id);
  },
  colleagues({ rows, transfers }) {
    colleagues.replace(rows);
    state.transfers = transfers;
    transfer.fill();
  },
  agent({ row }) {
    colleagues.take(row);
    if (row.id === me && !(state.agent?.version > row.version)) state.agent = row;
    transfer.repaint();
    repaint();
  },
  call({ row }) {
    if (row.ended_at && row.agent?.id === me) recent.put(row);
    if (state.call?.id === row.id && state.call.version > row.version) return;
    if (isInHand(row) || state.call?.id === row.id) state.call = row;
    repaint();
  },
  queues({ rows }) {
    for (const row of rows) queues.take(row);
    showQueues(queues);
    transfer.repaint();
  },
  parked({ rows }) {
    parked.show(rows);
    showTimers();
  },
  supervised: ({ row }) => showSupervised(row),
  places: (message) => showMove(message),
  recording({ row }) {
    state.recording = row;
    showRecording(state);
  },
  pop({ call_id: callId, card }) {
    pop.open(callId, card);
  },
  help({ row }) {
    if (row.agent.id !== me) return;
    help.show(row);
    showTimers();
  },
  chat: ({ row }) => chat.hear(row),
  announcement: (message) => announcements.hear(message),
  work: (message) => tasks.hear(message),
  mention: ({ row }) => announcements.mentioned(row),
  evaluation() {
    toast(word("evaluation_published"), "info");
  },
  order_refused(message) {
    for (const button of document.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    wrapUp.refused();
    toast(message.message, "danger");
  },
};

function isInHand(call) {
  const isOnLine = call.line?.agents.includes(me) || call.line?.by === me;
  return call.offer?.agent.id === me || isOnLine || (call.agent?.id === me && !call.ended_at);
}

function repaint() {
  const before = state.stage;
  state.stage = stageOf(state);
  showStatus(state);
  phones.show(state.agent, state.call);
  showCall(state);
  showAsking(state);
  showRecording(state);
  wrapUp.show(state);
  phone?.follow(state.agent);
  if (state.call && state.stage !== "none") {
    if (state.stage === "ringing" && before !== "ringing") pop.rings();
    pop.open(state.call.id);
  }
  snippets.fit(state.stage === "none" ? null : (state.call?.queue?.id ?? null), wrapUp.disposition);
  if (before !== state.stage) announce(before);
  showTimers();
}

const pageTitle = document.title;
function announce(before) {
  const caller = state.call ? state.call.caller_name || state.call.caller || word("unknown_caller") : "";
  const say = (id, text) => (document.getElementById(id).textContent = text);
  document.title = state.stage === "ringing" ? `${word("title_ringing")} · ${pageTitle}` : pageTitle;
  for (const button of document.querySelectorAll(".hand [aria-disabled]")) button.removeAttribute("aria-disabled");
  const ringing = word("ringing_now", { caller, queue: state.call?.queue?.name ?? "" });
  say("announce-now", state.stage === "ringing" ? ringing : "");
  if (state.stage === "ringing") notices.ring(ringing, () => phone?.canAnswer === true);
  else notices.stopRinging();
  if (before === "wrap_up") window.htmx?.trigger("#own-figures", "refresh");
  if (state.stage === "talking" && before !== "hold") say("announce", word("call_started", { caller }));
  if (state.stage === "dialling") say("announce", word("dialling_now", { caller }));
  if (state.stage === "consulting") say("announce", consultWords(state.call.line, me));
  if (state.stage === "hold") say("announce", word("call_held"));
  if (state.stage === "wrap_up") say("announce", word("wrap_up_started"));
  if (state.stage === "none" && before === "wrap_up") say("announce", word("wrap_up_over"));
  if (state.stage !== "talking" && state.stage !== "hold") transfer.close();
  if (state.stage === "none" || state.stage === "wrap_up") keypad.close();
  else dialPad.close();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-call-order], [data-order]");
  if (!button || button.disabled || button.getAttribute("aria-disabled") === "true") return;
  if (button.dataset.callOrder === "answer" && phone?.canAnswer) {
    phone.answer();
    return;
  }
  if (button.dataset.callOrder) {
    order(button.dataset.callOrder, { call_id: state.call.id }, button);
    return;
  }
  const reason = button.dataset.reason ? { reason_id: Number(button.dataset.reason) } : {};
  order(button.dataset.order, reason);
  const menu = document.getElementById("status-menu");
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.getElementById("do-transfer").addEventListener("click", () => transfer.open());
document.getElementById("do-keypad").addEventListener("click", () => (["none", "wrap_up"].includes(state.stage) ? dialPad : keypad).open());
document.getElementById("do-ticket").addEventListener("click", () => pop.openTicket(state.call?.id));
listenToKeys({ state, order, wrapUp, chat, snippets, tasks });
live.start();

/* Once the page is painted: nobody waits for the phone to see their work. */
window.addEventListener("load", async () => {
  const { Phone } = await import("./phone/phone.js");
  phone = new Phone({ agent: me, order: (type) => order(type, { call_id: state.call?.id }), isDialling: () => state.stage === "dialling" });
});
