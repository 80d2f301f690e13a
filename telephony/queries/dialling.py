"""Whether an agent may call a number now. The page asks before the order is sent, the worker before the switch is."""

from __future__ import annotations

import re
from datetime import datetime

from telephony.dial_errors import (
    BusyOnCall,
    DialledAbroad,
    DialledPremium,
    DialNotAllowed,
    NoLineToDial,
    NoPhoneToCallWith,
    WorkspaceNotOpen,
)
from telephony.errors import AgentSwitchedOff, NumberNotDiallable
from telephony.models import Agent, Call, Device, Offer, Queue, QueueAgent
from telephony.queries.devices import device_to_ring
from telephony.queries.emergency import has_outside_line
from telephony.queries.outside_numbers import phone_terms, why_not
from telephony.queries.transfers import transfer_limits
from tenants.context import current_tenant
from tenants.errors import BadInput
from tenants.numbers import to_e164

REFUSALS: dict[str, type[BadInput]] = {
    "no_number": NumberNotDiallable,
    "abroad": DialledAbroad,
    "premium": DialledPremium,
}
_SERVICE = re.compile(r"[0-9]{5,10}")


def diallable(typed: str) -> str:
    """The number as it is dialled, of anything a person typed or we know. For calls, consults and transfers alike.

    Raises NumberNotDiallable, DialledAbroad or DialledPremium. Service numbers of the tenant's own country (400, 95…)
    have no international form; they may be called.
    """
    number = to_e164(typed, str(current_tenant().country)) or ""
    if _SERVICE.fullmatch(number):
        return number
    refused = why_not(number, phone_terms())
    if refused:
        raise REFUSALS[refused](field="number")
    return number


def phone_to_call_with(agent: Agent, at: datetime) -> Device:
    """What will ring this agent before the number is dialled. Raises what keeps them from calling anybody now.

    Ready or not makes no difference: who is not ready for callers may well call somebody.
    """
    if not agent.is_active:
        raise AgentSwitchedOff
    if not has_outside_line():
        raise NoLineToDial
    if transfer_limits(agent.pk, at):
        raise DialNotAllowed
    if agent.presence != Agent.Presence.ONLINE:
        raise WorkspaceNotOpen
    if agent.activity not in (Agent.Activity.IDLE, Agent.Activity.WRAP_UP):
        raise BusyOnCall
    device = device_to_ring(agent.pk)
    if device is None:
        raise NoPhoneToCallWith
    return device


def name_of(number: str) -> str:
    """As whoever has this number called themselves last; "" when they never did."""
    named = Call.objects.filter(caller_number=number).exclude(caller_name="").order_by("-arrived_at")
    return named.values_list("caller_name", flat=True).first() or ""


def queue_to_call_for(agent_id: int, queue_id: int | None) -> Queue | None:
    """Whose wrap-up, dispositions and rule of recording count: the queue asked for, if the agent works in it; else the
    one of the last call they had, else the first by name. None: they work in none.
    """
    own = QueueAgent.objects.filter(agent_id=agent_id, queue__state=Queue.State.OPEN)
    queues = {place.queue_id: place.queue for place in own.select_related("queue").order_by("queue__name")}
    if queue_id not in queues and len(queues) > 1:
        queue_id = _queue_of_last_call(agent_id, list(queues))
    return queues.get(queue_id or 0) or next(iter(queues.values()), None)


def _queue_of_last_call(agent_id: int, queue_ids: list[int]) -> int | None:
    had = Offer.objects.filter(agent_id=agent_id, call__queue_id__in=queue_ids, answered_at__isnull=False)
    return had.order_by("-offered_at").values_list("call__queue_id", flat=True).first()


def queue_named(text: str) -> int | None:
    """Of what a page sends; None for anything that is no number of ours."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
