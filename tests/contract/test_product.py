"""The whole product on a real switch: from the ring to the ledger, and through the death of the worker.

Only where there are a freeswitch and a sipp; elsewhere the two tests are skipped and say so.
"""

from __future__ import annotations

import re
import shutil
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
LIMIT_MS = 20_000
"""What a page may take on a machine with other things to do."""


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
    product.wait_for_phones(agent["username"])
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
    product.wait_for_phones(agent["username"])
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
    expect(ann.page.locator("#live")).to_have_attribute("data-state", "live", timeout=LIMIT_MS)
    ann.page.click("#status")
    ann.page.click("[data-order=set_ready]")
    expect(ann.page.locator("#status-word")).to_have_text(re.compile("● Ready"), timeout=LIMIT_MS)
    line.call(number="+8613812342211", name="Wang Fang")
    expect(hand).to_have_attribute("data-stage", "ringing", timeout=LIMIT_MS)
    expect(ann.page.locator("#call-name")).to_have_text("Wang Fang", timeout=LIMIT_MS)
    expect(ann.page.locator("#pop form").first).to_be_visible(timeout=LIMIT_MS)
    shown_at = datetime.now(UTC)
    offer = line.log.wait(facts.LegRinging, tenant="acme", offer_id=offered_after(line, 0)[0].offer_id)
    assert line.log.all(facts.LegAnswered, leg_id=offer.leg_id) == []
    ann.page.keyboard.press("Alt+A")
    answered = line.log.wait(facts.LegAnswered, 15, leg_id=offer.leg_id)
    assert shown_at < answered.answered_at
    line.log.wait(facts.LegsBridged, 15, offer_id=offer.leg_id)
    expect(hand).to_have_attribute("data-stage", "talking", timeout=LIMIT_MS)
    ann.page.keyboard.press("Alt+H")
    line.log.wait(facts.LegHeld, 15, leg_id=offer.leg_id)
    expect(hand).to_have_attribute("data-stage", "hold", timeout=LIMIT_MS)
    ann.page.keyboard.press("Alt+H")
    line.log.wait(facts.LegUnheld, 15, leg_id=offer.leg_id)
    expect(hand).to_have_attribute("data-stage", "talking", timeout=LIMIT_MS)
    ann.page.keyboard.press("Alt+E")
    line.log.wait(facts.LegHungUp, 15, leg_id=offer.leg_id)
    expect(hand).to_have_attribute("data-stage", "wrap_up", timeout=LIMIT_MS)
    assert ann.failures == []


def test_a_promised_callback_is_kept_and_a_message_becomes_work(product: Product) -> None:
    """By keys alone: the customer is called back by whoever becomes ready; the message waits for an owner."""
    line = product.line
    product.more["FREESWITCH_GATEWAY"] = line.settings.gateway
    floor = product.furnish_floor(1, wrap_up_seconds=0)
    [agent] = floor["agents"]
    product.rows(
        "insert into acme.telephony_waitingterms (queue_id, announce_every_seconds, says_position, says_wait,"
        " offers_callback, callback_key, offers_voicemail, voicemail_key, when_too_long, retry_minutes, max_attempts)"
        " values (%s, 40, true, true, true, '1', true, '2', 'message', 10, 3) returning 1",
        floor["queue"],
    )
    product.start_web()
    product.start_worker()
    customer = presses(line, "+8613812342211", "1")
    line.log.wait(facts.LegHungUp, 20, leg_id=customer.leg_id)
    messenger = presses(line, "+8613812342212", "2")
    wait_until(lambda: "record" in line.api(f"uuid_getvar {messenger.leg_id} current_application"), 20)
    line.switch.hang_up(messenger.leg_id)

    line.carrier(answer_after=0.3)
    line.phone(agent["username"], DOMAIN, PASSWORD, answer_after=0.5)
    product.wait_for_phones(agent["username"])
    product.make_ready([agent["id"]])
    joined = line.log.wait(facts.LegsBridged, 30)
    [rung] = offered_after(line, 0)
    dialled = line.log.wait(facts.LegCreated, leg_id=rung.call_id)
    assert dialled.dialled.endswith("13812342211")
    assert {joined.leg_id, joined.other_leg_id} == {rung.leg_id, dialled.leg_id}
    line.switch.hang_up(dialled.leg_id)
    states = "select state, count(*) from acme.telephony_callback group by state"
    wait_until(lambda: product.rows(states) == [("done", 1)], 20, "the promise was not kept")
    work = "select kind, state, call_id from acme.telephony_followup"
    told = wait_until(lambda: product.rows(work), 20, "the message is nobody's work")
    assert told == [("voicemail", "open", messenger.leg_id)]


def presses(line: SwitchUnderTest, number: str, key: str) -> facts.LegQueued:
    """A caller who hears what can be done, and does it."""
    caller = line.queued_caller(number=number)
    asked = f"uuid_getvar {caller.leg_id} current_application"
    wait_until(lambda: line.api(asked).strip() == "play_and_get_digits", 20, "no key was offered")
    line.api(f"uuid_recv_dtmf {caller.leg_id} {key}")
    left = line.log.wait(facts.WaitFellBack, 20, leg_id=caller.leg_id)
    assert left.reason == {"1": "callback", "2": "key"}[key]
    return caller


def settle_again(product: Product, leg_id: UUID) -> None:
    """The same record lands in the spool once more, as after a crash between commit and move."""
    spool = product.line.settings.spool_dir
    kept = next(path for path in spool.parent.rglob(f"*{leg_id}.cdr.json*") if path.is_file())
    again = spool / f"a_{leg_id}.cdr.json"
    shutil.copy(kept, again)
    wait_until(lambda: not again.exists(), 15, "the record that came twice was not taken away")


def test_a_killed_worker_drops_nobody_and_takes_up_the_line_in_order(product: Product) -> None:
    """With the patience callers have in earnest (15 s) and a warm spare beside the worker."""
    line = product.line
    agents = product.furnish(BRIDGED + WAITING)
    product.start_web()
    product.start_worker()
    product.start_spare()
    names = [agent["username"] for agent in agents]
    line.shared_phone(names, DOMAIN, PASSWORD, answer_after=0.3)
    product.wait_for_phones(*names)
    product.make_ready([agent["id"] for agent in agents[:BRIDGED]])
    queued = fill_the_line(line)
    in_line = waiting_of(line, queued)
    assert len(in_line) == WAITING

    product.kill_worker()
    killed_at = datetime.now(UTC)
    product.wait_for_routing(product.processes["spare"].pid)
    moment = len(line.log.heard)
    product.make_ready([agent["id"] for agent in agents[BRIDGED:]])
    offered = wait_until(
        lambda: len(found := offered_after(line, moment)) == WAITING and found,
        20,
        "the line was not taken up",
    )
    assert {offer.call_id for offer in offered} == {caller.leg_id for caller in in_line}
    assert_offered_in_order(product, queued)
    assert_quickly_taken_over(product, killed_at, [agent["id"] for agent in agents[BRIDGED:]])
    wait_until(lambda: len(line.log.all(facts.LegsBridged)) == BRIDGED + WAITING, 20, "not all were joined")
    assert line.log.all(facts.LegHungUp) == []
    assert line.log.all(facts.WaitFellBack) == []
    end_all_and_count(product, queued)


def fill_the_line(line: SwitchUnderTest) -> list[facts.LegQueued]:
    """Callers until all ready agents talk and the rest wait; in the order they came."""
    line.callers(BRIDGED + WAITING, prefix="1380000", each_second=4)
    wait_until(lambda: len(line.log.all(facts.LegsBridged)) == BRIDGED, 40, "not all agents were joined")
    wait_until(lambda: len(line.log.all(facts.LegQueued)) == BRIDGED + WAITING, 20, "not all callers wait")
    return sorted(line.log.all(facts.LegQueued), key=lambda fact: fact.queued_at)


def waiting_of(line: SwitchUnderTest, queued: list[facts.LegQueued]) -> list[facts.LegQueued]:
    joined = line.log.all(facts.LegsBridged)
    talking = {fact.leg_id for fact in joined} | {fact.other_leg_id for fact in joined}
    return [caller for caller in queued if caller.leg_id not in talking]


def assert_offered_in_order(product: Product, queued: list[facts.LegQueued]) -> None:
    """Two who came within one tick of the switch's clock share a moment; between them there is no order."""
    since = {caller.leg_id: caller.queued_at for caller in queued}
    newest = "select call_id from acme.telephony_offer where epoch = 2 order by offered_at"
    order = [since[call_id] for (call_id,) in product.rows(newest)]
    assert order == sorted(order)


def assert_quickly_taken_over(product: Product, killed_at: datetime, agent_ids: list[int]) -> None:
    """The line is offered within five seconds of the moment there was both a worker and somebody free."""
    offers = "select min(offered_at), max(offered_at) from acme.telephony_offer where epoch = 2"
    [(first_at, last_at)] = product.rows(offers)
    ready = (
        "select max(since) from (select min(at) as since from acme.telephony_agentstatechange"
        " where agent_id = any(%s) and routing_status = 'ready' group by agent_id) as ready"
    )
    [(ready_at,)] = product.rows(ready, agent_ids)
    assert killed_at < first_at
    assert (last_at - ready_at).total_seconds() < 5
    took = (last_at - killed_at).total_seconds()
    print(f"{WAITING} waiting callers were offered in order {took:.1f} s after the kill")


def end_all_and_count(product: Product, queued: list[facts.LegQueued]) -> None:
    """Every call has one record of each leg, one charge, and was answered."""
    everyone = BRIDGED + WAITING
    for caller in queued:
        product.line.switch.hang_up(caller.leg_id)
    settled = "select count(*) from acme.telephony_leg where settled_at is not null"
    wait_until(lambda: product.rows(settled) == [(2 * everyone,)], 30, "not every leg was settled")
    calls = "select count(*), count(distinct id) from acme.telephony_call where exit = 'answered'"
    assert product.rows(calls) == [(everyone, everyone)]
    charges = product.rows("select count(*), count(distinct leg_id) from public.billing_charge")
    assert charges == [(everyone, everyone)]
