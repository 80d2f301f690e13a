"""Reads of who listens in on whom, and of whom a leader may listen to."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from telephony.ear_errors import NobodyTalks, NotListening, NotYourTeam
from telephony.models import Agent, GroupMember, Listening, Offer, SupervisionTerms
from telephony.policies import can_supervise
from telephony.queries.agents import agent_of
from telephony.queries.teams import agents_of_led_teams, agents_of_mentees, leads_any, scope_of
from tenants.people.policies import Role, has_role


def are_agents_told() -> bool:
    terms = SupervisionTerms.objects.first()
    return terms is None or terms.are_agents_told


def agents_led_by(member: Any) -> frozenset[int] | None:
    """Of whom the groups and teams this supervisor leads consist; None: everybody. Owners and administrators lead
    everybody, and so does a supervisor whom nothing names as its leader. A narrowed seat leads within it.
    """
    led, within = _led_by(member), scope_of(member).agents
    if within is None:
        return led
    return within if led is None else led & within


def _led_by(member: Any) -> frozenset[int] | None:
    if has_role(member, Role.OWNER, Role.ADMIN) or not leads_any(member):
        return None
    led = list(member.led_groups.values_list("pk", flat=True))
    there = GroupMember.objects.filter(Q(until=None) | Q(until__gt=timezone.now()), group__in=led)
    return frozenset(there.values_list("agent_id", flat=True)) | agents_of_led_teams(member)


def agents_heard_by(member: Any) -> frozenset[int] | None:
    """Whom this member may listen to: a leader those they lead, a mentor their mentees; None: everybody."""
    mentees = agents_of_mentees(member)
    if not can_supervise(member):
        return mentees
    led = agents_led_by(member)
    return None if led is None else led | mentees


def may_step_in(member: Any, agent_id: int) -> bool:
    """More than to listen: only into talks of whom one leads. To a mentee's a mentor listens silently."""
    led = agents_led_by(member)
    return can_supervise(member) and (led is None or agent_id in led)


def agents_seen_by(member: Any) -> frozenset[int] | None:
    """Whose states and calls a leader sees on the floor: those they lead, and their own. None: everybody's."""
    led = agents_led_by(member)
    own = agent_of(member)
    return led if led is None or own is None else led | {own.pk}


def check_led(member: Any, agent_ids: Collection[int]) -> None:
    """Raises NotYourTeam when one of them is of no group this leader leads."""
    led = agents_led_by(member)
    if led is not None and not led.issuperset(agent_ids):
        raise NotYourTeam


def open_listenings() -> QuerySet[Listening]:
    return listenings().filter(ended_at=None)


def listenings() -> QuerySet[Listening]:
    """Newest first."""
    return Listening.objects.select_related("agent", "supervisor")


def listenings_of_call(call_id: UUID) -> list[Listening]:
    """Those that came to be, oldest first."""
    return list(listenings().filter(call_id=call_id, began_at__isnull=False).order_by("began_at"))


def told_listening(agent_id: int) -> Listening | None:
    """What this agent is shown: an ear on their talk at this moment, when agents are told."""
    return told_listenings([agent_id]).get(agent_id)


def told_listenings(agent_ids: Collection[int]) -> dict[int, Listening]:
    """The same of many, by agent; of several ears the newest."""
    there = open_listenings().filter(agent_id__in=agent_ids, is_told=True, began_at__isnull=False)
    return {listening.agent_id: listening for listening in there.reverse()}


def talk_of(call_id: UUID) -> Offer | None:
    """The conversation one would listen to: of several agents in a call the one who joined last."""
    talks = Offer.objects.filter(
        call_id=call_id, ended_at=None, answered_at__isnull=False, talk_ended_at=None
    )
    return talks.select_related("agent", "call").order_by("-answered_at").first()


def listened_calls() -> frozenset[UUID]:
    return frozenset(Listening.objects.filter(ended_at=None).values_list("call_id", flat=True))


def ears_left_behind(talk: Offer) -> QuerySet[Listening]:
    """Ears on this talk's caller that still hear, or heard last, somebody who talks with them no more."""
    others = Offer.objects.filter(call_id=talk.call_id, answered_at__isnull=False, talk_ended_at=None)
    left = Listening.objects.filter(call_id=talk.call_id, ended_at=None, began_at__isnull=False)
    return left.exclude(agent_leg__in=others.values("pk")).select_related("supervisor__member")


def may_hear(supervisor: Agent, talk: Offer) -> bool:
    """Asked again at each hand-over: of whom they lead, and that it is not themselves."""
    led = agents_led_by(supervisor.member)
    return supervisor.pk != talk.agent_id and (led is None or talk.agent_id in led)


def supervised_talk(call_id: UUID, member: Any) -> Offer:
    """The conversation this member may listen to. Raises NobodyTalks, NotYourTeam."""
    talk = talk_of(call_id)
    led = agents_heard_by(member)
    if talk is None:
        raise NobodyTalks
    if led is not None and talk.agent_id not in led:
        raise NotYourTeam
    return talk


def hearing_ear(call_id: UUID, member: Any) -> Listening:
    """As `own_ear`, once the phone was picked up. Raises NotListening."""
    listening = own_ear(call_id, member)
    if listening.began_at is None:
        raise NotListening
    return listening


def own_ear(call_id: UUID, member: Any) -> Listening:
    """The open ear of this member on this call. Raises NotListening."""
    supervisor = agent_of(member)
    own = Listening.objects.filter(supervisor=supervisor, call_id=call_id, ended_at=None)
    listening = own.first() if supervisor is not None else None
    if listening is None:
        raise NotListening
    return listening
