"""Reads of calls, their legs, stays, offers, recordings and voicemails."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import IntegerField, Prefetch, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from telephony import policies
from telephony.models import Call, Disposition, Leg, Offer, QueueStay, Recording, Voicemail
from telephony.queries.teams import scope_of, team_of
from tenants.prepared import Compiled, given

EVERYTHING = Q(pk__isnull=False)
"""Not an empty Q: or-ed with a condition that one says the condition alone."""
_RELATED = ("queue", "agent", "disposition", "disposition__parent")
_calls_named = Compiled(lambda: calls().filter(pk__among=given("ids")))
_numbers = Compiled(lambda: Call.objects.filter(pk__among=given("ids")).values_list("pk", "caller_number"))
_open_offers = Compiled(
    lambda: (
        Offer.objects.defer("explanation")
        .filter(call_id__among=given("calls"), ended_at=None)
        .select_related("agent")
        .order_by("agent__extension")
    )
)


def call(call_id: UUID | str) -> Call | None:
    return Call.objects.select_related(*_RELATED).filter(pk=call_id).first()


def calls() -> QuerySet[Call]:
    return Call.objects.select_related(*_RELATED)


def calls_named(call_ids: Iterable[UUID]) -> list[Call]:
    """As `call`, several."""
    return _calls_named(ids=list(call_ids))


def calls_of_number(e164: str, limit: int = 20) -> list[Call]:
    """The latest calls from one number, newest first; an empty number has none."""
    return list(calls().filter(caller_number=e164)[:limit]) if e164 else []


def calls_of_numbers(numbers: Collection[str], limit: int) -> dict[str, list[Call]]:
    """The same for several numbers, by number."""
    found: dict[str, list[Call]] = {}
    if not numbers:
        return found
    for call_ in _latest_of_numbers(numbers=list(numbers), limit=limit):
        found.setdefault(call_.caller_number, []).append(call_)
    return found


def _latest() -> QuerySet[Call]:
    latest = Window(RowNumber(), partition_by="caller_number", order_by="-arrived_at")
    of_them = Call.objects.filter(caller_number__among=given("numbers")).annotate(place=latest)
    wanted = of_them.filter(place__lte=given("limit", IntegerField()))
    return calls().filter(pk__in=wanted.values("pk")).order_by("-arrived_at")


_latest_of_numbers = Compiled(_latest)


def caller_numbers(call_ids: Iterable[UUID]) -> dict[UUID, str]:
    """By call, as it is kept; calls that are gone are not in it."""
    return dict(_numbers(ids=list(call_ids)))


def live_calls() -> QuerySet[Call]:
    """Oldest first."""
    return calls().filter(ended_at=None).order_by("arrived_at")


def visible_calls(member: Any) -> QuerySet[Call]:
    """What this member may see in lists: leaders and inspectors all, but who leads groups or teams those of their
    agents and those nobody took; a team lead those of their agents; an agent their own, others nothing. A narrowed
    seat sees of all but the own only what is in its queues.
    """
    own = Q(agent__member_id=member.pk) | Q(pk__in=_bridged_calls_of(member))
    if not policies.can_see_calls(member) and not policies.can_see_calls_of_team(member):
        return calls().none()
    queues = scope_of(member).queues
    seen = _seen_as_leader(member)
    if seen is None:
        return calls().filter(own)
    if seen is EVERYTHING and queues is None:
        return calls()
    if queues is not None:
        seen &= Q(queue_id__in=queues)
    return calls().filter(seen | own)


def _seen_as_leader(member: Any) -> Q | None:
    """None: the own calls and no others."""
    team = team_of(member)
    of_team = EVERYTHING
    if team is not None:
        bridged = Offer.objects.filter(agent_id__in=team, outcome=Offer.Outcome.BRIDGED)
        of_team = Q(agent_id__in=team) | Q(pk__in=bridged.values("call_id"))
    if policies.can_see_every_call(member):
        return EVERYTHING if team is None else of_team | Q(agent=None)
    return of_team if policies.can_see_calls_of_team(member) else None


def openable(member: Any, call_ids: Iterable[UUID | None]) -> set[UUID]:
    """Which of these calls' pages open to this member: a list shows the others without a link."""
    return set(visible_calls(member).filter(pk__in=set(call_ids) - {None}).values_list("pk", flat=True))


def _bridged_calls_of(member: Any) -> QuerySet:
    bridged = Offer.objects.filter(agent__member_id=member.pk, outcome=Offer.Outcome.BRIDGED)
    return bridged.values("call_id")


def current_offer(agent_id: int) -> Offer | None:
    """The offer that rings this agent, or the conversation they are in."""
    offers = Offer.objects.filter(agent_id=agent_id, ended_at=None).select_related(
        "call", "call__queue", "stay"
    )
    return offers.order_by("-offered_at").first()


def current_call(agent_id: int) -> Call | None:
    """The call that rings, is talked to, or is being wrapped up by this agent."""
    offer = current_offer(agent_id) or _offer_in_wrap_up(agent_id)
    return call(offer.call_id) if offer else None


def _offer_in_wrap_up(agent_id: int) -> Offer | None:
    started = Offer.objects.filter(agent_id=agent_id, wrap_up_started_at__isnull=False, wrap_up_ended_at=None)
    return started.order_by("-wrap_up_started_at").first()


def was_offered(call_id: UUID | str, member: Any) -> bool:
    return Offer.objects.filter(call_id=call_id, agent__member_id=member.pk).exists()


def ringing_offer(call_id: UUID | str) -> Offer | None:
    """The offer that rings; of phones rung together the first."""
    return next(iter(ringing_offers(call_id)), None)


def ringing_offers(call_id: UUID | str) -> list[Offer]:
    """More than one when phones are rung together, in the order of their extensions."""
    ringing = Offer.objects.filter(call_id=call_id, ended_at=None, answered_at=None).select_related("agent")
    return list(ringing.order_by("agent__extension"))


def open_offers_of(call_ids: Collection[UUID]) -> dict[UUID, list[Offer]]:
    """Those that ring or whose agent is on the line, by call, in the order of extensions; no key without any."""
    found: dict[UUID, list[Offer]] = {}
    if not call_ids:
        return found
    for offer in _open_offers(calls=list(call_ids)):
        found.setdefault(offer.call_id, []).append(offer)
    return found


def offers(start: datetime, end: datetime) -> QuerySet[Offer]:
    """Offers made within [start, end)."""
    return Offer.objects.filter(offered_at__gte=start, offered_at__lt=end).select_related("agent", "stay")


def stays(start: datetime, end: datetime, queue_ids: list[int] | None = None) -> QuerySet[QueueStay]:
    """Stays that began within [start, end): the rows every figure of a queue is made of."""
    found = QueueStay.objects.filter(entered_at__gte=start, entered_at__lt=end).select_related(
        "queue", "agent", "call"
    )
    return found if queue_ids is None else found.filter(queue_id__in=queue_ids)


def calls_that_came(start: datetime, end: datetime, queue_id: int | None = None) -> QuerySet[Call]:
    """Calls that came in within [start, end); of a queue also those that could only leave it a message."""
    found = Call.objects.filter(
        arrived_at__gte=start, arrived_at__lt=end, direction=Call.Direction.INBOUND
    ).select_related("queue", "agent", "voicemail__queue")
    if queue_id is None:
        return found
    return found.filter(Q(queue_id=queue_id) | Q(queue=None, voicemail__queue_id=queue_id))


def recording_of_call(call_id: UUID | str) -> Recording | None:
    """The first recording of a call; a transferred call has several, see recordings_of_call."""
    return recordings_of_call(call_id).first()


def recordings_of_call(call_id: UUID | str) -> QuerySet[Recording]:
    return Recording.objects.filter(call_id=call_id, ended_at__isnull=False).select_related(
        "call", "call__agent", "agent"
    )


def recording(recording_id: UUID | str) -> Recording | None:
    found = Recording.objects.select_related("call", "call__agent", "agent", "queue")
    return found.filter(pk=recording_id).first()


def voicemail(voicemail_id: UUID | str) -> Voicemail | None:
    return Voicemail.objects.select_related("call", "queue").filter(pk=voicemail_id).first()


def unheard_voicemails() -> QuerySet[Voicemail]:
    return Voicemail.objects.filter(heard_at=None).select_related("call", "queue")


def dispositions_for(call_id: UUID | str) -> QuerySet[Disposition]:
    """What may be chosen for this call: those of its queue and those of all queues.

    Only leaves of the tree.
    """
    queue_id = Call.objects.filter(pk=call_id).values_list("queue_id", flat=True).first()
    fitting = Disposition.objects.filter(Q(queue_id=queue_id) | Q(queue=None), is_active=True)
    return fitting.filter(children=None).select_related("parent")


def call_with_story(call_id: UUID | str) -> Call | None:
    """A call with legs, stays, offers and recordings already fetched."""
    story = calls().prefetch_related(
        Prefetch("legs", Leg.objects.select_related("agent", "quality")),
        Prefetch("stays", QueueStay.objects.select_related("queue", "agent", "target_agent")),
        Prefetch("offers", Offer.objects.select_related("agent")),
        "recordings",
    )
    return story.filter(pk=call_id).first()
