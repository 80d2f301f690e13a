"""`python -m benchmarks.networks [leased public wifi remote narrow bad]`: the phone in the page behind all of them.

Chromium with a microphone sits in a network of its own (benchmarks/wire.py), the whole product with a real FreeSWITCH
and a real coturn, configured as shipped, here. In each network a caller is answered; then the page is asked what it
heard and sent, and the figures are judged by the limits of the phone check (docs/phone-check.md). A network that is
known to be bad has to fail. Exit code 1 when one is not judged as it should be, or somebody is not heard.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from benchmarks.harness import machine
from benchmarks.networks_judged import Heard, Verdict, judge
from benchmarks.two_networks import Apart, apart, lacking
from benchmarks.wire import Line

SETTLES, TALKS = 2.0, 14.0
"""Seconds; the switch tells every five what reached it."""
WIDE = Line()


@dataclass(frozen=True)
class Network:
    words: str
    line: Line
    passes: bool = True
    is_checked: bool = False
    """The agent makes the phone check in it first, and the page speaks as the check advises."""
    way: str = ""
    """How sound must have gone: "relay"; "" for any."""


def networks(relay_port: int) -> dict[str, Network]:
    return {
        "remote": Network(
            "at home, where nothing but the relay is reached",
            Line(delay_ms=60, spread_ms=25, loss=0.004, kbits=8_000, only_port=relay_port),
            way="relay",
        ),
        "narrow": Network(
            "a narrow line, after the phone check", Line(delay_ms=40, spread_ms=5, kbits=80), is_checked=True
        ),
        "bad": Network("a bad one", Line(delay_ms=150, spread_ms=150, loss=0.08, kbits=2_000), passes=False),
        "leased": Network("a leased line", Line(delay_ms=5, spread_ms=1, kbits=10_000)),
        "public": Network("the internet", Line(delay_ms=30, spread_ms=15, loss=0.003, kbits=20_000)),
        "wifi": Network("Wi-Fi", Line(delay_ms=10, spread_ms=50, loss=0.008, kbits=20_000)),
    }


FIGURES = """async () => {
  const found = {}, all = await window.ways.at(-1).getStats();
  for (const row of all.values()) {
    if (row.type === "inbound-rtp") Object.assign(found, {received: row.packetsReceived, lost: row.packetsLost,
      jitter: row.jitter, bytes_in: row.bytesReceived, buffered: row.jitterBufferDelay,
      played: row.jitterBufferEmittedCount});
    if (row.type === "outbound-rtp") Object.assign(found, {sent: row.packetsSent, bytes_out: row.bytesSent});
    if (row.type === "remote-inbound-rtp") Object.assign(found, {lost_there: row.packetsLost, jitter_there: row.jitter,
      round_trip: row.roundTripTime});
    if (row.type === "candidate-pair" && row.nominated && row.state === "succeeded") Object.assign(found, {
      pair_round_trip: row.currentRoundTripTime, way: all.get(row.localCandidateId)?.candidateType});
  }
  return found;
}"""
COLUMNS = {
    "loss": "lost %",
    "sound_jitter": "jitter ms",
    "sound_round_trip": "there and back ms",
    "mos": "MOS",
    "in": "kbit/s in",
    "out": "kbit/s out",
}


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.networks", description=__doc__)
    asked.add_argument("only", nargs="*", help="names of networks; all when none is named")
    only = asked.parse_args().only
    if why := lacking():
        print(f"NOT RUN: {why}")
        return 0
    found: dict[str, tuple[Network, Verdict]] = {}
    with apart() as stage:
        for name, network in networks(stage.relay_port).items():
            if not only or name in only:
                found[name] = network, judge(_talk(stage, network), passes=network.passes)
                print(_row(name, *found[name]), file=sys.stderr, flush=True)
    print(_page(found))
    return 0 if all(_is_right(*one) for one in found.values()) else 1


def _talk(stage: Apart, network: Network) -> Heard:
    from telephony import facts
    from tests.contract.tones import TONES, heard

    product, ann = stage.product, stage.ann
    product.line.log.heard.clear()
    if network.is_checked:
        _check_phone(stage, network)
    stage.wire.be(network.line)
    caller = product.line.call(number="+8613812342211", name="Wang Fang", hertz=TONES["caller"])
    ann.stage("ringing")
    ann.see("ringing")
    ann.page.keyboard.press("Alt+A")
    bridged = product.line.log.wait(facts.LegsBridged, 30)
    ann.see("talking")
    time.sleep(SETTLES)
    before = ann.page.evaluate(FIGURES)
    time.sleep(TALKS)
    after = ann.page.evaluate(FIGURES)
    other = bridged.other_leg_id if bridged.leg_id == bridged.offer_id else bridged.leg_id
    there = "agent" in heard(product.line, caller=other)["caller"]
    here = _hears_the_caller(ann)
    stage.wire.be(WIDE)
    ann.page.keyboard.press("Alt+E")
    ann.see("registered|silent")
    ann.stage("none")
    caller.stop()
    return Heard(before, after, TALKS, here=here, there=there)


def _hears_the_caller(ann: Any) -> bool:
    with suppress(AssertionError):
        ann.hears("caller")
        return True
    return False


def _check_phone(stage: Apart, network: Network) -> None:
    """The page is there already when the line becomes narrow: nobody waits here for stylesheets."""
    from playwright.sync_api import expect

    stage.ann.go("/phone-check/")
    stage.ann.settle()
    stage.wire.be(network.line)
    stage.ann.page.click("#check-start")
    expect(stage.ann.page.locator("#check-step")).to_have_text("Done.", timeout=180_000)
    stage.wire.be(WIDE)
    stage.ann.go("/workspace/")
    stage.ann.see("ask|registered|silent")
    if stage.ann.page.locator("#phone-start").is_visible():
        stage.ann.page.click("#phone-start")
    stage.ann.see("registered|silent")
    stage.ann.page.keyboard.press("Alt+R")
    expect(stage.ann.page.locator("#status-word")).to_have_text(re.compile("● Ready"), timeout=30_000)


def _is_right(network: Network, verdict: Verdict) -> bool:
    return verdict.is_right and network.way in ("", verdict.way)


def _page(found: dict[str, tuple[Network, Verdict]]) -> str:
    lines = [
        f"Machine: {machine()}",
        "",
        f"| network | {' | '.join(COLUMNS.values())} | way | found | as it should be |",
        "|---" * (len(COLUMNS) + 4) + "|",
    ]
    return "\n".join([*lines, *(_row(name, *one) for name, one in found.items())])


def _row(name: str, network: Network, verdict: Verdict) -> str:
    figures = " | ".join(f"{verdict.figures[column]:.1f}" for column in COLUMNS)
    said = "fails: " + ", ".join(verdict.failed) if verdict.failed else "passes"
    right = "yes" if _is_right(network, verdict) else "**no**"
    words = f"{name}: {network.words}, {_told(network.line)}"
    return f"| {words} | {figures} | {verdict.way} | {said} | {right} |"


def _told(line: Line) -> str:
    parts = [f"{line.delay_ms:g} ms each way", f"up to {line.spread_ms:g} more", f"{line.kbits:g} kbit/s"]
    return ", ".join([*parts, f"{100 * line.loss:g} % lost"] if line.loss else parts)


if __name__ == "__main__":
    sys.exit(main())
