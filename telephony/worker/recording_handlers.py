"""Orders about the recording of a talk, carried out."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any
from uuid import UUID

from telephony.actions import call_control, recording_demand, recording_masks
from telephony.models import Offer, RecordingMask
from telephony.orders import Envelope
from telephony.recording_orders import (
    LONGEST_MASK,
    MaskRecording,
    StartRecording,
    StopRecording,
    UnmaskRecording,
)
from telephony.switch import SwitchRefused
from telephony.worker import masks
from telephony.worker.handlers import Tools, carries_out
from telephony.worker.subjects import talking_offer
from tenants.people.queries import member_by_id


def _inside() -> AbstractContextManager[None]:
    """An order is carried out within its tenant."""
    return nullcontext()


def _sender(envelope: Envelope) -> Any:
    return None if envelope.member_id is None else member_by_id(envelope.member_id)


def _heard(agent_id: int, call_id: UUID) -> Offer:
    """While the caller goes through a flow, that alone masks and unmasks: nobody else can tell where a secret ends."""
    offer = talking_offer(agent_id, call_id)
    if call_control.is_in_flow(call_id):
        raise call_control.AlreadyAsking
    return offer


@carries_out(MaskRecording)
def mask(tools: Tools, order: MaskRecording, envelope: Envelope) -> None:
    """Every file of the call: a colleague who listens in a conference records too."""
    offer, by = _heard(order.agent_id, order.call_id), _sender(envelope)
    seconds = min(max(order.seconds, 1), LONGEST_MASK)
    files = recording_masks.begin_masks(call_id=offer.call_id, seconds=seconds, by=by, at=tools.clock.now())
    for file in files:
        try:
            masks.mask(tools.switch, file, _inside, tools.clock.now, by)
        except SwitchRefused:
            recording_masks.note_unmasked(
                mask_id=file.mask_id, why=RecordingMask.Why.FAILED, at=tools.clock.now()
            )
            raise


@carries_out(UnmaskRecording)
def unmask(tools: Tools, order: UnmaskRecording, envelope: Envelope) -> None:
    offer, by = _heard(order.agent_id, order.call_id), _sender(envelope)
    for file in recording_masks.masked_files(offer.call_id):
        tools.switch.mask_recording(file.leg_id, file.path, is_masked=False)
        recording_masks.note_unmasked(
            mask_id=file.mask_id, why=RecordingMask.Why.ASKED, at=tools.clock.now(), by=by
        )


@carries_out(StartRecording)
def start(tools: Tools, order: StartRecording, envelope: Envelope) -> None:
    offer = talking_offer(order.agent_id, order.call_id)
    path = recording_demand.begin_on_demand(offer_id=offer.pk, by=_sender(envelope), at=tools.clock.now())
    if path:
        tools.switch.start_recording(offer.pk, path)


@carries_out(StopRecording)
def stop(tools: Tools, order: StopRecording, envelope: Envelope) -> None:
    offer = talking_offer(order.agent_id, order.call_id)
    path = recording_demand.end_on_demand(offer_id=offer.pk, by=_sender(envelope))
    tools.switch.stop_recording(offer.pk, path)
