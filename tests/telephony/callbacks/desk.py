"""What the stories of callbacks do again and again: a caller who presses the key, an agent who calls back."""

from uuid import UUID

from telephony import orders
from telephony.actions.callbacks import promise_callback
from telephony.models import Call, Callback, CallbackAttempt, Offer, WaitingTerms
from tests.telephony.office import Office

ANN, BEN = "+8613800000001", "+8613800000002"
"""Callers."""


def terms(office: Office, **fields) -> WaitingTerms:
    with office.floor.inside():
        known = {"offers_callback": True, "retry_minutes": 10, "max_attempts": 3} | fields
        return WaitingTerms.objects.update_or_create(queue=office.floor.queue, defaults=known)[0]


def wants_a_callback(office: Office, number: str, *, waited: float = 30, hangs_up: bool = True) -> UUID:
    """Somebody waits so long, presses the key and hangs up; the callback's id."""
    call_id = office.caller(number=number)
    office.pass_seconds(waited)
    callback_id = press_key(office, call_id)
    if hangs_up:
        office.switch.end(call_id)
        office.settle()
    return callback_id


def press_key(office: Office, call_id: UUID) -> UUID:
    with office.floor.inside():
        callback, _is_new = promise_callback(
            call_id=call_id, queue_id=office.floor.queue.pk, at=office.floor.now, language="zh"
        )
    office.order(orders.LookAtCallback(callback_id=callback.pk))
    return callback.pk


def row(office: Office, callback_id: UUID) -> Callback:
    with office.floor.inside():
        return Callback.objects.get(pk=callback_id)


def tries(office: Office, callback_id: UUID) -> list[CallbackAttempt]:
    with office.floor.inside():
        return list(CallbackAttempt.objects.filter(callback_id=callback_id).order_by("started_at", "pk"))


def outcomes(office: Office, callback_id: UUID) -> list[str]:
    return [one.outcome for one in tries(office, callback_id)]


def picks_up(office: Office) -> Offer:
    """The agent whose phone rings answers; the switch rings the customer."""
    offer = office.ringing()
    assert offer is not None, "no phone rings"
    office.switch.pick_up(offer.pk)
    office.settle()
    return offer


def speaks(office: Office, seconds: float = 20) -> Offer:
    """The agent answers, the customer answers, they speak, the customer hangs up, wrap-up ends."""
    offer = picks_up(office)
    office.switch.joins(offer.pk)
    office.settle()
    office.pass_seconds(seconds)
    office.switch.end(offer.call_id)
    if offer.pk in office.switch.legs:
        office.switch.end(offer.pk)
    office.settle()
    return offer


def call_of(office: Office, call_id: UUID) -> Call:
    with office.floor.inside():
        return Call.objects.get(pk=call_id)
