"""A supervisor listens in: what is written down, who is told, who is refused; the call itself notices nothing."""

import pytest

from telephony import actions, call_orders, events, floor_orders
from telephony.models import (
    Agent,
    AgentGroup,
    Call,
    GroupMember,
    Leg,
    Listening,
    Offer,
    QueueAgent,
    SupervisionTerms,
)
from telephony.queries.supervision import told_listening
from tenants.events import subscribe
from tenants.people.models import AuditEntry, Role
from tests.fakes.ears import EarSwitch
from tests.fakes.switch import FakeClock
from tests.telephony.floor import Floor
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")


class Supervised(Office):
    """A talk between an agent and a caller, and a supervisor with a phone and no queue."""

    def __init__(self, floor) -> None:
        super().__init__(floor)
        self.agent = floor.agent()
        self.order_again()
        self.call_id = self.caller()
        self.switch.pick_up(self.ringing().pk)
        self.settle()
        self.boss, self.member_id = self.supervisor()

    def order_again(self) -> None:
        from telephony.orders import ReadFloorAgain

        self.order(ReadFloorAgain())

    def supervisor(self) -> tuple[Agent, int]:
        with self.floor.inside():
            boss = self.floor.agent()
            QueueAgent.objects.filter(agent=boss).delete()
            boss.member.roles = [Role.SUPERVISOR]
            boss.member.save()
        self.settle()
        return boss, boss.member_id

    def asks(self, kind, member_id: int | None = None, **values) -> None:
        values.setdefault("call_id", self.call_id)
        self.order(kind(**values), member_id=member_id or self.member_id)

    def listens(self) -> Listening:
        """Until the phone was picked up."""
        self.asks(floor_orders.Listen)
        ear = self.ear()
        self.switch.ear_picks_up(ear.pk)
        self.settle()
        return self.ear()

    def ear(self) -> Listening | None:
        with self.floor.inside():
            return Listening.objects.order_by("-asked_at").first()

    def story(self) -> dict:
        """Everything that is kept of the call and its talk; an ear changes none of it."""
        with self.floor.inside():
            call = Call.objects.values().get(pk=self.call_id)
            return {
                "call": call,
                "legs": list(Leg.objects.filter(call_id=self.call_id).order_by("pk").values()),
                "offers": list(Offer.objects.filter(call_id=self.call_id).order_by("pk").values()),
            }

    def audited(self) -> list[tuple[str, str]]:
        with self.floor.inside():
            found = AuditEntry.objects.filter(subject=f"telephony.call:{self.call_id}").order_by("pk")
            return list(found.values_list("verb", "actor_name"))


@pytest.fixture
def floor(acme, member, now) -> Floor:
    return Floor(acme, member, EarSwitch(FakeClock(now)))


@pytest.fixture
def talk(floor) -> Supervised:
    return Supervised(floor)


@pytest.fixture
def refused(monkeypatch) -> list:
    """What was told to whom instead of being done: (audience, code)."""
    told: list = []
    monkeypatch.setattr(
        "telephony.worker.errands.publish", lambda audience, message: told.append((audience, message["code"]))
    )
    return told


def test_each_change_of_an_ear_is_kept_and_audited_and_the_call_notices_nothing(talk, other_floor):
    before = talk.story()
    ear = talk.listens()
    assert (ear.mode, ear.agent_id, ear.supervisor_id) == ("listen", talk.agent.pk, talk.boss.pk)
    talk.pass_seconds(10)
    talk.asks(floor_orders.SetEar, mode="whisper")
    talk.pass_seconds(5)
    talk.asks(floor_orders.SetEar, mode="barge")
    talk.asks(floor_orders.SetEar, mode="barge")
    talk.pass_seconds(5)
    talk.asks(floor_orders.StopListening)
    ear = talk.ear()
    assert [mode for _at, mode in ear.modes] == ["listen", "whisper", "barge"]
    assert (ear.ended_at - ear.began_at).total_seconds() == 20
    who = talk.floor.again(talk.boss).name
    assert talk.audited() == [
        ("listens in", who),
        ("whispers to the agent", who),
        ("barged in", who),
        ("stopped listening in", who),
    ]
    assert talk.story() == before
    with other_floor.inside():
        assert not Listening.objects.exists()


def test_a_supervisor_who_listens_is_offered_no_call(talk):
    with talk.floor.inside():
        QueueAgent.objects.create(agent=talk.boss, queue=talk.floor.queue)
    talk.asks(floor_orders.Listen)
    assert talk.floor.again(talk.boss).activity == "ringing"
    talk.order_again()
    waiting = talk.caller(number="+8613812340000")
    assert talk.ringing() is None
    talk.switch.ear_picks_up(talk.ear().pk)
    talk.settle()
    assert talk.floor.again(talk.boss).activity == "listening"
    assert talk.ringing() is None
    talk.asks(floor_orders.StopListening)
    assert (talk.ringing().call_id, talk.ringing().agent_id) == (waiting, talk.boss.pk)


def test_the_ear_ends_with_the_agents_part_of_the_call(talk):
    ear = talk.listens()
    talk.switch.end(ear.agent_leg)
    talk.settle()
    assert talk.ear().ended_at is not None
    assert talk.floor.again(talk.boss).activity == "idle"


def test_a_phone_that_is_not_there_is_no_ear(talk, refused):
    talk.switch.phones.clear()
    talk.asks(floor_orders.Listen)
    ear = talk.ear()
    assert (ear.began_at, ear.ended_at is not None) == (None, True)
    assert talk.floor.again(talk.boss).activity == "idle"
    assert talk.audited() == []


def test_a_new_worker_finds_the_ear_as_it_is_now_or_ends_it(talk):
    """kill -9 twice: once the mode was changed meanwhile, once the ear has gone."""
    ear = talk.listens()
    talk.switch.all_told()
    talk.switch.set_ear(ear.pk, "whisper")
    talk.switch.all_told()
    talk.start()
    assert (talk.ear().mode, talk.ear().ended_at) == ("whisper", None)
    assert talk.floor.again(talk.boss).activity == "listening"
    talk.switch.legs.pop(ear.pk)
    talk.start()
    assert talk.ear().ended_at is not None
    assert talk.floor.again(talk.boss).activity == "idle"
    assert talk.audited()[-1][0] == "stopped listening in"


def test_taking_over_makes_the_ear_a_talk_of_the_call(talk):
    ear = talk.listens()
    talk.pass_seconds(10)
    talk.asks(floor_orders.TakeOverCall)
    talk.pass_seconds(20)
    with talk.floor.inside():
        call = Call.objects.get(pk=talk.call_id)
        mine = Offer.objects.get(pk=ear.pk)
        theirs = Offer.objects.get(pk=ear.agent_leg)
        leg = Leg.objects.get(pk=ear.pk)
    assert (call.state, call.agent_id) == ("talking", talk.boss.pk)
    assert (mine.kind, mine.outcome, mine.agent_id) == ("take_over", "bridged", talk.boss.pk)
    assert (theirs.outcome, theirs.talk_seconds) == ("bridged", 11)
    assert (leg.kind, leg.call_id) == ("agent", call.pk)
    assert talk.floor.again(talk.agent).activity == "wrap_up"
    assert talk.floor.again(talk.boss).activity == "talking"
    assert (talk.ear().mode, talk.ear().ended_at is not None) == ("taken", True)
    assert talk.audited()[-1][0] == "took the call over"
    talk.switch.end(talk.call_id)
    talk.settle()
    with talk.floor.inside():
        assert Call.objects.get(pk=talk.call_id).talk_seconds == 31


def test_a_take_over_the_switch_refuses_leaves_the_ear_listening(talk, refused):
    ear = talk.listens()
    leg = talk.switch.legs[ear.agent_leg]
    talk.switch.legs[ear.agent_leg] = type(leg)(**{**vars(leg), "bridged_leg_id": None})
    talk.asks(floor_orders.TakeOverCall)
    assert refused == [(f"member.{talk.member_id}", "switch_did_not_answer")]
    with talk.floor.inside():
        assert not Offer.objects.filter(pk=ear.pk).exists()
    assert talk.ear().ended_at is None
    assert talk.floor.again(talk.boss).activity == "listening"


def test_a_leader_ends_a_call_for_everybody(talk):
    talk.asks(floor_orders.HangUpCall)
    with talk.floor.inside():
        call = Call.objects.get(pk=talk.call_id)
    assert (call.state, call.ended_by) == ("ended", "system")
    assert [verb for verb, _who in talk.audited()] == ["hung up the call"]


def test_forced_states_come_at_once_or_after_the_talk_in_hand(talk, refused):
    def force(state, **more):
        talk.order(
            floor_orders.ForceState(agent_id=talk.agent.pk, state=state, **more), member_id=talk.member_id
        )
        return talk.floor.again(talk.agent)

    assert force("not_ready").next_status == "not_ready"
    talk.switch.end(talk.call_id)
    talk.settle()
    with talk.floor.inside():
        actions.finish_wrap_up(
            agent_id=talk.agent.pk, call_id=talk.call_id, at=talk.floor.now, disposition_id=None, note=""
        )
    assert talk.floor.again(talk.agent).routing_status == "not_ready"
    agent = force("ready")
    with talk.floor.inside():
        assert (agent.routing_status, agent.state_changes.latest("pk").cause) == ("ready", "supervisor")
    assert force("signed_out").presence == "offline"
    assert force("ready").presence == "offline"
    assert force("asleep").presence == "offline"
    assert [code for _audience, code in refused] == ["signed_out", "signed_out"]


def test_who_may_not_is_refused_and_nothing_is_asked_of_the_switch(talk, refused):
    """An agent; a leader of another team; a leader without a phone; one's own call; a call nobody talks in."""
    with talk.floor.inside():
        group = AgentGroup.objects.create(name="North")
        group.leaders.add(talk.boss.member_id)
    talk.asks(floor_orders.Listen, member_id=talk.agent.member_id)
    talk.asks(floor_orders.Listen)
    talk.asks(floor_orders.HangUpCall)
    talk.order(floor_orders.ForceState(agent_id=talk.agent.pk, state="not_ready"), member_id=talk.member_id)
    with talk.floor.inside():
        GroupMember.objects.create(group=group, agent=talk.agent)
    stranger = talk.floor.make_member(talk.floor.tenant, "supervisor")
    talk.asks(floor_orders.Listen, member_id=stranger.pk)
    talk.asks(floor_orders.SetEar, mode="whisper")
    waiting = talk.caller(number="+8613812340000")
    talk.asks(floor_orders.Listen, call_id=waiting)
    assert [code for _audience, code in refused] == [
        "not_allowed",
        "not_your_team",
        "not_your_team",
        "not_your_team",
        "no_phone_of_yours",
        "not_listening",
        "nobody_talks",
    ]
    assert not [asked for asked in talk.switch.commands if asked[0] in ("listen", "set_ear", "hang_up")]
    assert talk.ear() is None
    talk.listens()
    assert talk.ear().began_at is not None


def test_one_ear_at_a_time_and_never_on_ones_own_call(talk, refused):
    with talk.floor.inside():
        talk.agent.member.roles = [Role.SUPERVISOR]
        talk.agent.member.save()
    talk.asks(floor_orders.Listen, member_id=talk.agent.member_id)
    talk.listens()
    talk.asks(floor_orders.Listen)
    talk.asks(floor_orders.SetEar, mode="shout")
    assert [code for _audience, code in refused] == ["own_talk", "listening_elsewhere", "mode_unknown"]


def test_agents_are_told_or_not_as_the_tenant_says(talk):
    heard = []
    subscribe(events.ListeningChanged, lambda event: heard.append(event.agent_id))
    talk.listens()
    with talk.floor.inside():
        assert told_listening(talk.agent.pk).supervisor_id == talk.boss.pk
    talk.asks(floor_orders.StopListening)
    with talk.floor.inside():
        assert told_listening(talk.agent.pk) is None
        SupervisionTerms.objects.create(are_agents_told=False)
    talk.pass_seconds(1)
    talk.listens()
    with talk.floor.inside():
        assert told_listening(talk.agent.pk) is None
    assert set(heard) == {talk.agent.pk}


@pytest.fixture
def handed_over(talk):
    """The agent whom the leader hears gives the caller to a colleague."""
    colleague = talk.floor.agent()
    talk.settle()
    talk.order_again()
    talk.listens()

    def hand_over() -> Agent:
        talk.pass_seconds(5)
        talk.order(
            call_orders.ConsultAgent(agent_id=talk.agent.pk, call_id=talk.call_id, to_agent_id=colleague.pk)
        )
        with talk.floor.inside():
            asked = Offer.objects.get(kind=Offer.Kind.CONSULT, ended_at=None)
        talk.switch.consulted_answers(asked.pk)
        talk.pass_seconds(5)
        talk.order(call_orders.HandOver(agent_id=talk.agent.pk, call_id=talk.call_id))
        talk.settle()
        return colleague

    return hand_over


def test_an_ear_stays_with_the_caller_who_is_handed_over_and_is_silent_there(talk, handed_over, other_floor):
    talk.pass_seconds(2)
    talk.asks(floor_orders.SetEar, mode="barge")
    colleague = handed_over()
    ear = talk.ear()
    [[ear_leg, agent_leg]] = [list(asked) for asked in talk.switch.asked("move_ear")]
    assert (ear.pk, ear.agent_leg, ear.ended_at) == (ear_leg, agent_leg, None)
    assert (ear.agent_id, [mode for _at, mode in ear.modes]) == (colleague.pk, ["listen", "barge", "listen"])
    with talk.floor.inside():
        assert told_listening(talk.agent.pk) is None
        assert told_listening(colleague.pk).pk == ear.pk
    who = talk.floor.again(talk.boss).name
    verbs = ["listens in", "barged in", "stopped listening in", "listens in"]
    assert [told for told in talk.audited() if told[0] in verbs] == [(verb, who) for verb in verbs]
    talk.switch.end(talk.call_id)
    talk.settle()
    assert talk.ear().ended_at is not None
    with other_floor.inside():
        assert not Listening.objects.exists()


def test_an_ear_ends_with_a_word_when_the_caller_goes_to_an_agent_one_does_not_lead(
    talk, handed_over, monkeypatch
):
    told: list = []
    monkeypatch.setattr(
        "telephony.worker.following_ears.publish", lambda audience, message: told.append((audience, message))
    )
    with talk.floor.inside():
        group = AgentGroup.objects.create(name="Mine")
        GroupMember.objects.create(group=group, agent=talk.agent)
        group.leaders.add(talk.member_id)
    handed_over()
    assert talk.switch.asked("move_ear") == []
    assert talk.ear().ended_at is not None
    [(audience, message)] = told
    assert (audience, message["code"]) == (f"member.{talk.member_id}", "handed_over")
    assert "none of the groups you lead" in message["message"]
    with talk.floor.inside():
        assert Call.objects.get(pk=talk.call_id).state == Call.State.TALKING
