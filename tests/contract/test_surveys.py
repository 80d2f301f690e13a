"""After the agent has hung up the switch alone asks the caller; one who hangs up first is not asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from telephony import facts
from telephony.facts import HungUpBy
from telephony.freeswitch.cdr import settle
from telephony.freeswitch.survey_document import AskedSurvey, survey_document, write_surveys
from telephony.freeswitch.translate import Source
from telephony.switch import OfferCommand, QueueEntry
from tests.contract.driver import NODE, SwitchUnderTest, seconds_of, wait_until
from tests.contract.test_offers import bridged


@pytest.fixture(autouse=True)
def no_survey_afterwards(line: SwitchUnderTest) -> Iterator[None]:
    yield
    write_surveys(line.directory / "conf", {})


def ask(line: SwitchUnderTest, **terms) -> None:
    """From now on callers of acme's queue 7 are asked survey 3."""
    survey = AskedSurvey(**{"survey_id": 3, "scale": "csat", "queue_ids": (7,)} | terms)
    write_surveys(line.directory / "conf", {"acme": survey_document("acme", [survey])})


def talk(line: SwitchUnderTest, **wishes) -> tuple[facts.LegQueued, OfferCommand]:
    """A talk the agent ends after a second."""
    line.registered_phone(answer_after=0.2, hang_up_after=1)
    caller = line.queued_caller(**wishes)
    offer = line.offer(caller.leg_id, recording=None)
    bridged(line, caller, offer)
    return caller, offer


def press(line: SwitchUnderTest, caller: facts.LegQueued, digits: str) -> None:
    """Keys of a caller who hears the question."""
    wait_until(lambda: _application(line, caller) == "play_and_get_digits")
    if line.api(f"rehearsal press {caller.leg_id} {digits}").startswith("-ERR"):
        line.api(f"uuid_recv_dtmf {caller.leg_id} {digits}")


def _application(line: SwitchUnderTest, caller: facts.LegQueued) -> str:
    return line.api(f"uuid_getvar {caller.leg_id} current_application").strip()


def answered(line: SwitchUnderTest, caller: facts.LegQueued) -> facts.SurveyAnswered:
    told = wait_until(lambda: [fact for fact in answers(line, caller) if fact.score is not None])
    return told[0]


def answers(line: SwitchUnderTest, caller: facts.LegQueued) -> list[facts.SurveyAnswered]:
    return line.log.all(facts.SurveyAnswered, leg_id=caller.leg_id)


def recorded(line: SwitchUnderTest, caller: facts.LegQueued) -> list[facts.Fact]:
    """The facts in the leg's own record."""
    source = Source(NODE, str(line.settings.recordings_dir))
    [path] = list(line.settings.spool_dir.glob(f"*{caller.leg_id}*.json"))
    return settle(path.read_bytes(), source)


def test_a_caller_left_by_the_agent_gives_a_mark(line: SwitchUnderTest) -> None:
    ask(line)
    caller, offer = talk(line)
    gone = line.log.wait(facts.LegHungUp, leg_id=offer.offer_id)
    asked = line.log.wait(facts.SurveyAnswered, leg_id=caller.leg_id)
    assert (asked.tenant, asked.survey_id, asked.queue_id, asked.score) == ("acme", 3, 7, None)
    assert 0 <= (asked.asked_at - gone.ended_at).total_seconds() < 2
    press(line, caller, "4")
    told = answered(line, caller)
    assert (told.score, told.asked_at) == (4, asked.asked_at)
    assert told.answered_at > asked.asked_at
    left = line.log.wait(facts.LegHungUp, 15, leg_id=caller.leg_id)
    assert (left.cause, left.by) == ("NORMAL_CLEARING", HungUpBy.SWITCH)
    [again] = [fact for fact in recorded(line, caller) if isinstance(fact, facts.SurveyAnswered)]
    assert (again.score, again.asked_at, again.answered_at) == (4, told.asked_at, told.answered_at)


def test_it_is_asked_when_all_of_us_are_dead(line: SwitchUnderTest) -> None:
    ask(line, scale="nps")
    line.registered_phone(answer_after=0.2, hang_up_after=2)
    caller = line.queued_caller()
    bridged(line, caller, line.offer(caller.leg_id, recording=None))
    line.web.is_broken = True
    line.stop_beating()
    line.web.asked.clear()
    line.log.wait(facts.SurveyAnswered, leg_id=caller.leg_id)
    press(line, caller, "10")
    assert answered(line, caller).score == 10
    line.log.wait(facts.LegHungUp, 15, leg_id=caller.leg_id)
    assert [section for section, _form in line.web.asked if section == "dialplan"] == []


def test_a_caller_who_hangs_up_first_is_not_asked(line: SwitchUnderTest) -> None:
    ask(line)
    line.registered_phone(answer_after=0.2)
    caller = line.queued_caller(hang_up_after=2)
    bridged(line, caller, line.offer(caller.leg_id, recording=None))
    assert line.log.wait(facts.LegHungUp, leg_id=caller.leg_id).by == HungUpBy.PARTY
    assert answers(line, caller) == []
    wait_until(lambda: list(line.settings.spool_dir.glob(f"*{caller.leg_id}*.json")))
    assert not [fact for fact in recorded(line, caller) if isinstance(fact, facts.SurveyAnswered)]


def test_another_queues_callers_are_not_asked(line: SwitchUnderTest) -> None:
    ask(line, queue_ids=(8,))
    caller, _offer = talk(line)
    left = line.log.wait(facts.LegHungUp, leg_id=caller.leg_id)
    assert left.cause == "NORMAL_CLEARING"
    assert answers(line, caller) == []


def test_a_caller_moved_to_another_queue_is_asked_after_the_last_talk(line: SwitchUnderTest) -> None:
    ask(line, queue_ids=(7, 8))
    line.registered_phone("1001", answer_after=0.2)
    caller = line.queued_caller()
    first = line.offer(caller.leg_id, "1001", recording=None)
    bridged(line, caller, first)
    entry = QueueEntry(tenant="acme", queue_id=8, priority=0, max_wait_seconds=60, language="zh")
    line.switch.send_to_queue(caller.leg_id, entry)
    line.log.wait(facts.LegQueued, queue_id=8)
    assert answers(line, caller) == []
    line.registered_phone("1002", answer_after=0.2, hang_up_after=1)
    second = line.offer(caller.leg_id, "1002", recording=None)
    line.log.wait(facts.LegsBridged, offer_id=second.offer_id)
    asked = line.log.wait(facts.SurveyAnswered, 15, leg_id=caller.leg_id)
    assert asked.queue_id == 8
    line.switch.hang_up(caller.leg_id)


def test_a_wrong_key_is_asked_again_and_the_comment_is_recorded(line: SwitchUnderTest) -> None:
    ask(line, asks_comment=True)
    caller, _offer = talk(line)
    press(line, caller, "9")
    press(line, caller, "1")
    assert answered(line, caller).score == 1
    wait_until(lambda: _application(line, caller) == "record", 15)
    line.switch.hang_up(caller.leg_id)
    told = wait_until(lambda: [fact for fact in answers(line, caller) if fact.comment_path])[0]
    assert (told.score, told.comment_path) == (1, f"acme/survey/{caller.leg_id}.wav")
    assert abs(told.comment_seconds - seconds_of(line.settings.recordings_dir / told.comment_path)) < 0.5
    assert line.log.all(facts.VoicemailLeft) == line.log.all(facts.RecordingStarted) == []


def test_a_call_the_worker_ends_at_the_agents_is_asked_too(line: SwitchUnderTest) -> None:
    ask(line)
    line.registered_phone(answer_after=0.2)
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id, recording=None)
    bridged(line, caller, offer)
    line.switch.hang_up(offer.offer_id)
    line.log.wait(facts.SurveyAnswered, leg_id=caller.leg_id)
    line.switch.hang_up(caller.leg_id)
    line.log.wait(facts.LegHungUp, leg_id=caller.leg_id)
