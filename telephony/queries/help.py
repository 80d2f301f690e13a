"""Reads of raised hands: whose help is asked for now, and whom a leader may help."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from telephony.models import HelpRequest
from telephony.queries.supervision import agents_led_by


def help_requests() -> QuerySet[HelpRequest]:
    return HelpRequest.objects.select_related("agent", "call", "taken_by")


def open_help_requests(member: Any = None) -> list[HelpRequest]:
    """Hands that are up, the longest first; of a leader of groups those of their agents. None: everybody's."""
    found = help_requests().filter(ended_at=None).order_by("asked_at", "pk")
    led = agents_led_by(member) if member is not None else None
    return list(found if led is None else found.filter(agent_id__in=led))


def open_help_of(agent_id: int) -> HelpRequest | None:
    return help_requests().filter(agent_id=agent_id, ended_at=None).first()


def open_help_by_agent(agent_ids: Collection[int]) -> dict[int, HelpRequest]:
    """The hands of these agents that are up; one each at most."""
    return {row.agent_id: row for row in help_requests().filter(agent_id__in=agent_ids, ended_at=None)}


def help_request(member: Any, help_id: int) -> HelpRequest | None:
    """One that this leader may answer, open or over."""
    found = help_requests().filter(pk=help_id)
    led = agents_led_by(member)
    return (found if led is None else found.filter(agent_id__in=led)).first()
