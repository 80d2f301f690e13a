"""The shape of raised hands, lines of chat and announcements outside Python: snapshot = message."""

from datetime import datetime
from typing import Any, TypedDict

from telephony.models import Agent, Announcement, ChatMessage, ContactNote, FollowUp, HelpRequest
from telephony.queries.contact_notes import unseen_mentions
from telephony.queries.help import open_help_of, open_help_requests
from telephony.queries.messages import announcements_for, unread_by_sender
from telephony.serializers.rows import Named


class HelpRow(TypedDict):
    """A raised hand. `taken_by` is empty until somebody comes; it is down once `ended_at` is set."""

    id: int
    agent: Named
    call_id: str | None
    text: str
    asked_at: Any
    taken_by: str
    taken_at: Any
    ended_at: Any


def help_row(row: HelpRequest) -> HelpRow:
    return {
        "id": row.pk,
        "agent": {"id": row.agent_id, "name": row.agent.name},
        "call_id": str(row.call_id) if row.call_id else None,
        "text": row.text,
        "asked_at": row.asked_at,
        "taken_by": str(row.taken_by) if row.taken_by else "",
        "taken_at": row.taken_at,
        "ended_at": row.ended_at,
    }


def help_rows(member: Any = None) -> list[HelpRow]:
    """What a supervisor's board shows when it opens: the hands that are up, of those this member leads."""
    return [help_row(row) for row in open_help_requests(member)]


def chat_row(row: ChatMessage) -> dict[str, Any]:
    return {
        "id": row.pk,
        "from": {"id": row.sender_id, "name": str(row.sender)},
        "to": row.recipient_id,
        "text": row.text,
        "at": row.at,
    }


def announcement_row(row: Announcement, *, is_read: bool = False) -> dict[str, Any]:
    return {
        "id": row.pk,
        "text": row.text,
        "by": str(row.by),
        "at": row.at,
        "until": row.until,
        "is_read": is_read,
    }


def mention_row(row: ContactNote) -> dict[str, Any]:
    return {
        "id": row.pk,
        "by": str(row.by),
        "text": row.text,
        "at": row.at,
        "call_id": str(row.call_id) if row.call_id else None,
        "customer_id": row.customer_id,
    }


def work_row(row: FollowUp) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "title": row.title,
        "number": row.masked_number,
        "due_at": row.due_at,
    }


def messages_snapshot(member: Any, agent: Agent | None, at: datetime) -> dict[str, Any]:
    """My hand, who wrote to me, what was announced."""
    help_ = open_help_of(agent.pk) if agent else None
    announced = announcements_for(member, at)[:20]
    return {
        "help": help_row(help_) if help_ else None,
        "unread": {str(one): count for one, count in unread_by_sender(member).items()},
        "mentions": [mention_row(one.note) for one in unseen_mentions(member)[:20]],
        "announcements": [announcement_row(row, is_read=row.is_read) for row in announced],
    }
