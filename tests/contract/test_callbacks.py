"""What a waiting caller hears and presses, and the way back: an agent, then the customer, joined by the switch."""

from __future__ import annotations

import time
from uuid import UUID, uuid4

from telephony import facts
from telephony.freeswitch import waiting_document as answers
from telephony.freeswitch.configuration import OUR_FILES
from telephony.freeswitch.waiting_document import Notice
from telephony.speech import phrases
from tests.contract.driver import DOMAIN, HOT_LINE, SwitchUnderTest, event_socket, seconds_of, wait_until
from tests.contract.test_emergency import records_of
from tests.contract.tones import TONES, heard
from tests.contract.web import Route

NEVER = 99_999_999_999
LONG = ("recording-notice", "thank-you", "recording-notice")
"""Sounds of ours that together last long enough to be fetched out of."""
CUSTOMER = "+8613800007777"
OURS = "+862155500001"


def offered(line: SwitchUnderTest, **keys: str) -> None:
    """The next question is answered with a long sentence and these keys; there is no second question."""
    line.web.waiting["announce"] = answers.announcement(Notice(next_at=NEVER, pieces=LONG, **keys))


def questions(line: SwitchUnderTest, what: str) -> list[dict[str, str]]:
    return [form for _section, form in line.web.asked if form.get("Hunt-Destination-Number") == what]


def application_of(line: SwitchUnderTest, leg_id: UUID) -> str:
    return line.api(f"uuid_getvar {leg_id} current_application").strip()


def place_of(line: SwitchUnderTest, leg_id: UUID) -> str:
    return line.api(f"uuid_getvar {leg_id} cc_place").strip()


def press(line: SwitchUnderTest, leg_id: UUID, digits: str) -> None:
    assert line.api(f"uuid_recv_dtmf {leg_id} {digits}").startswith("+OK")


def listening_caller(line: SwitchUnderTest, application: str = "playback") -> facts.LegQueued:
    """Somebody who waits and hears what they may do."""
    caller = line.queued_caller()
    wait_until(lambda: questions(line, "announce"), 10, "our web was not asked")
    wait_until(lambda: application_of(line, caller.leg_id) == application, 10)
    return caller


def joins(line: SwitchUnderTest, leg_id: UUID) -> bool:
    """An agent takes this caller now, and the two stay together."""
    offer = line.offer(leg_id)
    joined = line.log.wait(facts.LegsBridged, 10)
    time.sleep(0.5)
    both = {leg_id, offer.offer_id}
    return {joined.leg_id, joined.other_leg_id} == both and all(line.switch.exists(leg) for leg in both)


# ---- announcements


def test_our_web_is_asked_what_a_waiting_caller_should_hear(line: SwitchUnderTest) -> None:
    offered(line)
    caller = line.queued_caller()
    form = wait_until(lambda: questions(line, "announce"), 10)[0]
    assert form["Unique-ID"] == str(caller.leg_id)
    assert (form["variable_cc_tenant"], form["variable_cc_queue"]) == ("acme", "7")
    time.sleep(3)
    assert len(questions(line, "announce")) == 1
    assert place_of(line, caller.leg_id) == "waiting"
    assert line.switch.leg(caller.leg_id).is_waiting


def test_the_announcement_comes_again_when_it_is_time(line: SwitchUnderTest) -> None:
    line.web.waiting["announce"] = answers.announcement(
        Notice(next_at=int(time.time()), pieces=("thank-you",))
    )
    line.queued_caller()
    wait_until(lambda: len(questions(line, "announce")) >= 2, 15, "there was no second announcement")


def test_the_place_and_the_expected_wait_are_told_to_the_last_word(line: SwitchUnderTest) -> None:
    """The next question tells how long was spoken."""
    pieces = (*phrases.position(12, "en"), *phrases.expected_wait(1_230, "en"))
    notice = Notice(next_at=int(time.time()), pieces=pieces)
    line.web.waiting["announce"] = answers.announcement(notice)
    line.queued_caller()
    again = wait_until(lambda: questions(line, "announce")[1:], 30, "the announcement has no end")[0]
    whole = sum(seconds_of(OUR_FILES / "sounds" / "en" / f"{piece}.wav") for piece in pieces)
    assert abs(int(again["variable_playback_ms"]) / 1000 - whole) < 0.5


def test_a_caller_is_fetched_out_of_an_announcement(line: SwitchUnderTest) -> None:
    line.registered_phone()
    offered(line)
    assert joins(line, listening_caller(line).leg_id)


def test_a_caller_is_fetched_while_a_key_is_waited_for(line: SwitchUnderTest) -> None:
    line.registered_phone()
    offered(line, callback_key="1")
    assert joins(line, listening_caller(line, "play_and_get_digits").leg_id)


def test_an_agent_who_picks_up_while_our_web_is_asked_waits_for_the_answer(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.05)
    line.web.delay_seconds = 0.7
    caller = line.queued_caller()
    wait_until(lambda: place_of(line, caller.leg_id) == "asking", 10)
    time.sleep(0.3)
    assert line.switch.leg(caller.leg_id).is_waiting
    assert joins(line, caller.leg_id)


def test_a_caller_is_fetched_though_our_web_hangs(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.05)
    caller = line.queued_caller()
    line.web.delay_seconds = 5
    wait_until(lambda: place_of(line, caller.leg_id) == "asking", 10)
    assert joins(line, caller.leg_id)


def test_without_an_answer_of_our_web_there_is_music(line: SwitchUnderTest) -> None:
    caller = line.queued_caller()
    line.web.is_broken = True
    wait_until(lambda: int(line.api(f"uuid_getvar {caller.leg_id} cc_announce_at") or 0) > time.time() + 30)
    wait_until(lambda: place_of(line, caller.leg_id) == "waiting")
    assert line.log.all(facts.WaitFellBack) == []


def test_a_key_for_a_message_leads_to_voicemail(line: SwitchUnderTest) -> None:
    offered(line, callback_key="1", voicemail_key="2")
    caller = listening_caller(line, "play_and_get_digits")
    press(line, caller.leg_id, "2")
    left = line.log.wait(facts.WaitFellBack, 10)
    assert (left.leg_id, left.reason) == (caller.leg_id, "key")
    assert questions(line, "promise") == []


def test_a_key_that_was_not_offered_changes_nothing(line: SwitchUnderTest) -> None:
    offered(line, callback_key="1")
    caller = listening_caller(line, "play_and_get_digits")
    press(line, caller.leg_id, "7")
    time.sleep(2)
    assert place_of(line, caller.leg_id) == "waiting"
    assert questions(line, "promise") == []


# ---- the promise


def test_a_caller_who_wants_a_callback_is_promised_one_and_leaves_the_line(line: SwitchUnderTest) -> None:
    offered(line, callback_key="1")
    line.web.waiting["promise"] = answers.promised(("thank-you",), "en")
    caller = listening_caller(line, "play_and_get_digits")
    press(line, caller.leg_id, "1")
    left = line.log.wait(facts.WaitFellBack, 10)
    assert (left.leg_id, left.reason) == (caller.leg_id, "callback")
    ended = line.log.wait(facts.LegHungUp, 15, leg_id=caller.leg_id)
    assert (ended.cause, ended.by) == ("NORMAL_CLEARING", facts.HungUpBy.SWITCH)
    assert len(questions(line, "promise")) == 1


def test_nobody_is_promised_what_is_not_written_down(line: SwitchUnderTest) -> None:
    offered(line, callback_key="1")
    caller = listening_caller(line, "play_and_get_digits")
    line.web.is_broken = True
    press(line, caller.leg_id, "1")
    wait_until(lambda: questions(line, "promise") or line.web.is_broken)
    time.sleep(2)
    wait_until(lambda: place_of(line, caller.leg_id) == "waiting")
    assert line.log.all(facts.WaitFellBack) == []
    assert line.switch.exists(caller.leg_id)


def test_who_calls_in_again_may_cancel_by_key_and_waits_on(line: SwitchUnderTest) -> None:
    offered(line, cancel_key="2")
    line.web.waiting["unpromise"] = answers.told(("callback-cancelled",), "en")
    caller = listening_caller(line, "play_and_get_digits")
    press(line, caller.leg_id, "2")
    [asked] = wait_until(lambda: questions(line, "unpromise"), 10)
    assert asked["Unique-ID"] == str(caller.leg_id)
    wait_until(lambda: place_of(line, caller.leg_id) == "waiting")
    assert questions(line, "promise") == line.log.all(facts.WaitFellBack) == []


def test_an_agent_who_picks_up_a_moment_too_late_takes_nobody(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.05)
    offered(line, callback_key="1")
    line.web.waiting["promise"] = answers.promised(LONG, "en")
    caller = listening_caller(line, "play_and_get_digits")
    press(line, caller.leg_id, "1")
    line.log.wait(facts.WaitFellBack, 10)
    offer = line.offer(caller.leg_id)
    line.log.wait(facts.LegHungUp, 10, leg_id=offer.offer_id)
    assert line.log.all(facts.LegsBridged) == []
    assert line.switch.exists(caller.leg_id)


def test_at_the_longest_wait_a_callback_is_promised_exactly_once(line: SwitchUnderTest) -> None:
    line.web.routes[HOT_LINE] = Route(tenant="acme", number=HOT_LINE, queue_id=7, max_wait_seconds=1)
    line.web.waiting["timed-out"] = answers.promised(("thank-you",), "en")
    caller = line.queued_caller()
    left = line.log.wait(facts.WaitFellBack, 15)
    assert (left.leg_id, left.reason) == (caller.leg_id, "callback")
    line.log.wait(facts.LegHungUp, 15, leg_id=caller.leg_id)
    assert len(line.log.all(facts.WaitFellBack)) == 1
    assert len(questions(line, "timed-out")) == 1


def test_at_the_longest_wait_a_message_is_taken_while_our_web_is_away(line: SwitchUnderTest) -> None:
    line.web.routes[HOT_LINE] = Route(tenant="acme", number=HOT_LINE, queue_id=7, max_wait_seconds=1)
    caller = line.queued_caller()
    line.web.is_broken = True
    left = line.log.wait(facts.WaitFellBack, 15)
    assert (left.leg_id, left.reason) == (caller.leg_id, "max_wait")
    assert len(line.log.all(facts.WaitFellBack)) == 1


# ---- calling back


def call_back(line: SwitchUnderTest, **changes: object) -> facts.LegCreated:
    """The agent's leg, of a command whose socket is closed before the phone rings."""
    call_id = uuid4()
    command = line.offer(call_id, call_id=call_id, dials=CUSTOMER, shown_number=OURS, **changes)
    return line.log.wait(facts.LegCreated, 10, leg_id=command.offer_id)


def test_the_switch_dials_the_customer_once_the_agent_has_picked_up(line: SwitchUnderTest) -> None:
    """A number an agent dials, and a callback, are one command: the two hear each other, and nobody else."""
    line.registered_phone(hertz=TONES["agent"])
    line.carrier(answer_after=0.3, hertz=TONES["outside"])
    agent = call_back(line)
    customer = line.log.wait(facts.LegCreated, 10, leg_id=agent.call_id)
    picked_up = line.log.wait(facts.LegAnswered, leg_id=agent.leg_id)
    assert customer.at >= picked_up.answered_at
    assert (customer.tenant, customer.call_id, customer.offer_id) == ("acme", agent.call_id, None)
    assert customer.dialled == CUSTOMER.removeprefix("+")
    joined = line.log.wait(facts.LegsBridged, 10)
    assert {joined.leg_id, joined.other_leg_id} == {agent.leg_id, customer.leg_id}
    hear = heard(line, agent=agent.leg_id, customer=customer.leg_id)
    assert hear == {"agent": {"outside"}, "customer": {"agent"}}
    line.switch.hang_up(customer.leg_id)
    line.log.wait(facts.LegHungUp, 10, leg_id=agent.leg_id)
    found = records_of(line, agent.leg_id, customer.leg_id)
    theirs = found[customer.leg_id]
    assert (theirs.direction, theirs.call_id, theirs.caller_number) == (
        facts.Direction.OUTBOUND,
        agent.call_id,
        OURS,
    )
    assert theirs.answered_at
    assert theirs.billable_seconds >= 0


def test_the_two_are_joined_though_nobody_of_us_is_there_any_more(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=1)
    line.carrier(answer_after=0.3)
    ours = line.connect()
    assert ours.wait_connected(10)
    call_id = uuid4()
    watching, line.switch = line.switch, ours
    try:
        command = line.offer(call_id, call_id=call_id, dials=CUSTOMER, shown_number=OURS)
    finally:
        line.switch = watching
    ours.close()
    line.stop_beating()
    joined = line.log.wait(facts.LegsBridged, 15)
    assert {joined.leg_id, joined.other_leg_id} == {command.offer_id, call_id}


def test_an_agent_who_does_not_pick_up_costs_no_call_to_the_customer(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=None)
    line.carrier(answer_after=0.3)
    agent = call_back(line, timeout_seconds=2)
    line.log.wait(facts.LegHungUp, 15, leg_id=agent.leg_id)
    assert line.log.all(facts.LegCreated, leg_id=agent.call_id) == []


def test_an_engaged_customer_lets_the_agent_go(line: SwitchUnderTest) -> None:
    line.registered_phone()
    line.carrier(answer_after=None)
    agent = call_back(line)
    tried = line.log.wait(facts.LegHungUp, 15, leg_id=agent.call_id)
    assert tried.answered_at is None
    ended = line.log.wait(facts.LegHungUp, 15, leg_id=agent.leg_id)
    assert ended.cause == "NORMAL_CLEARING"
    assert line.log.all(facts.LegsBridged) == []


def test_a_customer_who_does_not_answer_is_rung_no_longer_than_we_want(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.6)
    line.carrier(answer_after=60)
    agent = call_back(line)
    line.api(f"uuid_setvar {agent.leg_id} cc_backup_seconds 2")
    tried = line.log.wait(facts.LegHungUp, 15, leg_id=agent.call_id)
    assert (tried.answered_at, tried.cause) == (None, "NO_ANSWER")
    line.log.wait(facts.LegHungUp, 15, leg_id=agent.leg_id)
    assert len(line.log.all(facts.LegCreated, leg_id=agent.call_id)) == 1


def test_an_agent_who_hangs_up_ends_the_ringing_at_the_customers(line: SwitchUnderTest) -> None:
    line.registered_phone()
    line.carrier(answer_after=60)
    agent = call_back(line)
    line.log.wait(facts.LegCreated, 10, leg_id=agent.call_id)
    line.switch.hang_up(agent.leg_id)
    tried = line.log.wait(facts.LegHungUp, 10, leg_id=agent.call_id)
    assert (tried.answered_at, tried.cause) == (None, "ORIGINATOR_CANCEL")


def test_the_same_command_given_again_and_again_dials_once(line: SwitchUnderTest) -> None:
    """By two workers at one moment, and once more while the two talk."""
    line.registered_phone("1001")
    line.registered_phone("1002")
    line.carrier(answer_after=0.3)
    call_id = uuid4()
    promise = {"call_id": call_id, "dials": CUSTOMER, "shown_number": OURS}
    offers = {line.offer(call_id, username, **promise).offer_id for username in ("1001", "1002")}
    joined = line.log.wait(facts.LegsBridged, 10)
    line.offer(call_id, "1002", **promise)
    time.sleep(2)
    assert len(line.log.all(facts.LegCreated, leg_id=call_id)) == 1
    assert line.switch.exists(call_id)
    assert sum(line.switch.exists(offer_id) for offer_id in offers) == 1
    assert {joined.leg_id, joined.other_leg_id} < {call_id, *offers}


def test_a_number_that_is_none_is_never_dialled(line: SwitchUnderTest) -> None:
    """Also when the command does not come from us: the switch itself looks at what it is to dial."""
    line.registered_phone()
    line.carrier(answer_after=0.1)
    leg_id = uuid4()
    bad = f"[origination_uuid={leg_id},cc_offer={leg_id},cc_tenant=acme,cc_call={uuid4()},cc_dials=12a,cc_shown=1]"
    with event_socket(line.settings) as ask:
        ask(f"bgapi originate {bad}sofia/internal/1001%{DOMAIN} call-back XML:${{cc_dialplan}} cc")
    line.log.wait(facts.LegHungUp, 15, leg_id=leg_id)
    outgoing = [leg for leg in line.log.all(facts.LegCreated) if leg.leg_id != leg_id]
    assert outgoing == []
