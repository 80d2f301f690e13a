"""One try of a callback: an agent's phone rings, then the switch dials the customer. Rows first, then the switch."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from telephony import events
from telephony.actions.agent_activity import write_state
from telephony.actions.callbacks import locked_callback, save_callback, tell_of_callback
from telephony.actions.display_health import judge_number, note_shown
from telephony.actions.do_not_call import BY_THE_LIST
from telephony.actions.follow_ups import open_follow_up
from telephony.actions.offers import AgentGone, free_agents, recording_path, rings_seconds
from telephony.actions.outgoing import lock_number, note_never_dialled
from telephony.cells.actions import hold_epoch
from telephony.errors import OfferImpossible
from telephony.models import Agent, Call, Callback, CallbackAttempt, FollowUp, Leg, Offer
from telephony.number_limits import REFUSED
from telephony.queries.calling_hours import next_calling_time, waiting_terms
from telephony.queries.displays import chosen_to_show, number_to_show, verdict_on_calling
from telephony.queries.do_not_call import is_barred
from telephony.queries.outside_numbers import Rung, rung
from telephony.queries.recording_policies import recording_mode_for, stamp_of
from telephony.switch import OfferCommand
from tenants.context import current_tenant
from tenants.events import emit

State = Callback.State
CUSTOMER_RINGS = timedelta(seconds=45)
"""Longer than the switch lets a customer's phone ring, so that nobody ends a try that still goes on."""
BUSY_LINE_PAUSE = timedelta(seconds=60)
"""Until another look at a customer who is on a call with us already."""
OUR_FAULT = frozenset(
    {
        "NORMAL_TEMPORARY_FAILURE", "RECOVERY_ON_TIMER_EXPIRE", "NETWORK_OUT_OF_ORDER", "GATEWAY_DOWN",
        "INVALID_GATEWAY", "NORMAL_CIRCUIT_CONGESTION", "SWITCH_CONGESTION", "LOST",
    }
)  # fmt: skip
"""Causes by which no customer was disturbed: such a try costs none of their attempts."""
NO_SUCH_NUMBER = frozenset({"UNALLOCATED_NUMBER", "INVALID_NUMBER_FORMAT", "NUMBER_CHANGED"})
MACHINE = "machine"


class CallbackNotNow(OfferImpossible):
    "This customer cannot be called back at this moment."


def start_attempt(
    *, callback_id: UUID, agent_id: int, cell: str, epoch: int, explanation: dict[str, Any], at: datetime
) -> OfferCommand:
    """Reserve the agent and say what the switch is to be asked. Raises AgentGone, or CallbackNotNow when the promise
    is no longer due: then its row says when to look again.

    Two tries of one promise, or two promises to one number, cannot go on at once: the number is locked, and each try
    is a row of which only one may be open.
    """
    try:
        with transaction.atomic():
            hold_epoch(cell=cell, epoch=epoch)
            callback = locked_callback(callback_id)
            if _is_due(callback, at):
                agent = free_agents((agent_id,))[agent_id]
                _show_in_turn(callback, at)
                phone = rung(agent, callback.shown_number)
                offer = _begin(callback, agent, phone, epoch=epoch, explanation=explanation, at=at)
                return _command(callback, offer, phone)
    except IntegrityError as error:
        raise AgentGone from error
    raise CallbackNotNow


def _is_due(callback: Callback, at: datetime) -> bool:
    """Waits, within calling hours, and not on a call with us; else `not_before` says when to look again."""
    if callback.ended_at or callback.state not in (State.WAITING, State.RETRY):
        return False
    if callback.not_before and callback.not_before > at:
        return False
    allowed = next_calling_time(callback.queue, waiting_terms(callback.queue_id), at)
    if allowed != at:
        callback.not_before = allowed or at + timedelta(days=1)
        save_callback(callback)
        return False
    if is_barred(callback.number):
        callback.state, callback.ended_at, callback.cancelled_by = State.CANCELLED, at, BY_THE_LIST
        save_callback(callback)
        tell_of_callback(callback, at)
        return False
    if _is_forbidden(callback, at):
        _give_up(callback, at)
        return False
    lock_number(callback.number)
    is_on_a_call = Call.objects.filter(caller_number=callback.number, ended_at=None).exists()
    if is_on_a_call:
        callback.not_before = at + BUSY_LINE_PAUSE
        save_callback(callback)
    return not is_on_a_call


def _is_forbidden(callback: Callback, at: datetime) -> bool:
    """The terms of our number were changed since the promise: another of ours is shown, or nobody is called."""
    shown = callback.shown_number
    if not shown or verdict_on_calling(shown, callback.number).kind != REFUSED:
        return False
    callback.shown_number = number_to_show(shown, queue_id=callback.queue_id, to=callback.number, at=at)
    return verdict_on_calling(callback.shown_number, callback.number).kind == REFUSED


def _show_in_turn(callback: Callback, at: datetime) -> None:
    """The pool's next number at this moment: one that came to rest since the promise is passed over."""
    dialled = callback.origin.number if callback.origin else callback.shown_number
    chosen = chosen_to_show(dialled, queue_id=callback.queue_id, to=callback.number, at=at)
    if chosen.pool_number_id is not None:
        note_shown(chosen.pool_number_id, at)
        callback.shown_number = chosen.number


def _give_up(callback: Callback, at: datetime) -> None:
    """Not kept, and a person's from now on."""
    _hand_over(callback, at)
    save_callback(callback)
    tell_of_callback(callback, at)


def _hand_over(callback: Callback, at: datetime) -> None:
    callback.state, callback.ended_at = State.MISSED, at
    if callback.origin:
        open_follow_up(kind=FollowUp.Kind.CALLBACK, call=callback.origin, queue=callback.queue, at=at)


def _begin(
    callback: Callback, agent: Agent, phone: Rung, *, epoch: int, explanation: dict[str, Any], at: datetime
) -> Offer:
    """The outgoing call, the offer that reserves the agent, the attempt: the customer's leg will have the call's id."""
    call = Call.objects.create(
        direction=Call.Direction.OUTBOUND,
        number=callback.shown_number,
        caller_number=callback.number,
        caller_raw=callback.number,
        queue=callback.queue,
        agent=agent,
        language=callback.language,
        arrived_at=at,
        state=Call.State.RINGING,
    )
    offer_id = uuid4()
    decision = recording_mode_for(
        call_id=call.pk, agent_id=agent.pk, number=callback.shown_number, queue=callback.queue
    )
    offer = Offer.objects.create(
        id=offer_id,
        call=call,
        agent=agent,
        epoch=epoch,
        rang=phone.kind,
        offered_at=at,
        expires_at=at
        + timedelta(seconds=rings_seconds(callback.queue.offer_seconds, (phone,)))
        + CUSTOMER_RINGS,
        recording_path=recording_path(offer_id, at) if decision.is_recorded else "",
        explanation=explanation,
        **stamp_of(decision),
    )
    CallbackAttempt.objects.create(callback=callback, call=call, agent=agent, started_at=at)
    callback.state, callback.agent, callback.not_before = State.RINGING, agent, None
    save_callback(callback)
    agent.activity = Agent.Activity.RINGING
    write_state(agent, at=at, cause="call")
    emit(events.CallOffered(occurred_at=at, call_id=call.pk, agent_id=agent.pk, offer_id=offer.pk))
    return offer


def _command(callback: Callback, offer: Offer, phone: Rung) -> OfferCommand:
    tenant = current_tenant()
    return OfferCommand(
        offer_id=offer.pk,
        tenant=tenant.schema_name,
        caller_leg_id=offer.call_id,
        call_id=offer.call_id,
        agent_id=offer.agent_id,
        epoch=offer.epoch,
        username=phone.username,
        outside=phone.outside,
        domain=tenant.host,
        timeout_seconds=rings_seconds(callback.queue.offer_seconds, (phone,)),
        caller_number=callback.number,
        recording=offer.recording_path or None,
        dials=callback.number,
        shown_number=callback.shown_number or callback.number,
    )


@transaction.atomic
def end_attempt(*, call_id: UUID, at: datetime, is_final: bool = False) -> bool:
    """What came of the try this call was. False while the customer's leg has not ended: ask again in a moment, or say
    that nothing more will come of it.
    """
    attempt = CallbackAttempt.objects.filter(call_id=call_id, ended_at=None).first()
    if attempt is None:
        return True
    callback = locked_callback(attempt.callback_id)
    offer = Offer.objects.get(call_id=call_id)
    customer = Leg.objects.filter(pk=call_id).first()
    if not offer.outcome or (offer.outcome != Offer.Outcome.BRIDGED and _goes_on(customer) and not is_final):
        return False
    if customer is None:
        note_never_dialled(call_id=attempt.call_id, began_at=attempt.started_at, at=at)
    attempt.outcome, attempt.ended_at = _outcome(offer, customer), at
    attempt.save()
    if attempt.call is not None:
        judge_number(number=attempt.call.number, at=at)
    if attempt.outcome not in ("agent_missed", "failed"):
        callback.first_tried_at = callback.first_tried_at or attempt.started_at
        callback.attempts += 1
    _decide(callback, attempt.outcome, customer, at)
    save_callback(callback)
    tell_of_callback(callback, at)
    return True


def _goes_on(customer: Leg | None) -> bool:
    return customer is not None and customer.ended_at is None


@transaction.atomic
def note_machine(*, call_id: UUID, at: datetime) -> bool:
    """The agent says that a machine answered: it was a try, and kept nothing. False where that changes nothing."""
    attempt = CallbackAttempt.objects.filter(call_id=call_id, outcome="reached").first()
    if attempt is None:
        return False
    callback = locked_callback(attempt.callback_id)
    if callback.state != State.DONE or callback.tries.filter(started_at__gt=attempt.started_at).exists():
        return False
    attempt.outcome = MACHINE
    attempt.save(update_fields=["outcome"])
    callback.reached_at = callback.ended_at = None
    _decide(callback, MACHINE, None, at)
    save_callback(callback)
    tell_of_callback(callback, at)
    return True


def _outcome(offer: Offer, customer: Leg | None) -> str:
    if offer.outcome == Offer.Outcome.BRIDGED:
        is_machine = Call.objects.filter(pk=offer.call_id, disposition__is_machine=True).exists()
        return MACHINE if is_machine else "reached"
    if customer is None:
        agent_leg = Leg.objects.filter(pk=offer.pk).first()
        return "failed" if agent_leg and agent_leg.answered_at else "agent_missed"
    if customer.cause == "ORIGINATOR_CANCEL":
        # The agent hung up before the customer could answer.
        return "agent_missed"
    if customer.cause in OUR_FAULT:
        return "failed"
    return "busy" if customer.cause == "USER_BUSY" else "no_answer"


def _decide(callback: Callback, outcome: str, customer: Leg | None, at: datetime) -> None:
    """Kept, tried again at the old place in line, or given up to a person."""
    if outcome == "reached":
        callback.state, callback.reached_at, callback.ended_at = State.DONE, at, at
        return
    callback.agent = None
    if outcome == "agent_missed":
        callback.state = State.WAITING
        return
    is_hopeless = customer is not None and customer.cause in NO_SUCH_NUMBER
    if is_hopeless or callback.attempts >= callback.max_attempts:
        _hand_over(callback, at)
        return
    terms = waiting_terms(callback.queue_id)
    pause = timedelta(minutes=1) if outcome == "failed" else timedelta(minutes=terms.retry_minutes)
    again = at + pause
    callback.state = State.RETRY
    callback.not_before = next_calling_time(callback.queue, terms, again) or again + timedelta(days=1)


def open_attempts() -> list[UUID]:
    """The calls of tries that have not ended, for a worker that has just begun."""
    return list(
        CallbackAttempt.objects.filter(ended_at=None, call__isnull=False).values_list("call_id", flat=True)
    )
