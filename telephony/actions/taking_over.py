"""Who listens in takes the talk over: an offer made before the switch is asked, unmade where nothing came of it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from telephony.actions.agent_activity import follow_agent
from telephony.cells.actions import hold_epoch
from telephony.models import Call, Listening, Offer
from telephony.queries.supervision import hearing_ear, supervised_talk
from tenants.context import current_schema

EAR_RINGS = timedelta(seconds=30)


@transaction.atomic
def reserve_take_over(*, call_id: UUID, member: Any, cell: str, epoch: int, at: datetime) -> Listening:
    """The supervisor is to talk with the caller: an offer whose id is the ear's leg.

    Raises NotListening, NobodyTalks, NotYourTeam.
    """
    hold_epoch(cell=cell, epoch=epoch)
    talk = supervised_talk(call_id, member)
    Call.objects.select_for_update(no_key=True).get(pk=call_id)
    listening = hearing_ear(call_id, member)
    if Offer.objects.filter(pk=listening.pk).exists():
        return listening
    Offer.objects.create(
        id=listening.pk,
        call_id=call_id,
        agent_id=listening.supervisor_id,
        kind=Offer.Kind.TAKE_OVER,
        epoch=epoch,
        offered_at=at,
        expires_at=at + EAR_RINGS,
        recording_path=recording_path(listening) if talk.recording_path else "",
        recording_mode=talk.recording_mode,
        recording_version=talk.recording_version,
        recording_by=talk.recording_by,
    )
    return listening


@transaction.atomic
def release_take_over(*, leg_id: UUID, at: datetime) -> None:
    """The talk was not taken over after all: the ear goes on listening."""
    reserved = Offer.objects.filter(pk=leg_id, kind=Offer.Kind.TAKE_OVER, answered_at=None, ended_at=None)
    agent_id = reserved.values_list("agent_id", flat=True).first()
    if agent_id is not None:
        reserved.delete()
        follow_agent(agent_id, at=at, cause="phone")


def recording_path(listening: Listening) -> str:
    """Where the talk is recorded once the supervisor has taken it over."""
    return f"{current_schema()}/{listening.asked_at:%Y-%m-%d}/{listening.pk}.wav"
