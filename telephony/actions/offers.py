"""An offer: a waiting call rings one agent. The row is committed before the switch is asked for anything."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from telephony import events
from telephony.actions.agent_activity import follow_agent, locked_agent
from telephony.actions.following import follow_call
from telephony.cells.actions import hold_epoch
from telephony.errors import OfferImpossible
from telephony.models import Agent, Call, Offer, QueueStay
from telephony.queries.agents import registered_device
from telephony.switch import OfferCommand
from tenants.context import current_tenant
from tenants.events import emit


class CallGone(OfferImpossible):
    "The call no longer waits."


class AgentGone(OfferImpossible):
    "The agent is no longer free."


@transaction.atomic
def offer_call(
    *, stay_id: int, agent_id: int, cell: str, epoch: int, explanation: dict, at: datetime
) -> OfferCommand:
    """Reserve the agent for the caller and say what the switch is to be asked. Raises CallGone or AgentGone.

    Only the holder of the newest epoch gets through: the lease row is held until the commit.
    """
    hold_epoch(cell=cell, epoch=epoch)
    stay = QueueStay.objects.select_related("queue").filter(pk=stay_id).first()
    if stay is None:
        raise CallGone
    call = Call.objects.select_for_update(no_key=True).get(pk=stay.call_id)
    stay.refresh_from_db(fields=["left_at"])
    if stay.left_at or call.ended_at or _is_ringing(call):
        raise CallGone
    agent = locked_agent(agent_id)
    device = registered_device(agent_id)
    if not agent.can_take_calls or device is None:
        raise AgentGone
    tenant = current_tenant()
    path = f"{tenant.schema_name}/{at:%Y-%m-%d}" if stay.queue.is_recorded else ""
    offer = _write_offer(stay, agent, epoch=epoch, explanation=explanation, at=at, folder=path)
    follow_call(call.pk, at)
    follow_agent(agent.pk, at=at, cause="call")
    emit(events.CallOffered(occurred_at=at, call_id=call.pk, agent_id=agent.pk, offer_id=offer.pk))
    return OfferCommand(
        offer_id=offer.pk,
        tenant=tenant.schema_name,
        caller_leg_id=call.pk,
        call_id=call.pk,
        agent_id=agent.pk,
        epoch=epoch,
        username=device.sip_username,
        domain=tenant.host,
        timeout_seconds=stay.queue.offer_seconds,
        caller_number=call.caller_number,
        recording=offer.recording_path or None,
    )


def _is_ringing(call: Call) -> bool:
    return call.offers.filter(ended_at=None, answered_at=None).exists()


def _write_offer(
    stay: QueueStay, agent: Agent, *, epoch: int, explanation: dict, at: datetime, folder: str
) -> Offer:
    """`folder` is where the recording will lie, "" when there is to be none."""
    offer_id = uuid4()
    path = f"{folder}/{offer_id}.wav" if folder else ""
    try:
        with transaction.atomic():
            return Offer.objects.create(
                id=offer_id,
                call_id=stay.call_id,
                stay=stay,
                agent=agent,
                epoch=epoch,
                offered_at=at,
                expires_at=at + timedelta(seconds=stay.queue.offer_seconds),
                recording_path=path,
                explanation=explanation,
            )
    except IntegrityError as error:
        raise AgentGone from error


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
