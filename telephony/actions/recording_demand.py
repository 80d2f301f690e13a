"""Recorded on demand: begun and stopped by the one who talks. Asking the switch is the worker's."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from telephony.actions.offers import recording_path
from telephony.models import Call, Offer, Recording
from telephony.queries.recording_room import recording_stopped_by
from telephony.recording.errors import NotOnDemand, NotRecordedNow
from telephony.recording.rules import Mode
from telephony.vault.errors import NoRoomToRecord
from tenants.people.actions import record_audit


@transaction.atomic
def begin_on_demand(*, offer_id: UUID, by: Any, at: datetime) -> str:
    """The path of a new file; "" when one runs already. Raises NotOnDemand, NoRoomToRecord."""
    offer = _locked(offer_id)
    if recording_stopped_by():
        raise NoRoomToRecord
    files = Recording.objects.filter(leg=offer.pk)
    if files.filter(ended_at=None).exists():
        return ""
    if files:
        offer.recording_path = recording_path(offer.pk, at, files.count() + 1)
    elif not offer.recording_path:
        offer.recording_path = recording_path(offer.pk, at)
    offer.save(update_fields=["recording_path"])
    record_audit(verb="began to record", subject=offer.call, actor=by)
    return offer.recording_path


@transaction.atomic
def end_on_demand(*, offer_id: UUID, by: Any) -> str:
    """The path of the file that runs. Raises NotOnDemand, NotRecordedNow."""
    offer = _locked(offer_id)
    running = Recording.objects.filter(leg=offer.pk, ended_at=None).order_by("-started_at").first()
    if running is None:
        raise NotRecordedNow
    record_audit(verb="stopped recording", subject=offer.call, actor=by)
    return running.path


def _locked(offer_id: UUID) -> Offer:
    offer = Offer.objects.select_related("call").get(pk=offer_id)
    Call.objects.select_for_update(no_key=True).get(pk=offer.call_id)
    if offer.recording_mode != Mode.ON_DEMAND:
        raise NotOnDemand
    return offer
