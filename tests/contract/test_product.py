"""The whole product on a real switch: from the ring to the ledger, and through the death of the worker.

Only where there are a freeswitch and a sipp; elsewhere the two tests are skipped and say so.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from telephony import facts
from tests.contract.driver import DOMAIN, SwitchUnderTest, free_port, loudness, seconds_of, wait_until
from tests.contract.furnish import PASSWORD
from tests.contract.product import Product, running_product
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.freeswitch, pytest.mark.sipp, pytest.mark.timeout(240)]

BRIDGED = WAITING = 10


@pytest.fixture
def product(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Iterator[Product]:
    for program in ("freeswitch", "sipp"):
        if not shutil.which(program):
            pytest.skip(f"no {program} on PATH")
    from tests.contract.real import FreeSwitchUnderTest

    web_port = free_port()
    line = FreeSwitchUnderTest(tmp_path_factory.mktemp("product"), web_url=f"http://127.0.0.1:{web_port}")
    line.start()
    try:
        line.begin_test()
        name = f"product_{web_port}"
        with running_product(line, web_port, name) as product:
            yield product
            line.end_test()
    finally:
        line.stop()


def offered_after(line: SwitchUnderTest, moment: int) -> list[facts.LegCreated]:
    found = [fact for fact in line.log.heard[moment:] if isinstance(fact, facts.LegCreated) and fact.offer_id]
    return sorted(found, key=lambda fact: fact.sequence)


def test_a_call_goes_from_the_ring_to_the_ledger(product: Product) -> None:
    line = product.line
    [agent] = product.furnish(1)
    product.start_web()
    product.start_worker()
    line.phone(agent["username"], DOMAIN, PASSWORD, answer_after=1.5, hang_up_after=4)
    product.make_ready([agent["id"]])
    line.call(number="+8613812342211", name="Wang Fang")
    offer = wait_until(lambda: offered_after(line, 0), 20, "the caller was not offered")[0]
    bridged = line.log.wait(facts.LegsBridged, 15)
    [(offered_at,)] = product.rows("select offered_at from acme.telephony_offer where id = %s", offer.leg_id)
    answered = line.log.wait(facts.LegAnswered, leg_id=offer.leg_id)
    assert offered_at < answered.answered_at
    ended = line.log.wait(facts.LegHungUp, 15, leg_id=offer.leg_id)
    line.log.wait(facts.LegHungUp, 15, leg_id=offer.call_id)

    settled = "select count(*) from acme.telephony_leg where settled_at is not null"
    wait_until(lambda: product.rows(settled) == [(2,)], 20, "the two legs were not settled")
    [call] = product.rows("select id, exit, ended_at is not null, agent_id from acme.telephony_call")
    assert call == (offer.call_id, "answered", True, agent["id"])
    charges = "select leg_id, state, amount > 0 from public.billing_charge"
    assert product.rows(charges) == [(offer.call_id, "priced", True)]
    assert product.rows("select outcome from acme.telephony_offer") == [("bridged",)]

    proved = "select path, seconds from acme.telephony_recording where sha256 <> ''"
    [(path, seconds)] = wait_until(lambda: product.rows(proved), 20, "the recording was not proved")
    file = line.settings.recordings_dir / path
    talk = (ended.ended_at - bridged.at).total_seconds()
    assert abs(seconds_of(file) - talk) < 1
    assert abs(float(seconds) - seconds_of(file)) < 0.5
    assert min(loudness(file, 1, 3)) > 0.01

    settle_again(product, offer.call_id)
    assert product.rows(charges) == [(offer.call_id, "priced", True)]
    assert product.rows(settled) == [(2,)]


@pytest.mark.browser
def test_the_card_is_on_the_page_before_the_phone_is_picked_up(product: Product) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    from tests.journeys.conftest import ARGUMENTS, CHROMIUM

    if not CHROMIUM:
        pytest.skip("no Chromium on PATH")
    line = product.line
    [agent] = product.furnish(1)
    product.start_web()
    product.start_worker()
    line.phone(agent["username"], DOMAIN, PASSWORD, answer_after=None)
    with playwright.sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        work_a_call(Visitor(product, browser, "acme"), line)
        browser.close()
    line.log.wait(facts.LegHungUp, 15, tenant="acme", offer_id=None)
    charges = "select count(*) from public.billing_charge"
    wait_until(lambda: product.rows(charges) == [(1,)], 20, "the call was not charged")


def work_a_call(ann: Visitor, line: SwitchUnderTest) -> None:
    """Sign in, become ready, answer in the page (the phone picks up when told to), hold, hang up, wrap up."""
    from playwright.sync_api import expect

    hand = ann.page.locator("#hand")
    ann.sign_in("agent1001")
    ann.go("/workspace/")
    expect(ann.page.locator("#live")).to_have_attribute("data-state", "live")
    ann.page.click("#status")
    ann.page.click("[data-order=set_ready]")
    expect(ann.page.locator("#status-word")).to_have_text(re.compile("● Ready"))
    line.call(number="+8613812342211", name="Wang Fang")
    expect(hand).to_have_attribute("data-stage", "ringing", timeout=20_000)
    expect(ann.page.locator("#call-name")).to_have_text("Wang Fang")
    expect(ann.page.locator("#pop form").first).to_be_visible()
    shown_at = datetime.now(UTC)
    offer = line.log.wait(facts.LegRinging, tenant="acme", offer_id=offered_after(line, 0)[0].offer_id)
    assert line.log.all(facts.LegAnswered, leg_id=offer.leg_id) == []
    ann.page.keyboard.press("Alt+A")
    answered = line.log.wait(facts.LegAnswered, 15, leg_id=offer.leg_id)
    assert shown_at < answered.answered_at
    line.log.wait(facts.LegsBridged, 15, offer_id=offer.leg_id)
    expect(hand).to_have_attribute("data-stage", "talking", timeout=20_000)
    ann.page.keyboard.press("Alt+H")
    line.log.wait(facts.LegHeld, 15, leg_id=offer.leg_id)
    expect(hand).to_have_attribute("data-stage", "hold", timeout=20_000)
    ann.page.keyboard.press("Alt+H")
    line.log.wait(facts.LegUnheld, 15, leg_id=offer.leg_id)
    expect(hand).to_have_attribute("data-stage", "talking", timeout=20_000)
    ann.page.keyboard.press("Alt+E")
    line.log.wait(facts.LegHungUp, 15, leg_id=offer.leg_id)
    expect(hand).to_have_attribute("data-stage", "wrap_up", timeout=20_000)
    assert ann.failures == []


def settle_again(product: Product, leg_id: UUID) -> None:
    """The same record lands in the spool once more, as after a crash between commit and move."""
    spool = product.line.settings.spool_dir
    kept = next(path for path in spool.parent.rglob(f"*{leg_id}.cdr.json*") if path.is_file())
    again = spool / f"a_{leg_id}.cdr.json"
    shutil.copy(kept, again)
    wait_until(lambda: not again.exists(), 15, "the record that came twice was not taken away")


def test_a_killed_worker_drops_nobody_and_takes_up_the_line_in_order(product: Product) -> None:
    line = product.line
    agents = product.furnish(BRIDGED + WAITING)
    product.start_web()
    product.start_worker()
    names = [agent["username"] for agent in agents]
    line.shared_phone(names, DOMAIN, PASSWORD, answer_after=0.3)
    product.make_ready([agent["id"] for agent in agents[:BRIDGED]])

    line.callers(BRIDGED + WAITING, prefix="1380000", each_second=4)
    wait_until(lambda: len(line.log.all(facts.LegsBridged)) == BRIDGED, 40, "not all agents were joined")
    wait_until(lambda: len(line.log.all(facts.LegQueued)) == BRIDGED + WAITING, 20, "not all callers wait")
    time.sleep(1)
    talking = {fact.leg_id for fact in line.log.all(facts.LegsBridged)}
    talking |= {fact.other_leg_id for fact in line.log.all(facts.LegsBridged)}
    queued = sorted(line.log.all(facts.LegQueued), key=lambda fact: fact.queued_at)
    in_line = [fact.leg_id for fact in queued if fact.leg_id not in talking]
    assert len(in_line) == WAITING

    product.kill_worker()
    time.sleep(3)
    assert line.log.all(facts.LegHungUp) == []
    moment = len(line.log.heard)
    product.start_worker()
    product.make_ready([agent["id"] for agent in agents[BRIDGED:]])
    returned = time.monotonic()
    offered = wait_until(
        lambda: len(found := offered_after(line, moment)) == WAITING and found,
        20,
        "the line was not taken up",
    )
    took = time.monotonic() - returned
    assert {offer.call_id for offer in offered} == set(in_line)
    # Two who came within one tick of the switch's clock share a moment; between them there is no order.
    since = {caller.leg_id: caller.queued_at for caller in queued}
    newest = "select call_id from acme.telephony_offer where epoch = 2 order by offered_at"
    order = [since[call_id] for (call_id,) in product.rows(newest)]
    assert order == sorted(order)
    assert took < 5
    print(f"{WAITING} waiting callers were offered in order within {took:.1f} s of the worker's return")
    wait_until(lambda: len(line.log.all(facts.LegsBridged)) == BRIDGED + WAITING, 20, "not all were joined")
    assert line.log.all(facts.LegHungUp) == []
    assert line.log.all(facts.WaitFellBack) == []

    for caller in queued:
        line.switch.hang_up(caller.leg_id)
    settled = "select count(*) from acme.telephony_leg where settled_at is not null"
    wait_until(lambda: product.rows(settled) == [(2 * (BRIDGED + WAITING),)], 30, "not every leg was settled")
    calls = product.rows(
        "select count(*), count(distinct id) from acme.telephony_call where exit = 'answered'"
    )
    assert calls == [(BRIDGED + WAITING, BRIDGED + WAITING)]
    charges = product.rows("select count(*), count(distinct leg_id) from public.billing_charge")
    assert charges == [(BRIDGED + WAITING, BRIDGED + WAITING)]
