"""The phone in an agent's page, on a real switch: Chromium with a microphone, a caller with a voice, and every trouble.

One call through all of it: answered, sent back to the line and answered again, held, the page loaded anew, another tab,
our web and worker killed, twenty seconds without a network, a colleague asked and taken in. It stays one leg with one
recording. Where there is no freeswitch, sipp or Chromium this is skipped and says so.
"""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from telephony import facts
from tests.contract.driver import DOMAIN, seconds_of, wait_until
from tests.contract.furnish import PASSWORD
from tests.contract.headset import Ann, ann, no_network  # noqa: F401  (a fixture)
from tests.contract.product import Product
from tests.contract.test_product import LIMIT_MS, offered_after, product  # noqa: F401  (a fixture)
from tests.contract.tones import TONES, heard, voices
from tests.journeys.looks import look
from tests.journeys.visitor import NARROW, WIDE

pytestmark = [
    pytest.mark.freeswitch,
    pytest.mark.sipp,
    pytest.mark.browser,
    pytest.mark.timeout(300),
]
BUSY = 1.5
WITHOUT_NETWORK = 20
BLINKS = 5
SETTLED_MS = 3000
"""By then whatever was put off has been done."""
ORDER = """(order) => {
  const button = document.getElementById("do-hold");
  button.dataset.callOrder = order;
  button.click();
}"""


def test_a_talk_in_a_page_survives_all_of_a_day(product: Product, ann: Ann) -> None:  # noqa: F811
    line = product.line
    me, ben = product.furnish_floor(2, wrap_up_seconds=0)["agents"]
    product.start_both()
    ann.take_calls()
    line.phone(ben["username"], DOMAIN, PASSWORD, answer_after=0.3, hertz=TONES["colleague"])
    line.call(number="+8613812342211", name="Wang Fang", hertz=TONES["caller"])
    first = answer(product, ann)
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

    move_to_another_tab(ann)
    without_us_and_without_network(product, ann)
    hold_and_resume(line, ann, leg)

    product.make_ready([ben["id"]])
    asked = take_in_the_colleague(line, ann, leg, ben["id"])
    assert [fact.leg_id for fact in line.log.all(facts.LegHungUp, tenant="acme")] == [first]
    ann.page.keyboard.press("Alt+E")
    ann.see("registered|silent")
    line.log.wait(facts.LegHungUp, 15, leg_id=leg)
    assert ann.failures == []
    judge(product, me["id"], leg, asked)


def test_a_caller_taken_back_in_the_moment_of_holding_is_heard(product: Product, ann: Ann) -> None:  # noqa: F811
    """Switch and page are still agreeing on the silence then: asked again too soon, the page would be deaf for good."""
    line = product.line
    product.furnish_floor(1, wrap_up_seconds=0)
    product.start_both()
    ann.take_calls()
    line.call(number="+8613812342211", name="Wang Fang", hertz=TONES["caller"])
    leg = answer(product, ann)
    for _time in range(BLINKS):
        hold_and_resume(line, ann, leg)
    ann.hears("caller")
    # Without looking at all: the last order counts, and the button says so.
    for order in ("hold", "unhold", "hold", "unhold", "hold"):
        ann.page.evaluate(ORDER, order)
    ann.stage("hold")
    ann.page.wait_for_timeout(SETTLED_MS)
    ann.stage("hold")
    assert ann.page.locator("#do-hold").get_attribute("data-call-order") == "unhold"
    ann.page.keyboard.press("Alt+H")
    ann.stage("talking")
    ann.hears_and_is_heard()
    ann.hears("caller")
    assert ann.failures == []


def answer(product: Product, ann: Ann, *, first_of: Any = None) -> Any:  # noqa: F811
    """The leg that was answered in the page; not `first_of`, which was before it."""
    line = product.line
    ann.stage("ringing")
    ann.see("ringing")
    leg = next(offer for offer in offered_after(line, 0) if offer.leg_id != first_of).leg_id
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


def hold_and_resume(line: Any, ann: Ann, leg: Any) -> None:  # noqa: F811
    """The page itself is asked to be still: its answer comes back as a fact."""
    held, resumed = (len(line.log.all(kind, leg_id=leg)) for kind in (facts.LegHeld, facts.LegUnheld))
    ann.page.keyboard.press("Alt+H")
    wait_until(lambda: len(line.log.all(facts.LegHeld, leg_id=leg)) > held, 15, "not held")
    ann.stage("hold")
    ann.page.keyboard.press("Alt+H")
    wait_until(lambda: len(line.log.all(facts.LegUnheld, leg_id=leg)) > resumed, 15, "not resumed")
    ann.stage("talking")
    ann.hears_and_is_heard()


def move_to_another_tab(ann: Ann) -> None:  # noqa: F811
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


def without_us_and_without_network(product: Product, ann: Ann) -> None:  # noqa: F811
    """First our web and worker die, and sound goes on; while they come back the network goes, too."""
    product.kill("web")
    product.kill("worker")
    ann.page.wait_for_timeout(500)
    ann.hears_and_is_heard()
    with no_network():
        product.launch_both()
        time.sleep(WITHOUT_NETWORK)
    ann.see("talking")
    ann.hears_and_is_heard()
    product.wait_for_web()
    product.wait_for_routing(product.processes["worker"].pid)
    expect(ann.page.locator("#live")).to_have_attribute("data-state", "live", timeout=LIMIT_MS * 2)
    ann.stage("talking")
    [(username,)] = product.rows("select sip_username from acme.telephony_device where kind = 'web'")
    registered = f"sofia_contact internal/{username}@{DOMAIN}"
    wait_until(lambda: "fs_path" in product.line.api(registered), 20, "the page did not come back")


def take_in_the_colleague(line: Any, ann: Ann, leg: Any, agent_id: int) -> Any:  # noqa: F811
    """The leg of the colleague: asked while the caller hears music, then all three hear each other."""
    [caller, *_] = [fact.leg_id for fact in line.log.all(facts.LegCreated, offer_id=None)]
    ann.page.keyboard.press("Alt+T")
    ann.page.keyboard.type("Agent 1002")
    ann.page.locator("#transfer-colleagues [data-asks]:enabled").click()
    ann.stage("consulting")
    expect(ann.page.locator("#do-join-all")).to_be_enabled(timeout=LIMIT_MS)
    ann.hears("colleague")
    asked = line.log.wait(facts.LegCreated, agent_id=agent_id).leg_id
    ann.page.keyboard.press("Alt+J")
    expect(ann.page.locator("#asking-words")).to_contain_text("All hear each other", timeout=LIMIT_MS)
    ann.stage("talking")
    ann.hears("caller", "colleague")
    everybody = {
        "agent": {"caller", "colleague"},
        "colleague": {"agent", "caller"},
        "caller": {"agent", "colleague"},
    }
    # A browser that speaks stutters on a busy machine: once is enough.
    wait_until(
        lambda: heard(line, agent=leg, colleague=asked, caller=caller) == everybody, 40, "not all hear all"
    )
    return asked


def judge(product: Product, agent_id: int, leg: Any, asked: Any) -> None:  # noqa: F811
    """One call, and of the page's leg after the transfer one recording, as long as the talk, with every voice."""
    line = product.line
    assert product.rows("select count(*) from acme.telephony_call") == [(1,)]
    legs = "select count(*) from acme.telephony_offer where agent_id = %s"
    assert product.rows(legs, agent_id) == [(2,)]
    line.switch.hang_up(asked)
    proved = "select path, seconds from acme.telephony_recording where leg = %s and sha256 <> ''"
    wait_until(lambda: product.rows(proved, leg), 20, "the recording was not proved")
    # What was recorded to know who hears whom is none of the product's.
    ours = "select path, seconds from acme.telephony_recording where leg = %s and path like 'acme/%%'"
    [(path, seconds)] = product.rows(ours, leg)
    file = Path(line.settings.recordings_dir) / path
    assert file.read_bytes()[24:28] == (8000).to_bytes(4, "little")
    assert abs(float(seconds) - seconds_of(file)) < 0.5
    # While legs change places a busy switch writes behind the clock.
    assert abs(seconds_of(file) - talked(line, leg)) < 1 + BUSY
    assert voices(file) == [{"agent"}, {"caller", "colleague"}]


def talked(line: Any, leg: Any) -> float:
    """Seconds from the first word to the last; on hold nothing is recorded."""
    [ended] = line.log.all(facts.LegHungUp, leg_id=leg)
    holds = zip(
        line.log.all(facts.LegHeld, leg_id=leg), line.log.all(facts.LegUnheld, leg_id=leg), strict=True
    )
    held = sum((after.at - before.at for before, after in holds), timedelta())
    return (ended.ended_at - line.log.all(facts.LegsBridged, offer_id=leg)[0].at - held).total_seconds()
