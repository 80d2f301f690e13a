"""A recording is masked for a card number: both edges, by whom, what ends it, and who ends it when we have died."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from telephony import call_orders, facts
from telephony.facts import StepTaken
from telephony.models import Call, Flow, FlowVersion, Offer, RecordingMask, RecordingPolicy
from telephony.switch import SwitchRefused
from tenants.people.models import AuditEntry
from tests.telephony.drawn import document, node
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


CARD = {"prompt": 2, "name": "card", "min": 12, "max": 19, "is_secret": True}


@pytest.fixture
def errand(talk, office) -> Flow:
    """A published flow that asks for a card and leads back; another does not lead back."""
    ends = {"next": "back"}
    nodes = (node("card", "collect", ends, **CARD), node("name", "collect", ends, prompt=2, name="year"))
    with office.floor.inside():
        for name, steps in (("Card", (*nodes, node("back", "back"))), ("Day", (node("bye", "hangup"),))):
            flow = Flow.objects.create(name=name)
            version = FlowVersion.objects.create(
                flow=flow, number=1, document=document(*steps), published_at=office.floor.now
            )
            Flow.objects.filter(pk=flow.pk).update(published=version)
        return Flow.objects.get(name="Card")


class Errand:
    """A caller who is in the flow, as the switch tells it."""

    def __init__(self, talk: Talk, flow: Flow) -> None:
        self.talk, self.floor, self.version = talk, talk.office.floor, flow.published_id
        self.since = self.floor.now
        self.taken: list[StepTaken] = []

    def comes_to(self, name: str) -> StepTaken:
        step = StepTaken(position=len(self.taken) + 1, node=name, kind="collect", entered_at=self.floor.now)
        self.tell(step)
        return step

    def leaves(self, step: StepTaken) -> None:
        self.taken.append(replace(step, exit="next", left_at=self.floor.now))

    def tell(self, current: StepTaken | None = None, ended_at: Any = None) -> None:
        self.talk._tell(
            facts.FlowStepped,
            self.talk.call_id,
            version_id=self.version,
            taken=tuple(self.taken),
            current=current,
            language="en",
            collected={},
            dialled="",
            caller_number="",
            caller_name="",
            arrived_at=self.since,
            ended_at=ended_at,
            masked_leg_id=self.talk.leg,
            masked_path=self.talk.offer.recording_path,
            masked_since=self.since,
        )


def send(talk: Talk, flow: Flow) -> Errand:
    talk.office.pass_seconds(1)
    talk.office.order(
        call_orders.SendThroughFlow(agent_id=talk.agent.pk, call_id=talk.call_id, flow_id=flow.pk)
    )
    return Errand(talk, flow)


def call_of(talk: Talk) -> Call:
    with talk.office.floor.inside():
        return Call.objects.get(pk=talk.call_id)


def test_a_step_of_a_flow_masks_by_itself_and_both_edges_are_written_down(talk, office, errand, other_floor):
    on_errand = send(talk, errand)
    [[command]] = talk.asked("send_on_errand")
    assert (command.version_id, command.recording) == (errand.published_id, talk.offer.recording_path)
    assert (call_of(talk).state, call_of(talk).line["state"]) == ("hold", "flow")
    assert office.floor.again(talk.agent).activity == "consulting"
    year = on_errand.comes_to("name")
    on_errand.leaves(year)
    assert talk.masks() == [], "what is no secret masks nothing"
    office.pass_seconds(3)
    began = office.floor.now
    card = on_errand.comes_to("card")
    assert talk.masks() == [(began, None, "")]
    talk.mask()
    talk.unmask()
    assert talk.asked("mask_recording") == [], "the step alone masks, and the switch does it"
    office.pass_seconds(20)
    on_errand.leaves(card)
    for _again in range(2):
        on_errand.tell()
    assert talk.masks() == [(began, began + timedelta(seconds=20), Why.STEP)]
    with office.floor.inside():
        edges = AuditEntry.objects.filter(verb__contains="mask").order_by("pk")
        assert [(edge.verb, edge.reason) for edge in edges] == [
            ("masked the recording of", "Card 1 · card"),
            ("unmasked the recording of", "The caller left the step: Card 1 · card"),
        ]
        assert AuditEntry.objects.get(verb="sent through a flow").reason == "Card"
        assert RecordingMask.objects.get().asked_by_name == str(talk.agent)
    with other_floor.inside():
        assert not RecordingMask.objects.exists()
    office.pass_seconds(1)
    office.order(call_orders.BackToCaller(agent_id=talk.agent.pk, call_id=talk.call_id))
    assert talk.asked("end_errand") == [[talk.call_id]]
    assert (call_of(talk).state, call_of(talk).line) == ("talking", {})
    assert office.floor.again(talk.agent).activity == "talking"


def test_what_a_step_masked_while_nobody_of_us_was_there_is_written_down_late(talk, office, errand):
    on_errand = send(talk, errand)
    began = office.floor.now
    card = StepTaken(position=1, node="card", kind="collect", entered_at=began)
    office.floor.clock.pass_seconds(30)
    on_errand.leaves(card)
    office.floor.clock.pass_seconds(30)
    office.start()
    on_errand.tell(ended_at=office.floor.now)
    assert talk.masks() == [(began, began + timedelta(seconds=30), Why.STEP)]
    assert talk.audited() == ["masked the recording of", "unmasked the recording of"]


def test_a_file_somebody_had_masked_is_not_the_step_s_to_unmask(talk, office, errand):
    talk.mask()
    on_errand = send(talk, errand)
    [[command]] = talk.asked("send_on_errand")
    assert command.recording is None
    on_errand.leaves(on_errand.comes_to("card"))
    on_errand.tell()
    assert [(ended, why) for _began, ended, why in talk.masks()] == [(None, "")]


def test_only_a_flow_that_leads_back_is_gone_through(talk, office, errand):
    with office.floor.inside():
        other = Flow.objects.get(name="Day")
        Flow.objects.filter(pk=errand.pk).update(is_archived=True)
    send(talk, other)
    send(talk, errand)
    assert talk.asked("send_on_errand") == []
