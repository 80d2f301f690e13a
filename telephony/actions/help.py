"""A raised hand: asked for once, taken by somebody who leads, over when helped or taken down."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from telephony import message_events as events
from telephony.message_errors import HelpGone, HelpIsOver
from telephony.models import Agent, Call, HelpRequest
from telephony.text import plain_line
from tenants.events import emit
from tenants.people.policies import Member

LONGEST_QUESTION = 200


@transaction.atomic
def ask_for_help(*, agent_id: int, at: datetime, call_id: UUID | None = None, text: str = "") -> HelpRequest:
    """The agent's hand is up. Asked again it stays the same hand, with the newer words."""
    Agent.objects.select_for_update(no_key=True).get(pk=agent_id)
    row = HelpRequest.objects.filter(agent_id=agent_id, ended_at=None).first()
    if row is None:
        row = HelpRequest(agent_id=agent_id, asked_at=at)
    row.call = Call.objects.filter(pk=call_id).first() if call_id else row.call
    row.text = plain_line(text, LONGEST_QUESTION) or row.text
    row.save()
    _tell(row, at)
    return row


@transaction.atomic
def take_help(*, help_id: int, member: Member, at: datetime) -> HelpRequest:
    """Somebody comes; taken again by another, the later one comes."""
    row = _open(help_id)
    if row.taken_by_id == member.pk:
        return row
    row.taken_by, row.taken_at = member, at
    row.save()
    _tell(row, at)
    return row


@transaction.atomic
def end_help(*, help_id: int, at: datetime) -> HelpRequest:
    """Helped, or taken down. Told again it stays as it was."""
    row = _locked(help_id)
    if row.ended_at is None:
        row.ended_at = at
        row.save()
        _tell(row, at)
    return row


def _tell(row: HelpRequest, at: datetime) -> None:
    emit(events.HelpRequestChanged(occurred_at=at, help_id=row.pk, agent_id=row.agent_id))


def _open(help_id: int) -> HelpRequest:
    row = _locked(help_id)
    if row.ended_at is not None:
        raise HelpIsOver
    return row


def _locked(help_id: int) -> HelpRequest:
    row = HelpRequest.objects.select_for_update(no_key=True).filter(pk=help_id).first()
    if row is None:
        raise HelpGone
    return row
