"""An agent whose phone is the page: Chromium with a microphone that sounds like the tone "agent", and what they hear.

Where there is no Chromium, whoever asks for `ann` is skipped and says so.
"""

from __future__ import annotations

import math
import os
import re
import signal
import struct
import wave
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.contract.driver import wait_until
from tests.contract.product import Product
from tests.contract.test_product import LIMIT_MS
from tests.contract.tones import TONES
from tests.journeys.conftest import ARGUMENTS, CHROMIUM
from tests.journeys.visitor import Visitor

MICROPHONE = [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    # Browser and switch on one machine: its loopback is the only way between them.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--allow-loopback-in-peer-connection",
]
RATE = 48_000
REMEMBER = """
const Native = RTCPeerConnection;
window.ways = [];
window.RTCPeerConnection = class extends Native { constructor(...given) { super(...given); window.ways.push(this); } };
// A tone that never ends is noise to a microphone that listens for people.
const open = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
if (open) navigator.mediaDevices.getUserMedia = (wishes) => open({ audio: { ...wishes.audio, ...plain } });
"""
HEARD = """async () => {
  const found = {packets: 0, energy: 0, sent: 0, invented: 0, played: 0};
  for (const row of (await window.ways.at(-1).getStats()).values()) {
    if (row.type === "inbound-rtp") {
      Object.assign(found, {packets: row.packetsReceived, energy: row.totalAudioEnergy});
      Object.assign(found, {invented: row.concealedSamples, played: row.totalSamplesReceived});
    }
    if (row.type === "outbound-rtp") found.sent = row.packetsSent;
  }
  return found;
}"""
TONES_HEARD = """async (tones) => {
  const context = new AudioContext();
  await context.resume();
  const [receiver] = window.ways.at(-1).getReceivers();
  const source = context.createMediaStreamSource(new MediaStream([receiver.track]));
  const analyser = new AnalyserNode(context, {fftSize: 16384, smoothingTimeConstant: 0});
  source.connect(analyser);
  await new Promise((done) => setTimeout(done, 500));
  const loudness = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(loudness);
  const place = (hertz) => Math.round(hertz * analyser.fftSize / context.sampleRate);
  const found = Object.keys(tones).filter((name) => loudness[place(tones[name])] > -45);
  await context.close();
  return found;
}"""


MOST_INVENTED = 0.5
"""Of what is played; a browser fills the place of packets that came too late to be played with sound of its own."""


class Ann(Visitor):
    """An agent with a headset."""

    def see(self, state: str, page: Any = None) -> None:
        strip = (page or self.page).locator("#phone-strip")
        expect(strip).to_have_attribute("data-state", re.compile(state), timeout=LIMIT_MS * 2)

    def stage(self, name: str, page: Any = None) -> None:
        hand = (page or self.page).locator("#hand")
        expect(hand).to_have_attribute("data-stage", name, timeout=LIMIT_MS * 2)

    def take_calls(self) -> None:
        self.sign_in("agent1001")
        self.go("/workspace/")
        self.see("ask|registered|silent")
        start = self.page.locator("#phone-start")
        if start.is_visible():
            start.click()
        self.see("registered")
        self.page.click("#status")
        self.page.click("[data-order=set_ready]")
        expect(self.page.locator("#status-word")).to_have_text(re.compile("● Ready"), timeout=LIMIT_MS)

    def hears_and_is_heard(self) -> None:
        """Sound goes both ways, measured twice in the page; a way that was made this moment may need a second."""
        wait_until(self._is_sounding, 10, "no sound both ways")

    def _is_sounding(self) -> bool:
        before = self.page.evaluate(HEARD)
        self.page.wait_for_timeout(400)
        after = self.page.evaluate(HEARD)
        grown = {name: after[name] - before[name] for name in after}
        # Twenty of each would be all; a busy machine may deliver late.
        return (
            all(grown[one] > 8 for one in ("packets", "sent"))
            and grown["energy"] > 0
            and grown["invented"] < grown["played"] * MOST_INVENTED
        )

    def hears(self, *names: str) -> None:
        """These tones come out of the page's loudspeaker, and no other."""
        wanted = set(names)
        heard: list[set[str]] = []

        def are_there() -> bool:
            heard.append(set(self.page.evaluate(TONES_HEARD, dict(TONES))))
            return heard[-1] == wanted

        with suppress(AssertionError):
            wait_until(are_there, 5)
        assert heard[-1] == wanted


@pytest.fixture
def ann(product: Product, tmp_path: Path) -> Iterator[Ann]:
    if not CHROMIUM:
        pytest.skip("no Chromium on PATH")
    voice = write_voice(tmp_path / "voice.wav")
    arguments = [*ARGUMENTS, *MICROPHONE, f"--use-file-for-fake-audio-capture={voice}"]
    with sync_playwright() as browsers:
        browser: Browser = browsers.chromium.launch(executable_path=CHROMIUM, args=arguments)
        visitor = Ann(product, browser, "acme")
        visitor.context.add_init_script(REMEMBER)
        yield visitor
        browser.close()


def write_voice(path: Path) -> Path:
    """The tone "agent", one second of it, to be played again and again."""
    step = 2 * math.pi * TONES["agent"] / RATE
    samples = [int(9000 * math.sin(step * at)) for at in range(RATE)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{RATE}h", *samples))
    return path


@contextmanager
def no_network() -> Iterator[None]:
    """Everything that leaves or reaches the browser stands still, as when a laptop is carried to another room."""
    service = _network_service(os.getpid())
    os.kill(service, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(service, signal.SIGCONT)


def _network_service(ancestor: int) -> int:
    """The process of our Chromium that has its network."""
    rows: dict[int, tuple[int, str]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            rows[int(folder.name)] = int(parent), (folder / "cmdline").read_text(errors="replace")

    def is_ours(pid: int) -> bool:
        while pid > 1 and pid != ancestor:
            pid = rows.get(pid, (0, ""))[0]
        return pid == ancestor

    [service] = [pid for pid, (_, words) in rows.items() if "network.mojom.Network" in words and is_ours(pid)]
    return service
