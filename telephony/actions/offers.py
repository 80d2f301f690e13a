"""An offer: a waiting call rings one agent. The row is committed before the switch is asked for anything."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from telephony import events
from telephony.actions.agent_activity import begin_states, tell_state
from telephony.actions.bulk import insert_rows
from telephony.cells.actions import held_epoch
from telephony.errors import EpochIsOver, OfferImpossible
from telephony.models import Agent, Call, Offer, QueueStay
from telephony.queries.devices import with_ringing_device
from telephony.queries.outside_numbers import Rung, rung
from telephony.queries.recording_policies import recording_mode_for, stamp_of
from telephony.switch import OfferCommand, RungPhone
from tenants.context import current_schema, current_tenant
from tenants.events import emit
from tenants.prepared import Compiled, answers, given, one_trip

OUTSIDE_TAKES_SECONDS = 10
_RING = "UPDATE telephony_call SET state = %s, version = version + 1 WHERE id = ANY(%s)"


def _calls_of_stays() -> QuerySet[Call]:
    of_stays = Call.objects.filter(stays__among=given("stays"), ended_at=None)
    return Call.objects.select_for_update(no_key=True).filter(pk__in=of_stays.values("pk")).order_by("pk")


def _stays_that_ring_nobody() -> QuerySet[QueueStay]:
    ringing = Offer.objects.filter(call_id=OuterRef("call_id"), ended_at=None, answered_at=None)
    stays = QueueStay.objects.filter(~Exists(ringing), pk__among=given("stays"), left_at=None)
    return stays.select_related("queue")


def _agents_with_phones() -> QuerySet[Any]:
    locked = Agent.objects.select_for_update(of=("self",), no_key=True)
    return with_ringing_device(locked.filter(pk__among=given("ids")).order_by("pk"))


_calls_locked = Compiled(_calls_of_stays)
_silent_stays = Compiled(_stays_that_ring_nobody)
_agents_locked = Compiled(_agents_with_phones)


class CallGone(OfferImpossible):
    "The call no longer waits."


class AgentGone(OfferImpossible):
    "The agent is no longer free."


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A waiting call shall ring these agents, at the same moment when there are several; and why."""

    stay_id: int
    agent_ids: tuple[int, ...]
    explanation: dict[str, Any]


def offer_calls(
    wishes: Sequence[Wish], *, cell: str, epoch: int, at: datetime
) -> list[OfferCommand | OfferImpossible]:
    """Reserve the agents for the callers, and for each wish, in order, say what the switch is to be asked.

    In place of a command CallGone or AgentGone. Who of several agents is no longer free is left out. Only the holder of
    the newest epoch gets through (EpochIsOver): the lease row is held until the commit, which all wishes share.
    """
    try:
        with transaction.atomic():
            return _offer(wishes, cell=cell, epoch=epoch, at=at)
    except IntegrityError:
        if len(wishes) == 1:
            return [AgentGone()]
    return [made for wish in wishes for made in offer_calls([wish], cell=cell, epoch=epoch, at=at)]


def offer_call(
    *,
    stay_id: int,
    agent_id: int,
    cell: str,
    epoch: int,
    explanation: dict[str, Any],
    at: datetime,
    together: Sequence[int] = (),
) -> OfferCommand:
    """One wish alone. Raises CallGone or AgentGone."""
    wish = Wish(stay_id=stay_id, agent_ids=(agent_id, *together), explanation=explanation)
    made = offer_calls([wish], cell=cell, epoch=epoch, at=at)[0]
    if isinstance(made, OfferImpossible):
        raise made
    return made


def _offer(
    wishes: Sequence[Wish], *, cell: str, epoch: int, at: datetime
) -> list[OfferCommand | OfferImpossible]:
    stays, free = _locked(wishes, cell=cell, epoch=epoch)
    made: list[OfferCommand | OfferImpossible] = []
    written: list[Offer] = []
    reserved: list[Agent] = []
    for wish in wishes:
        stay = stays.pop(wish.stay_id, None)
        if stay is None:
            made.append(CallGone())
            continue
        agents = {agent_id: free.pop(agent_id) for agent_id in wish.agent_ids if agent_id in free}
        if not agents:
            made.append(AgentGone())
            continue
        phones = {agent_id: rung(agent, stay.call.number) for agent_id, agent in agents.items()}
        offers = _offers(stay, phones, epoch=epoch, explanation=wish.explanation, at=at)
        made.append(_command(stay, offers, phones))
        written += offers
        reserved += agents.values()
    if written:
        _ring(written, reserved, at)
    return made


def _locked(
    wishes: Sequence[Wish], *, cell: str, epoch: int
) -> tuple[dict[int, QueueStay], dict[int, Agent]]:
    """The lease, then the calls, then the agents; of the stays those that wait and ring nobody, of the agents those who
    can still be rung. Raises EpochIsOver.
    """
    stay_ids = [wish.stay_id for wish in wishes]
    held, calls, stays, agents = answers(
        held_epoch(cell=cell, epoch=epoch),
        _calls_locked.asking(stays=stay_ids),
        # Read behind the locks: whoever held them before us may have ended the stay.
        _silent_stays.asking(stays=stay_ids),
        _agents_locked.asking(ids=[agent_id for wish in wishes for agent_id in wish.agent_ids]),
    )
    if not held:
        raise EpochIsOver
    call_of = {call.pk: call for call in calls}
    found = {}
    for stay in stays:
        if stay.call_id in call_of:
            stay.call = call_of[stay.call_id]
            found[stay.pk] = stay
    return found, _who_can_be_rung(agents)


def _who_can_be_rung(locked: Iterable[Any]) -> dict[int, Agent]:
    """Each with the `username` of the phone that rings."""
    return {agent.pk: agent for agent in locked if agent.can_take_calls and agent.username}


def free_agents(agent_ids: Sequence[int]) -> dict[int, Agent]:
    """Those who can still be rung, locked, in the order asked. Raises AgentGone when there is none."""
    free = _who_can_be_rung(_agents_locked(ids=list(agent_ids)))
    if not free:
        raise AgentGone
    return {agent_id: free[agent_id] for agent_id in agent_ids if agent_id in free}


def _ring(written: Sequence[Offer], agents: Sequence[Agent], at: datetime) -> None:
    """What `follow_call` and `follow_agent` would find out: of calls that waited and agents who were idle no more can
    follow from phones that begin to ring. This is the one place where every millisecond is a caller's.
    """
    with one_trip():
        insert_rows(written)
        with connection.cursor() as cursor:
            cursor.execute(_RING, [Call.State.RINGING.value, list({offer.call_id for offer in written})])
        begin_states(agents, activity=Agent.Activity.RINGING, at=at, cause="call")
    for agent in agents:
        tell_state(agent, at)
    for offer in written:
        _tell_offer(offer)


def _tell_offer(offer: Offer) -> None:
    emit(
        events.CallOffered(
            occurred_at=offer.offered_at, call_id=offer.call_id, agent_id=offer.agent_id, offer_id=offer.pk
        )
    )


def rings_seconds(seconds: int, phones: Iterable[Rung]) -> int:
    """How long phones may ring that are rung for so long; a number outside takes its time to begin, and for its key."""
    return seconds + (OUTSIDE_TAKES_SECONDS if any(phone.outside for phone in phones) else 0)


def _offers(
    stay: QueueStay, phones: Mapping[int, Rung], *, epoch: int, explanation: dict[str, Any], at: datetime
) -> list[Offer]:
    expires_at = at + timedelta(seconds=rings_seconds(stay.queue.offer_seconds, phones.values()))
    offers = []
    for agent_id, phone in phones.items():
        offer_id = uuid4()
        decision = recording_mode_for(
            call_id=stay.call_id, agent_id=agent_id, number=stay.call.number, queue=stay.queue
        )
        offer = Offer(
            id=offer_id,
            call_id=stay.call_id,
            stay=stay,
            agent_id=agent_id,
            epoch=epoch,
            rang=phone.kind,
            is_group=len(phones) > 1,
            offered_at=at,
            expires_at=expires_at,
            recording_path=recording_path(offer_id, at) if decision.is_recorded else "",
            explanation=explanation,
            **stamp_of(decision),
        )
        offers.append(offer)
    return offers


def recording_path(offer_id: UUID, at: datetime, number: int = 1) -> str:
    """Relative to the folder of recordings; the first file of a talk, or the one after so many."""
    more = f"-{number}" if number > 1 else ""
    return f"{current_schema()}/{at:%Y-%m-%d}/{offer_id}{more}.wav"


def _command(stay: QueueStay, offers: list[Offer], phones: Mapping[int, Rung]) -> OfferCommand:
    tenant = current_tenant()
    first, *others = offers
    return OfferCommand(
        offer_id=first.pk,
        tenant=tenant.schema_name,
        caller_leg_id=stay.call_id,
        call_id=stay.call_id,
        agent_id=first.agent_id,
        epoch=first.epoch,
        username=phones[first.agent_id].username,
        outside=phones[first.agent_id].outside,
        domain=tenant.host,
        timeout_seconds=rings_seconds(stay.queue.offer_seconds, phones.values()),
        caller_number=stay.call.caller_number,
        recording=first.recording_path or None,
        together=tuple(
            RungPhone(
                offer_id=offer.pk,
                agent_id=offer.agent_id,
                username=phones[offer.agent_id].username,
                outside=phones[offer.agent_id].outside,
                recording=offer.recording_path or None,
            )
            for offer in others
        ),
    )
