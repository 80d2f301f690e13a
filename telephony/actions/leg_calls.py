"""The call a leg belongs to: found, opened and described."""

from datetime import datetime
from typing import Any
from uuid import UUID

from telephony import events
from telephony.actions.sitting import save, sitting
from telephony.models import Call, Leg, Offer
from telephony.queries.hours import is_open
from telephony.queries.remembered import once
from telephony.queries.routes import entry_of
from telephony.text import name_or_nothing, plain_line
from tenants.context import current_tenant
from tenants.events import emit
from tenants.numbers import to_e164


def open_call(leg: Leg, *, at: datetime, direction: str = Call.Direction.INBOUND) -> Call:
    """The call this leg began; told once, however often it is opened."""
    call, is_new = _made_call(leg.pk, {"arrived_at": leg.created_at or at, "direction": direction})
    leg.call_id = call.pk
    if is_new:
        emit(events.CallArrived(occurred_at=call.arrived_at, call_id=call.pk))
    return call


def _made_call(call_id: UUID, defaults: dict[str, Any]) -> tuple[Call, bool]:
    table = sitting()
    if table is None:
        locked = Call.objects.select_for_update(no_key=True)
        return locked.get_or_create(pk=call_id, defaults=defaults)
    call = table.call(call_id)
    if call is not None:
        return call, False
    call = Call(pk=call_id, **defaults)
    table.begin_call(call)
    return call, True


def known_offer(offer_id: UUID) -> Offer | None:
    table = sitting()
    return table.offer(offer_id) if table is not None else Offer.objects.filter(pk=offer_id).first()


def describe_call(call: Call, *, dialled: str, caller_number: str, caller_name: str) -> None:
    """Fill what is still empty and save when something was."""
    before = (call.number, call.caller_raw, call.caller_name)
    describe(call, dialled=dialled, caller_number=caller_number, caller_name=caller_name)
    if before != (call.number, call.caller_raw, call.caller_name):
        save(call)


def describe(call: Call, *, dialled: str, caller_number: str, caller_name: str) -> None:
    country = str(current_tenant().country)
    if dialled and not call.number:
        call.number = to_e164(dialled, country) or plain_line(dialled, 64)
        stamp_hours(call, country)
    if caller_number and not call.caller_raw:
        call.caller_raw = plain_line(caller_number, 255)
        call.caller_number = to_e164(caller_number, country) or plain_line(caller_number, 64)
    if caller_name and not call.caller_name:
        call.caller_name = name_or_nothing(caller_name, 255)


def stamp_hours(call: Call, country: str) -> None:
    """Whether it came within the hours of the queue its number leads to, as they are at this moment. A flow that asks
    for hours on the way says it better (`flow_steps`).
    """
    if call.direction != Call.Direction.INBOUND or call.is_within_hours is not None:
        return
    entry = once(("entry", call.number), lambda: entry_of(call.number, country), is_setting=True)
    if entry is not None:
        call.hours_id = entry.queue.hours_id
        call.is_within_hours = is_open(call.hours_id, call.arrived_at)


def known_call(call_id: UUID | None) -> UUID | None:
    if not call_id:
        return None
    table = sitting()
    is_known = (
        table.call(call_id) is not None if table is not None else Call.objects.filter(pk=call_id).exists()
    )
    return call_id if is_known else None
