"""The calls of many agents, as their pages show them: what each is in, and the latest ended."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, QuerySet

from telephony.models import Agent, Call, Offer, Queue


def current_calls(agent_ids: Collection[int]) -> dict[int, Call]:
    """As `calls.current_call`, by agent: the call that rings, is talked to, or is being wrapped up."""
    offers = Offer.objects.filter(agent_id__in=agent_ids)
    wrapping = offers.filter(wrap_up_started_at__isnull=False, wrap_up_ended_at=None)
    # What is open comes last and counts; of several the newest.
    called = _calls_by_agent(wrapping.order_by("wrap_up_started_at"))
    called |= _calls_by_agent(offers.filter(ended_at=None).order_by("offered_at"))
    found = {call.pk: call for call in _light().filter(pk__in=called.values())}
    return {agent_id: found[call_id] for agent_id, call_id in called.items() if call_id in found}


def latest_calls(agent_ids: Collection[int], limit: int) -> dict[int, list[Call]]:
    """The ended calls of each, newest first."""
    ended = Call.objects.filter(agent_id=OuterRef("pk"), ended_at__isnull=False).order_by("-arrived_at")
    latest = ArraySubquery(ended.values("pk")[:limit])
    # Of each agent only so many rows of the index are looked at, however many calls there were.
    ids = dict(Agent.objects.filter(pk__in=agent_ids).annotate(latest=latest).values_list("pk", "latest"))
    calls = {call.pk: call for call in _light().filter(pk__in=[pk for those in ids.values() for pk in those])}
    return {agent_id: [calls[pk] for pk in those if pk in calls] for agent_id, those in ids.items()}


def ringing_on(call_ids: Collection[UUID]) -> dict[UUID, list[Offer]]:
    """As `calls.ringing_offers`, by call, in the order of extensions."""
    ringing = Offer.objects.defer("explanation").filter(call_id__in=call_ids, ended_at=None, answered_at=None)
    found: dict[UUID, list[Offer]] = {}
    for offer in ringing.select_related("agent").order_by("agent__extension"):
        found.setdefault(offer.call_id, []).append(offer)
    return found


def names_on_lines(calls: Iterable[Call]) -> Mapping[int, str]:
    """Of everybody who is on one of their lines, by agent."""
    ids = {pk for call in calls if call.line for pk in (call.line.get("by"), *call.line.get("agents", []))}
    there = Agent.objects.filter(pk__in=ids - {None}) if ids else Agent.objects.none()
    return dict(there.values_list("pk", "name"))


def _calls_by_agent(offers: QuerySet[Offer]) -> dict[int, UUID]:
    return dict(offers.values_list("agent_id", "call_id"))


def _light() -> QuerySet[Call]:
    """Of queue and agent, which many of them share, the names alone and each once."""
    return Call.objects.prefetch_related(
        Prefetch("queue", Queue.objects.only("name")),
        Prefetch("agent", Agent.objects.only("name")),
        "disposition__parent",
    )
