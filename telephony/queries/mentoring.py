"""What a mentor's page shows of those they mentor."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from telephony.models import Agent, Listening, Offer
from telephony.queries.agents import agent_of
from telephony.queries.teams import agents_of_mentees


@dataclass(frozen=True)
class Mentee:
    """`call_id`: the talk one could listen to; `is_heard`: this mentor listens to it already."""

    agent: Agent
    call_id: UUID | None
    is_heard: bool


def mentees_at_work(member: Any) -> list[Mentee]:
    agents = Agent.objects.filter(pk__in=agents_of_mentees(member), is_active=True).order_by("name")
    talks = dict(_open_talks(member).values_list("agent_id", "call_id"))
    own = agent_of(member)
    open_ears = Listening.objects.filter(supervisor=own, ended_at=None) if own else Listening.objects.none()
    heard = set(open_ears.values_list("call_id", flat=True))
    return [Mentee(agent, talks.get(agent.pk), talks.get(agent.pk) in heard) for agent in agents]


def is_talk_of_mentee(call_id: UUID, member: Any) -> bool:
    return _open_talks(member).filter(call_id=call_id).exists()


def _open_talks(member: Any) -> Any:
    talks = Offer.objects.filter(ended_at=None, answered_at__isnull=False, talk_ended_at=None)
    return talks.filter(agent__in=agents_of_mentees(member)).order_by("answered_at")
