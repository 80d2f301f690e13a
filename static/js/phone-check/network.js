/* The line to us: how long there and back, how evenly, how wide; and whether the relay answers. */

const PINGS = 20;
const PING_EVERY = 100; // milliseconds
const SAMPLE = 512 * 1024; // bytes
const FIRST_SAMPLE = 16 * 1024;
const SAMPLE_SECONDS = 2; // a second sample takes no longer, by what the first has shown
const LARGEST_RANDOM = 64 * 1024; // of one call
const RELAY_PATIENCE = 5000;

const rounded = (value) => Math.round(value * 10) / 10;
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Median of there and back, and the mean difference between neighbours (RFC 3550's jitter, unsmoothed), both in ms. */
export async function measureWay(onProgress = () => {}) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/ws/phone-check/`);
  const sent = new Map();
  const times = [];
  try {
    await new Promise((done, fail) => {
      socket.addEventListener("message", (event) => {
        const message = JSON.parse(event.data);
        if (message.type === "snapshot") done();
        if (message.type === "pong" && sent.has(message.n)) times.push(performance.now() - sent.get(message.n));
      });
      socket.addEventListener("close", fail);
      setTimeout(fail, 5000);
    });
    for (let n = 0; n < PINGS; n += 1) {
      sent.set(n, performance.now());
      socket.send(JSON.stringify({ type: "ping", n }));
      await wait(PING_EVERY);
      onProgress(n / PINGS);
    }
    await wait(500);
  } catch {
    return {};
  } finally {
    socket.close();
  }
  if (times.length < PINGS / 2) return {};
  const middle = [...times].sort((one, other) => one - other)[Math.floor(times.length / 2)];
  const steps = times.slice(1).map((time, at) => Math.abs(time - times[at]));
  return { round_trip: rounded(middle), jitter: rounded(steps.reduce((sum, step) => sum + step, 0) / steps.length) };
}

/** kbit/s each way. A small sample warms the way and says how much may follow: a narrow line is not kept busy for minutes. */
export async function measureWidth(token) {
  const found = {};
  try {
    for (const [name, measure] of [["down", measureDown], ["up", measureUp]]) {
      const first = await measure(FIRST_SAMPLE, token);
      if (!first) continue;
      found[name] = rounded(first);
      const length = Math.min(SAMPLE, Math.floor((first * 1000 * SAMPLE_SECONDS) / 8));
      if (length > FIRST_SAMPLE) found[name] = rounded((await measure(length, token)) ?? first);
    }
  } catch {
    return found;
  }
  return found;
}

async function measureDown(length) {
  const began = performance.now();
  const answer = await fetch(`/phone-check/sample/?bytes=${length}`, { cache: "no-store" });
  const body = await answer.arrayBuffer();
  return answer.ok ? (body.byteLength * 8) / (performance.now() - began) : null;
}

async function measureUp(length, token) {
  const body = crypto.getRandomValues(new Uint8Array(Math.min(length, LARGEST_RANDOM)));
  const parts = Array.from({ length: Math.ceil(length / body.length) }, () => body);
  const headers = { "X-CSRFToken": token, "Content-Type": "application/octet-stream" };
  const began = performance.now();
  const taken = await fetch("/phone-check/sample/", { method: "POST", headers, body: new Blob(parts).slice(0, length) });
  await taken.text();
  return taken.ok ? (length * 8) / (performance.now() - began) : null;
}

/** Milliseconds until the relay has given us an address, or that it did not. Nothing without a relay. */
export async function tryRelay(relays) {
  if (!relays.some((relay) => String(relay.urls).includes("turn"))) return {};
  const began = performance.now();
  const peer = new RTCPeerConnection({ iceServers: relays, iceTransportPolicy: "relay" });
  try {
    peer.createDataChannel("check");
    const isGiven = new Promise((done) => {
      peer.addEventListener("icecandidate", ({ candidate }) => candidate?.candidate.includes(" relay ") && done(true));
      setTimeout(() => done(false), RELAY_PATIENCE);
    });
    await peer.setLocalDescription(await peer.createOffer());
    return (await isGiven) ? { relay: rounded(performance.now() - began) } : { relay_failed: true };
  } finally {
    peer.close();
  }
}
