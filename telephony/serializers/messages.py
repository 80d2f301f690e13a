"""The shape of raised hands, lines of chat and announcements outside Python: snapshot = message."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from telephony.models import Agent, Announcement, ChatMessage, ContactNote, FollowUp, HelpRequest
from telephony.queries.contact_notes import unseen_mentions
from telephony.queries.help import open_help_by_agent, open_help_requests
from telephony.queries.page_messages import announced_to, unread_of
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


def messages_snapshots(
    members: Sequence[Any], agents: Mapping[int, Agent], at: datetime
) -> list[dict[str, Any]]:
    """Of each of these: my hand, who wrote to me, what was announced. `agents`: by member."""
    ids = [member.pk for member in members]
    hands = open_help_by_agent([agent.pk for agent in agents.values()])
    unread, mentions, announced = unread_of(ids), unseen_mentions(ids), announced_to(ids, at)
    found = []
    for pk in ids:
        help_ = hands.get(agents[pk].pk) if pk in agents else None
        found.append(
            {
                "help": help_row(help_) if help_ else None,
                "unread": {str(one): count for one, count in unread.get(pk, {}).items()},
                "mentions": [mention_row(one.note) for one in mentions.get(pk, ())],
                "announcements": [announcement_row(row, is_read=is_read) for row, is_read in announced[pk]],
            }
        )
    return found
