"""An offer: a waiting call rings one agent. The row is committed before the switch is asked for anything."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery

from telephony import events
from telephony.actions.agent_activity import write_state
from telephony.actions.following import follow_call
from telephony.cells.actions import hold_epoch
from telephony.errors import OfferImpossible
from telephony.models import Agent, Call, Device, Leg, Offer, QueueStay
from telephony.switch import OfferCommand, RungPhone
from tenants.context import current_schema, current_tenant
from tenants.events import emit

NOT_REGISTERED = "USER_NOT_REGISTERED"


class CallGone(OfferImpossible):
    "The call no longer waits."


class AgentGone(OfferImpossible):
    "The agent is no longer free."


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
    """Reserve the agent for the caller and say what the switch is to be asked. Raises CallGone or AgentGone.

    Those of `together` are rung in the same moment; who of all of them is no longer free is left out, and AgentGone is
    raised when that leaves nobody. Only the holder of the newest epoch gets through: the lease row is held until the
    commit.
    """
    try:
        with transaction.atomic():
            hold_epoch(cell=cell, epoch=epoch)
            stay = _waiting_stay(stay_id)
            rung = _free_agents((agent_id, *together))
            offers = _write_offers(stay, list(rung), epoch=epoch, explanation=explanation, at=at)
            _ring(stay, rung.values(), at)
            for offer in offers:
                _tell_offer(offer)
    except IntegrityError as error:
        raise AgentGone from error
    return _command(stay, offers, rung)


def _waiting_stay(stay_id: int) -> QueueStay:
    """With its call, locked, and its queue. Raises CallGone when it no longer waits, or rings already."""
    calls = Call.objects.select_for_update(of=("self",), no_key=True)
    call = calls.filter(stays=stay_id, ended_at=None).first()
    if call is None:
        raise CallGone
    # Read behind the lock: whoever held it before us may have ended the stay.
    ringing = Offer.objects.filter(call_id=call.pk, ended_at=None, answered_at=None)
    stays = QueueStay.objects.filter(~Exists(ringing), pk=stay_id, left_at=None).select_related("queue")
    stay = stays.first()
    if stay is None:
        raise CallGone
    stay.call = call
    return stay


def _free_agents(agent_ids: Sequence[int]) -> dict[int, Agent]:
    """Those who can still be rung, locked, in the order asked, each with the `username` of the phone that registered
    last. Raises AgentGone when there is none.
    """
    of_agent = Device.objects.filter(agent_id=OuterRef("pk"), registered_at__isnull=False)
    is_there = Q(unregistered_at=None) | Q(unregistered_at__lt=F("registered_at"))
    phone = of_agent.filter(is_there).order_by("-registered_at").values("sip_username")[:1]
    locked = (
        Agent.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=agent_ids).order_by("pk")
    )
    free = {
        agent.pk: agent
        for agent in locked.annotate(username=Subquery(phone))
        if agent.can_take_calls and agent.username
    }
    if not free:
        raise AgentGone
    return {agent_id: free[agent_id] for agent_id in agent_ids if agent_id in free}


def _ring(stay: QueueStay, agents: Iterable[Agent], at: datetime) -> None:
    """What `follow_call` and `follow_agent` would find out: of a call that waited and agents who were idle no more
    can follow from phones that begin to ring. This is the one place where every millisecond is a caller's.
    """
    call = stay.call
    call.state, call.version = Call.State.RINGING, call.version + 1
    call.save(update_fields=["state", "version"])
    for agent in sorted(agents, key=lambda agent: agent.pk):
        agent.activity = Agent.Activity.RINGING
        write_state(agent, at=at, cause="call")


def _tell_offer(offer: Offer) -> None:
    emit(
        events.CallOffered(
            occurred_at=offer.offered_at, call_id=offer.call_id, agent_id=offer.agent_id, offer_id=offer.pk
        )
    )


def _write_offers(
    stay: QueueStay, agent_ids: Sequence[int], *, epoch: int, explanation: dict[str, Any], at: datetime
) -> list[Offer]:
    expires_at = at + timedelta(seconds=stay.queue.offer_seconds)
    folder = f"{current_schema()}/{at:%Y-%m-%d}" if stay.queue.is_recorded else ""
    offers = []
    for agent_id in agent_ids:
        offer_id = uuid4()
        offer = Offer(
            id=offer_id,
            call_id=stay.call_id,
            stay=stay,
            agent_id=agent_id,
            epoch=epoch,
            is_group=len(agent_ids) > 1,
            offered_at=at,
            expires_at=expires_at,
            recording_path=f"{folder}/{offer_id}.wav" if folder else "",
            explanation=explanation,
        )
        offers.append(offer)
    return Offer.objects.bulk_create(offers)


def _command(stay: QueueStay, offers: list[Offer], rung: dict[int, Any]) -> OfferCommand:
    tenant = current_tenant()
    first, *others = offers
    return OfferCommand(
        offer_id=first.pk,
        tenant=tenant.schema_name,
        caller_leg_id=stay.call_id,
        call_id=stay.call_id,
        agent_id=first.agent_id,
        epoch=first.epoch,
        username=rung[first.agent_id].username,
        domain=tenant.host,
        timeout_seconds=stay.queue.offer_seconds,
        caller_number=stay.call.caller_number,
        recording=first.recording_path or None,
        together=tuple(
            RungPhone(
                offer_id=offer.pk,
                agent_id=offer.agent_id,
                username=rung[offer.agent_id].username,
                recording=offer.recording_path or None,
            )
            for offer in others
        ),
    )


@transaction.atomic
def fail_offer(*, offer_id: UUID, at: datetime, failure: str) -> None:
    """The switch could not ring the phone, or no longer knows of it.

    `failure` is the switch's word for it.
    """
    offer = Offer.objects.filter(pk=offer_id).first()
    if offer is None or offer.ended_at or offer.answered_at or offer.failed_at:
        return
    Call.objects.select_for_update(no_key=True).get(pk=offer.call_id)
    Offer.objects.filter(pk=offer_id, ended_at=None).update(failed_at=at, failure=failure[:80])
    follow_call(offer.call_id, at)


@transaction.atomic
def finish_offer_command(*, offer_id: UUID, at: datetime, failure: str) -> None:
    """The switch has done with the command of this offer: somebody answered, or `failure` says why nobody did.

    Of phones rung together those end by their own legs; one of which no leg was ever made could not be rung.
    """
    offer = Offer.objects.filter(pk=offer_id).only("call_id", "stay_id", "offered_at", "is_group").first()
    if offer is None:
        return
    if not offer.is_group:
        if failure:
            fail_offer(offer_id=offer_id, at=at, failure=failure)
        return
    rung = Leg.objects.filter(call_id=offer.call_id).values("pk")
    together = Offer.objects.filter(stay_id=offer.stay_id, offered_at=offer.offered_at, is_group=True)
    unrung = together.filter(ended_at=None, answered_at=None).exclude(pk__in=rung).order_by("pk")
    for unrung_id in unrung.values_list("pk", flat=True):
        fail_offer(offer_id=unrung_id, at=at, failure=NOT_REGISTERED)
