"""The phone in an agent's page, on a real switch: Chromium with a microphone, a caller with a voice, and every trouble.

One call through all of it: answered, sent back to the line and answered again, held, the page loaded anew, another tab,
twenty seconds without a network, our web and worker restarted. It stays one leg.
Where there is no freeswitch, sipp or Chromium this is skipped and says so.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from telephony import facts
from tests.contract.driver import DOMAIN, wait_until
from tests.contract.product import Product
from tests.contract.test_product import LIMIT_MS, offered_after, product  # noqa: F401  (a fixture)
from tests.journeys.conftest import ARGUMENTS, CHROMIUM
from tests.journeys.looks import look
from tests.journeys.visitor import NARROW, WIDE, Visitor

pytestmark = [
    pytest.mark.freeswitch,
    pytest.mark.sipp,
    pytest.mark.browser,
    pytest.mark.timeout(300),
]
MICROPHONE = [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    # Browser and switch on one machine: its loopback is the only way between them.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--allow-loopback-in-peer-connection",
]
REMEMBER = """
const Native = RTCPeerConnection;
window.ways = [];
window.RTCPeerConnection = class extends Native { constructor(...given) { super(...given); window.ways.push(this); } };
"""
HEARD = """async () => {
  const found = {packets: 0, energy: 0, sent: 0};
  for (const row of (await window.ways.at(-1).getStats()).values()) {
    if (row.type === "inbound-rtp") Object.assign(found, {packets: row.packetsReceived, energy: row.totalAudioEnergy});
    if (row.type === "outbound-rtp") found.sent = row.packetsSent;
  }
  return found;
}"""
WITHOUT_NETWORK = 20


class Ann(Visitor):
    """An agent with a headset."""

    def see(self, state: str, page: Any = None) -> None:
        from playwright.sync_api import expect

        strip = (page or self.page).locator("#phone-strip")
        expect(strip).to_have_attribute("data-state", re.compile(state), timeout=LIMIT_MS * 2)

    def stage(self, name: str, page: Any = None) -> None:
        from playwright.sync_api import expect

        expect((page or self.page).locator("#hand")).to_have_attribute(
            "data-stage", name, timeout=LIMIT_MS * 2
        )

    def hears_and_is_heard(self) -> None:
        """Sound goes both ways, measured twice in the page; a way that was made this moment may need a second."""
        wait_until(self._is_sounding, 10, "no sound both ways")

    def _is_sounding(self) -> bool:
        before = self.page.evaluate(HEARD)
        self.page.wait_for_timeout(700)
        after = self.page.evaluate(HEARD)
        # Thirty-five of each would be all; a busy machine may deliver late.
        return (
            all(after[one] - before[one] > 15 for one in ("packets", "sent"))
            and after["energy"] > before["energy"]
        )


@pytest.fixture
def ann(product: Product) -> Iterator[Ann]:  # noqa: F811
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM:
        pytest.skip("no Chromium on PATH")
    with playwright.sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *MICROPHONE])
        visitor = Ann(product, browser, "acme")
        visitor.context.add_init_script(REMEMBER)
        yield visitor
        browser.close()


def test_a_talk_in_a_page_survives_all_of_a_day(product: Product, ann: Ann) -> None:  # noqa: F811
    line = product.line
    product.furnish_floor(2, wrap_up_seconds=0)
    product.start_web()
    product.start_worker()
    take_calls(ann)
    line.call(number="+8613812342211", name="Wang Fang")
    first = answer(product, ann, 0)
    ann.page.keyboard.press("Alt+T")
    ann.page.locator("#transfer-queues button:enabled").first.click()
    line.log.wait(facts.LegHungUp, 15, leg_id=first)
    leg = answer(product, ann, first_of=first)

    hold_and_resume(line, ann, leg)
    assert look(ann, "phone-talking") == []
    ann.page.keyboard.press("Alt+U")
    ann.see("muted")
    ann.page.reload()
    ann.see("muted")
    ann.page.keyboard.press("Alt+U")
    ann.see("talking")
    ann.stage("talking")
    ann.hears_and_is_heard()
    hold_and_resume(line, ann, leg)

    move_to_another_tab(ann)
    without_network(product, ann)
    restart_ours(product, ann)
    hold_and_resume(line, ann, leg)
    ann.hears_and_is_heard()

    assert line.log.all(facts.LegHungUp, leg_id=leg) == []


def take_calls(ann: Ann) -> None:
    from playwright.sync_api import expect

    ann.sign_in("agent1001")
    ann.go("/workspace/")
    start = ann.page.locator("#phone-start")
    ann.see("ask|registered|silent")
    if start.is_visible():
        start.click()
    ann.see("registered")
    ann.page.click("#status")
    ann.page.click("[data-order=set_ready]")
    expect(ann.page.locator("#status-word")).to_have_text(re.compile("● Ready"), timeout=LIMIT_MS)


def answer(product: Product, ann: Ann, moment: int = 0, *, first_of: Any = None) -> Any:  # noqa: F811
    """The leg that was answered in the page; not `first_of`, which was before it."""
    line = product.line
    ann.stage("ringing")
    ann.see("ringing")
    leg = next(offer for offer in offered_after(line, moment) if offer.leg_id != first_of).leg_id
    assert line.log.all(facts.LegAnswered, leg_id=leg) == []
    if first_of is None:  # as on a telephone, with the thumb
        ann.page.set_viewport_size({"width": NARROW, "height": 844})
        ann.page.click("#do-answer")
    else:
        ann.page.keyboard.press("Alt+A")
    line.log.wait(facts.LegsBridged, 15, offer_id=leg)
    ann.see("talking")
    ann.stage("talking")
    ann.hears_and_is_heard()
    ann.page.set_viewport_size({"width": WIDE, "height": 900})
    return leg


def hold_and_resume(line: Any, ann: Ann, leg: Any) -> None:
    """The page itself is asked to be still: its answer comes back as a fact."""
    held, resumed = (len(line.log.all(kind, leg_id=leg)) for kind in (facts.LegHeld, facts.LegUnheld))
    ann.page.keyboard.press("Alt+H")
    wait_until(lambda: len(line.log.all(facts.LegHeld, leg_id=leg)) > held, 15, "not held")
    ann.stage("hold")
    ann.page.keyboard.press("Alt+H")
    wait_until(lambda: len(line.log.all(facts.LegUnheld, leg_id=leg)) > resumed, 15, "not resumed")
    ann.stage("talking")
    ann.hears_and_is_heard()


def move_to_another_tab(ann: Ann) -> None:
    second = ann.context.new_page()
    second.goto(ann.page.url)
    ann.see("talking", second)
    assert "another tab" in second.locator("#phone-why").inner_text()
    ann.page.close()
    ann.page = second
    connected = "window.ways.at(-1)?.connectionState === 'connected'"
    wait_until(lambda: second.evaluate(connected), 15, "the other tab did not take over")
    ann.see("talking")
    assert "another tab" not in second.locator("#phone-why").inner_text()
    ann.hears_and_is_heard()


def without_network(product: Product, ann: Ann) -> None:  # noqa: F811
    """Everything that leaves or reaches the browser stands still, as when a laptop is carried to another room."""
    service = network_service(os.getpid())
    os.kill(service, signal.SIGSTOP)
    try:
        time.sleep(WITHOUT_NETWORK)
    finally:
        os.kill(service, signal.SIGCONT)
    ann.see("talking")
    ann.hears_and_is_heard()


def network_service(ancestor: int) -> int:
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


def restart_ours(product: Product, ann: Ann) -> None:  # noqa: F811
    from playwright.sync_api import expect

    product.kill("web")
    product.kill("worker")
    ann.page.wait_for_timeout(500)
    ann.hears_and_is_heard()
    product.start_web()
    product.start_worker()
    expect(ann.page.locator("#live")).to_have_attribute("data-state", "live", timeout=LIMIT_MS * 2)
    ann.stage("talking")
    [(username,)] = product.rows("select sip_username from acme.telephony_device where kind = 'web'")
    registered = f"sofia_contact internal/{username}@{DOMAIN}"
    wait_until(lambda: "fs_path" in product.line.api(registered), 20, "the page did not come back")
