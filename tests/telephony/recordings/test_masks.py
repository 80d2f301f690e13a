"""A recording is masked for a card number: both edges, by whom, what ends it, and who ends it when we have died."""

from datetime import timedelta
from uuid import uuid4

import pytest

from telephony.models import Offer, RecordingMask, RecordingPolicy
from telephony.switch import SwitchRefused
from tests.telephony.office import Office
from tests.telephony.recordings.talking import Talk

pytestmark = pytest.mark.usefixtures("at_once")
Why = RecordingMask.Why


@pytest.fixture
def office(floor) -> Office:
    return Office(floor)


@pytest.fixture
def talk(office) -> Talk:
    agent = office.floor.agent()
    office.settle()
    return Talk(office, agent)


def say_policy(floor, *rules) -> None:
    with floor.inside():
        RecordingPolicy.objects.create(version=1, document={"rules": list(rules)}, made_at=floor.now)


def test_a_mask_is_asked_of_the_switch_and_both_edges_are_written_down(talk, office, other_floor):
    path = talk.offer.recording_path
    assert path.endswith(f"/{talk.leg}.wav")
    talk.mask()
    began = office.floor.now
    office.pass_seconds(20)
    talk.unmask()
    assert talk.asked("mask_recording") == [[talk.leg, path, True], [talk.leg, path, False]]
    assert talk.masks() == [(began, began + timedelta(seconds=20), Why.ASKED)]
    assert talk.audited() == ["masked the recording of", "unmasked the recording of"]
    with other_floor.inside():
        assert not RecordingMask.objects.exists()


def test_asked_for_twice_it_is_one_mask(talk, office):
    talk.mask()
    office.pass_seconds(5)
    talk.mask()
    assert len(talk.masks()) == 1
    assert talk.audited() == ["masked the recording of"]


def test_a_mask_nobody_ends_ends_by_itself_after_180_seconds_at_the_latest(talk, office):
    talk.mask(seconds=100_000)
    began = office.floor.now
    office.pass_seconds(179)
    assert talk.masks()[0][1] is None
    office.pass_seconds(1.5)
    [(_began, ended, why)] = talk.masks()
    assert why == Why.TIME
    assert timedelta(seconds=180) <= ended - began <= timedelta(seconds=182)
    assert [is_masked for *_which, is_masked in talk.asked("mask_recording")] == [True, False]


def test_a_worker_that_died_within_a_mask_has_a_successor_who_ends_it(talk, office):
    talk.mask(seconds=60)
    office.floor.clock.pass_seconds(61)
    office.start()
    assert [is_masked for *_which, is_masked in talk.asked("mask_recording")] == [True, False]
    assert talk.masks()[0][2] == Why.TIME


def test_the_end_of_the_talk_ends_the_mask(talk, office):
    talk.mask()
    office.pass_seconds(7)
    talk.close_file(talk.offer.recording_path)
    assert talk.masks()[0][2] == Why.TALK_ENDED
    assert talk.audited()[-1] == "unmasked the recording of"
    office.pass_seconds(200)
    assert len(talk.asked("mask_recording")) == 1


def test_a_colleague_who_comes_into_a_masked_call_is_not_recorded_either(talk, office):
    talk.mask()
    with office.floor.inside():
        beside = Offer.objects.get(pk=talk.leg)
        beside.pk, beside.kind, beside.agent = uuid4(), "consult", office.floor.agent()
        beside.recording_path = f"acme/day/{beside.pk}.wav"
        beside.save(force_insert=True)
    talk.record(beside.recording_path, leg=beside.pk)
    assert [beside.pk, beside.recording_path, True] in talk.asked("mask_recording")
    assert len({due for _began, due, _why in talk.masks()}) == 1
    office.pass_seconds(181)
    assert all(why == Why.TIME for *_when, why in talk.masks())


def test_what_the_switch_refuses_is_no_mask(talk, office, monkeypatch):
    def refuse(*_args, **_more) -> None:
        raise SwitchRefused("-ERR")

    monkeypatch.setattr(office.switch, "mask_recording", refuse)
    talk.mask()
    assert talk.masks()[0][::2] == (None, Why.FAILED)
    assert talk.audited() == []


def test_a_talk_that_is_not_recorded_cannot_be_masked(office, floor):
    say_policy(floor, {"scope": "tenant", "mode": "never"})
    talk = Talk(office, floor.agent())
    talk.mask()
    assert talk.masks() == []
    assert talk.asked("mask_recording") == []


def test_on_demand_the_agent_begins_and_stops_as_often_as_is_needed(office, floor):
    say_policy(floor, {"scope": "queue", "subject": str(floor.queue.pk), "mode": "on_demand"})
    talk = Talk(office, floor.agent())
    assert (talk.offer.recording_path, talk.offer.recording_mode) == ("", "on_demand")
    talk.start()
    first = talk.offer.recording_path
    talk.record(first)
    talk.start()
    assert talk.asked("start_recording") == [[talk.leg, first]]
    talk.stop()
    talk.close_file(first)
    talk.start()
    second = talk.offer.recording_path
    assert second != first
    assert talk.asked("start_recording")[1:] == [[talk.leg, second]]
    assert talk.asked("stop_recording") == [[talk.leg, first]]


def test_what_is_always_recorded_is_stopped_by_nobody(talk):
    talk.stop()
    assert talk.asked("stop_recording") == []


def test_each_offer_bears_the_version_the_mode_and_the_rule(office, floor):
    first = Talk(office, floor.agent()).offer
    assert (first.recording_mode, first.recording_version) == ("all", 0)
    say_policy(floor, {"scope": "tenant", "mode": "percentage", "percent": 0})
    office.start()
    second = Talk(office, floor.agent()).offer
    assert (second.recording_mode, second.recording_version, second.recording_by) == (
        "percentage",
        1,
        "tenant",
    )
    assert second.recording_path == ""
