"""An agent calls a number: asked for on a page or by an order, their own phone rings first, then the switch dials.

The number never has to be known to whoever asks: pages name a row of ours, and the server looks the number up.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from telephony import events
from telephony.actions.agent_activity import write_states
from telephony.actions.callback_attempts import CUSTOMER_RINGS
from telephony.actions.callbacks import cancel_callback
from telephony.actions.display_health import judge_number, note_shown
from telephony.actions.do_not_call import note_call_of_pass, pass_bar, use_pass
from telephony.actions.offers import recording_path, rings_seconds
from telephony.actions.outgoing import lock_number, note_never_dialled
from telephony.call_orders import Dial
from telephony.cells.actions import hold_epoch
from telephony.dial_errors import (
    BusyOnCall,
    NoNumberHere,
    NotAnAgent,
    OnTheLineAlready,
)
from telephony.models import Agent, Call, Callback, Device, Leg, Offer, Queue
from telephony.number_limits import REFUSED
from telephony.orders import send_order
from telephony.queries import agent_of
from telephony.queries.dialling import diallable, name_of, phone_to_call_with, queue_to_call_for
from telephony.queries.displays import Shown, chosen_to_show, refuse_outside_terms, verdict_on_calling
from telephony.queries.outside_numbers import Rung, rung_device, shown
from telephony.queries.plan_limits import refuse_without_a_line
from telephony.queries.recording_policies import recording_mode_for, stamp_of
from telephony.switch import OfferCommand
from tenants.context import current_tenant
from tenants.events import emit
from tenants.masking import mask_number
from tenants.people.actions import record_audit

PHONE_RINGS = 30
"""Seconds: whoever has just pressed the button is there."""


def ask_to_dial(
    *, member: Any, number: str, subject: Any, at: datetime, queue_id: int | None = None, reason: str = ""
) -> str:
    """The order, after everything that can be refused at once; what happens next, in a sentence for the one who asked.

    `subject` is the row whose number it is, or a text: the audit log names it, with the number masked. `reason` is a
    leader's, for a number of the do-not-call list. Raises the errors of telephony.dial_errors, NumberNotDiallable,
    TelephonyUnreachable.
    """
    agent = agent_of(member)
    if agent is None:
        raise NotAnAgent
    if not number:
        raise NoNumberHere
    digits = diallable(number)
    device = phone_to_call_with(agent, at)
    queue = queue_to_call_for(agent.pk, queue_id)
    _number_shown(agent.pk, queue, digits, at, subject)
    refuse_without_a_line(current_tenant())
    pass_bar(number=digits, member=member, reason=reason, subject=subject, at=at)
    send_order(Dial(agent_id=agent.pk, number=digits, queue_id=queue_id or 0), member=member)
    record_audit(verb="dialled", subject=subject, actor=member, after={"number": mask_number(digits)})
    return _what_happens(device, mask_number(digits))


def _what_happens(device: Device, number: str) -> str:
    if device.kind == Device.Kind.WEB:
        return _("Calling %(number)s. You hear it in your workspace.") % {"number": number}
    if device.kind == Device.Kind.NUMBER:
        return _("Your outside number rings. Answer and press 1: then %(number)s is dialled.") % {
            "number": number
        }
    return _("Your telephone rings. Pick it up: then %(number)s is dialled.") % {"number": number}


def start_dial(
    *, agent_id: int, number: str, queue_id: int | None, cell: str, epoch: int, at: datetime
) -> OfferCommand:
    """The outgoing call and the offer that reserves the agent; the customer's leg will have the call's id.

    `number` is one of `diallable`. Raises OnTheLineAlready, and what `phone_to_call_with` raises.
    """
    try:
        with transaction.atomic():
            hold_epoch(cell=cell, epoch=epoch)
            lock_number(number)
            if Call.objects.filter(caller_number=number, ended_at=None).exists():
                raise OnTheLineAlready
            agent = Agent.objects.select_for_update(no_key=True).get(pk=agent_id)
            device = phone_to_call_with(agent, at)
            queue = queue_to_call_for(agent_id, queue_id)
            passed = use_pass(number=number, agent_id=agent_id, at=at)
            own = _number_shown(agent_id, queue, number, at)
            note_shown(own.pool_number_id, at)
            phone = rung_device(agent, device, own.number)
            call = _outgoing(agent, number, own.number, queue, at)
            if passed is not None:
                note_call_of_pass(pass_id=passed.pk, call_id=call.pk)
            offer = _offer(call, agent, phone, epoch=epoch, at=at)
            write_states([agent], activity=Agent.Activity.RINGING, at=at, cause="call")
            emit(events.CallOffered(occurred_at=at, call_id=call.pk, agent_id=agent.pk, offer_id=offer.pk))
    except IntegrityError as error:
        raise BusyOnCall from error
    return _command(call, offer, phone)


def _number_shown(
    agent_id: int, queue: Queue | None, number: str, at: datetime, subject: Any = None
) -> Shown:
    """What who is called will see. Raises NumberNotForThis or NumberNotForThere by the terms of that number, which
    the audit log keeps where a person asked (`subject`).
    """
    chosen = chosen_to_show("", agent_id=agent_id, queue_id=queue.pk if queue else None, to=number, at=at)
    own = chosen if chosen.number else Shown(shown("") or number)
    verdict = verdict_on_calling(own.number, number)
    if verdict.kind != REFUSED:
        return own
    if subject is not None:
        after = {
            "number": mask_number(number),
            "shown": own.number,
            "why": verdict.why,
            "place": verdict.place,
        }
        record_audit(verb="refused", subject=subject, after=after)
    refuse_outside_terms(own.number, number)
    return own


def _outgoing(agent: Agent, number: str, own_number: str, queue: Queue | None, at: datetime) -> Call:
    return Call.objects.create(
        direction=Call.Direction.OUTBOUND,
        number=own_number,
        caller_number=number,
        caller_raw=number,
        caller_name=name_of(number),
        queue=queue,
        agent=agent,
        arrived_at=at,
        state=Call.State.RINGING,
    )


def _offer(call: Call, agent: Agent, phone: Rung, *, epoch: int, at: datetime) -> Offer:
    offer_id = uuid4()
    decision = recording_mode_for(call_id=call.pk, agent_id=agent.pk, number=call.number, queue=call.queue)
    seconds = rings_seconds(PHONE_RINGS, (phone,))
    return Offer.objects.create(
        id=offer_id,
        call=call,
        agent=agent,
        kind=Offer.Kind.DIAL,
        epoch=epoch,
        rang=phone.kind,
        offered_at=at,
        expires_at=at + timedelta(seconds=seconds) + CUSTOMER_RINGS,
        recording_path=recording_path(offer_id, at) if decision.is_recorded else "",
        explanation={},
        **stamp_of(decision),
    )


def _command(call: Call, offer: Offer, phone: Rung) -> OfferCommand:
    tenant = current_tenant()
    return OfferCommand(
        offer_id=offer.pk,
        tenant=tenant.schema_name,
        caller_leg_id=call.pk,
        call_id=call.pk,
        agent_id=offer.agent_id,
        epoch=offer.epoch,
        username=phone.username,
        outside=phone.outside,
        domain=tenant.host,
        timeout_seconds=rings_seconds(PHONE_RINGS, (phone,)),
        # The agent's phone shows our own number: theirs may be one this agent does not see whole.
        caller_number=call.number,
        recording=offer.recording_path or None,
        dials=call.caller_number,
        shown_number=call.number,
    )


@transaction.atomic
def end_dial(*, call_id: UUID, at: datetime) -> bool:
    """What came of it, once the agent's part is over. False while the dialled leg goes on: ask again in a moment."""
    call = Call.objects.select_for_update(no_key=True).get(pk=call_id)
    offer = Offer.objects.get(call_id=call_id, kind=Offer.Kind.DIAL)
    if not offer.outcome:
        return False
    if offer.outcome == Offer.Outcome.BRIDGED:
        _keep_promises(call, at)
        judge_number(number=call.number, at=at)
        return True
    if call.ended_at:
        judge_number(number=call.number, at=at)
        return True
    if Leg.objects.filter(pk=call_id).exists():
        return False
    note_never_dialled(call_id=call_id, began_at=offer.offered_at, at=at)
    return True


def _keep_promises(call: Call, at: datetime) -> None:
    """Who was promised a callback and is called by hand is owed nothing any more."""
    owed = Callback.objects.filter(
        number=call.caller_number, state__in=(Callback.State.WAITING, Callback.State.RETRY)
    )
    for callback_id in owed.values_list("pk", flat=True):
        cancel_callback(callback_id=callback_id, by="answered", at=at)
