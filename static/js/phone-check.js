/* The check before a shift: one step after another, each in words; the server judges and keeps. */

import { csrfToken } from "./app.js";
import { measureSound } from "./phone-check/echo.js";
import { measureWay, measureWidth, tryRelay } from "./phone-check/network.js";
import { Microphone, echoOf, noiseOf, voiceOf } from "./phone-check/microphone.js";

const SILENCE = 3000;
const SPEECH = 5000;
const TONE = 1500;

const told = JSON.parse(document.getElementById("check-told").textContent);
const start = document.getElementById("check-start");
const step = document.getElementById("check-step");
const progress = document.getElementById("check-progress");
const result = document.getElementById("check-result");
const words = new Map([...document.querySelectorAll("#words-check dt")].map((dt) => [dt.textContent, dt.nextElementSibling.textContent]));

function say(key, percent) {
  step.textContent = words.get(key);
  progress.value = percent;
}

const within = (from, to) => (share) => {
  progress.value = from + (to - from) * share;
};

async function checkMicrophone() {
  const microphone = new Microphone();
  try {
    await microphone.open();
    say("silence", 0);
    const quiet = await microphone.listen(SILENCE, within(0, 20));
    say("speak", 20);
    const speech = await microphone.listen(SPEECH, within(20, 55));
    say("tone", 55);
    const before = await microphone.listen(TONE, within(55, 60));
    const during = await microphone.listenToTone(TONE, within(60, 65));
    return { noise: noiseOf(quiet), ...voiceOf(speech), echo: echoOf(before, during) };
  } catch {
    return null;
  } finally {
    microphone.close();
  }
}

/** `mayTalk`: the browser shows ways for sound only to a page that may use the microphone. */
async function checkNetwork(mayTalk) {
  say("network", 65);
  const way = await measureWay(within(65, 75));
  const width = await measureWidth(csrfToken());
  let sound = {};
  if (mayTalk && !told.why_no_echo) {
    say("sound", 78);
    sound = await measureSound(within(78, 95)).catch(() => ({}));
  }
  say("relay", 95);
  return { ...way, ...width, ...sound, ...(await tryRelay(told.relays)) };
}

async function keep(measured) {
  const headers = { "X-CSRFToken": csrfToken(), "Content-Type": "application/json" };
  const answer = await fetch("/phone-check/results/", { method: "POST", headers, body: JSON.stringify(measured) }).catch(() => null);
  if (!answer?.ok) return false;
  result.innerHTML = await answer.text();
  result.querySelector("details")?.setAttribute("open", "");
  return true;
}

start.addEventListener("click", async () => {
  start.disabled = true;
  progress.hidden = false;
  result.replaceChildren();
  const heard = await checkMicrophone();
  const measured = { ...(heard ?? {}), ...(await checkNetwork(heard !== null)) };
  const isKept = await keep(measured);
  progress.hidden = true;
  document.getElementById("check-none")?.remove();
  step.textContent = words.get(!isKept ? "not_kept" : heard ? "done" : "no_microphone");
  start.textContent = words.get("again");
  start.disabled = false;
  start.focus();
});
