"""In the call: another agent is asked, or picks up who was parked. Rows first, then the switch."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from telephony import events
from telephony.actions.agent_activity import write_states
from telephony.actions.lines import IN_FLOW, PARKED
from telephony.actions.offers import AgentGone, free_agents, recording_path, rings_seconds
from telephony.cells.actions import hold_epoch
from telephony.errors import AlreadyAsking, NotParked, PhoneNotRegistered, YouAreBusy
from telephony.models import Agent, Call, Leg, Offer
from telephony.queries import device_to_ring
from telephony.queries.outside_numbers import Rung, rung, rung_device
from telephony.switch import OfferCommand
from tenants.context import current_tenant
from tenants.events import emit

CONSULT_RINGS = timedelta(seconds=30)


def ask_colleague(
    *, talk: Offer, to_agent_id: int, cell: str, epoch: int, at: datetime
) -> tuple[Offer, Rung]:
    """Reserve the colleague: the offer, whose id is to be the new leg's, and what rings them.

    Raises AgentGone when they are not ready and free, AlreadyAsking when somebody is asked in this call already.
    """
    try:
        with transaction.atomic():
            hold_epoch(cell=cell, epoch=epoch)
            call = Call.objects.select_for_update(no_key=True).get(pk=talk.call_id)
            if is_asking(talk.call_id):
                raise AlreadyAsking
            agent = free_agents((to_agent_id,))[to_agent_id]
            phone = rung(agent, call.number)
            offer = _rung(talk.call_id, agent, phone, kind=Offer.Kind.CONSULT, epoch=epoch, at=at)
            offer.asked_by_id = talk.agent_id
            _record_as(talk, offer, at)
            offer.save(force_insert=True)
            _tell(offer, agent, at)
    except IntegrityError as error:
        raise AgentGone from error
    return offer, phone


def pick_up(*, call_id: UUID, agent_id: int, cell: str, epoch: int, at: datetime) -> OfferCommand:
    """Ring the agent's own phone for a parked caller. Raises NotParked, YouAreBusy, PhoneNotRegistered."""
    try:
        with transaction.atomic():
            hold_epoch(cell=cell, epoch=epoch)
            call = Call.objects.select_for_update(no_key=True).filter(pk=call_id, ended_at=None).first()
            if call is None or call.line.get("place") != PARKED:
                raise NotParked
            agent = Agent.objects.select_for_update(no_key=True).get(pk=agent_id)
            device = device_to_ring(agent_id)
            if device is None:
                raise PhoneNotRegistered
            if agent.activity not in (Agent.Activity.IDLE, Agent.Activity.WRAP_UP):
                raise YouAreBusy
            phone = rung_device(agent, device, call.number)
            offer = _rung(call_id, agent, phone, kind=Offer.Kind.PICK_UP, epoch=epoch, at=at)
            before = call.offers.filter(outcome=Offer.Outcome.BRIDGED).order_by("answered_at").last()
            if before is not None:
                _record_as(before, offer, at)
            offer.save(force_insert=True)
            _tell(offer, agent, at)
    except IntegrityError as error:
        raise NotParked from error
    tenant = current_tenant()
    return OfferCommand(
        offer_id=offer.pk,
        tenant=tenant.schema_name,
        caller_leg_id=call.pk,
        call_id=call.pk,
        agent_id=agent.pk,
        epoch=epoch,
        username=phone.username,
        outside=phone.outside,
        domain=tenant.host,
        timeout_seconds=rings_seconds(int(CONSULT_RINGS.total_seconds()), (phone,)),
        caller_number=call.caller_number,
        recording=offer.recording_path or None,
        is_parked=True,
    )


def is_asking(call_id: UUID) -> bool:
    """A colleague rings or is asked, an outside number is dialled or on the line, or the caller goes through a flow."""
    if is_in_flow(call_id):
        return True
    asked = Offer.objects.filter(call_id=call_id, kind=Offer.Kind.CONSULT, ended_at=None, joined_at=None)
    outside = Leg.objects.filter(call_id=call_id, kind=Leg.Kind.EXTERNAL, ended_at=None)
    return asked.exists() or outside.exclude(pk=call_id).exists()


def is_in_flow(call_id: UUID) -> bool:
    """The agent has sent the caller through a flow, and waits."""
    return Call.objects.filter(pk=call_id, line__state=IN_FLOW).exists()


def _rung(call_id: UUID, agent: Agent, phone: Rung, *, kind: str, epoch: int, at: datetime) -> Offer:
    seconds = rings_seconds(int(CONSULT_RINGS.total_seconds()), (phone,))
    return Offer(
        id=uuid4(),
        call_id=call_id,
        agent=agent,
        kind=kind,
        rang=phone.kind,
        epoch=epoch,
        offered_at=at,
        expires_at=at + timedelta(seconds=seconds),
        explanation={},
    )


def _record_as(talk: Offer, offer: Offer, at: datetime) -> None:
    """One call is recorded by one decision, whoever comes to the line; the stamp says which."""
    offer.recording_path = recording_path(offer.pk, at) if talk.recording_path else ""
    offer.recording_mode, offer.recording_version = talk.recording_mode, talk.recording_version
    offer.recording_by = talk.recording_by


def _tell(offer: Offer, agent: Agent, at: datetime) -> None:
    write_states([agent], activity=Agent.Activity.RINGING, at=at, cause="call")
    emit(
        events.CallOffered(occurred_at=at, call_id=offer.call_id, agent_id=offer.agent_id, offer_id=offer.pk)
    )
