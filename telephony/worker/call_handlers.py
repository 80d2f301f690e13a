"""The orders of a call in hand (telephony.call_orders), carried out.

What is asked of the switch changes no row here, except that a colleague is reserved: facts come back and do.
"""

import re
from contextlib import suppress
from dataclasses import replace
from uuid import UUID, uuid4

from telephony import actions, call_orders
from telephony.actions import call_control
from telephony.actions.dialling import start_dial
from telephony.actions.display_health import show_next
from telephony.actions.do_not_call import refuse_barred
from telephony.actions.offers import rings_seconds
from telephony.errors import (
    AgentNotReady,
    NobodyAsked,
    NoCallHere,
    NoSuchErrand,
    NotAnsweredYet,
    NotKeys,
    TransferNotAllowed,
)
from telephony.models import Agent, Call, Leg, Offer
from telephony.orders import Envelope
from telephony.queries.dialling import diallable
from telephony.queries.displays import number_to_show, refuse_outside_terms
from telephony.queries.errands import errand_flows, recording_to_mask
from telephony.queries.transfers import transfer_limits
from telephony.switch import (
    ConsultCommand,
    ErrandCommand,
    NotYet,
    OfferCommand,
    OnwardCommand,
    ParkCommand,
    SwitchError,
)
from telephony.worker.entries import back_in_line
from telephony.worker.handlers import Tools, carries_out
from telephony.worker.subjects import talking_offer
from tenants.context import current_schema, current_tenant
from tenants.people.actions import record_audit
from tenants.people.queries import member_by_id

RINGS_SECONDS = int(call_control.CONSULT_RINGS.total_seconds())
PARKED_SECONDS = 300
"""Then the caller is back in the line: nobody is forgotten in a corner."""
KEYS = re.compile(r"[0-9*#]{1,32}")


@carries_out(call_orders.ConsultAgent)
def consult_agent(tools: Tools, order: call_orders.ConsultAgent, _envelope: Envelope) -> None:
    at = tools.clock.now()
    talk = _talk(order.agent_id, order.call_id)
    limits = transfer_limits(order.agent_id, at)
    if limits and order.to_agent_id not in limits.agents:
        raise TransferNotAllowed
    if order.to_agent_id == order.agent_id:
        raise AgentNotReady
    try:
        offer, phone = call_control.ask_colleague(
            talk=talk, to_agent_id=order.to_agent_id, cell=tools.cell, epoch=tools.epoch(), at=at
        )
    except call_control.AgentGone as gone:
        raise AgentNotReady from gone
    command = replace(
        _consult(tools, talk, offer.pk),
        agent_id=offer.agent_id,
        username=phone.username,
        outside=phone.outside,
        domain=current_tenant().host,
        recording=offer.recording_path or None,
        timeout_seconds=rings_seconds(RINGS_SECONDS, (phone,)),
    )
    try:
        _leave_hold(tools, talk)
        tools.switch.consult(command)
    except SwitchError:
        actions.fail_offer(offer_id=offer.pk, at=tools.clock.now(), failure="NOT_SENT")
        raise


@carries_out(call_orders.ConsultNumber)
def consult_number(tools: Tools, order: call_orders.ConsultNumber, _envelope: Envelope) -> None:
    talk = _talk(order.agent_id, order.call_id)
    digits = _diallable(tools, order.agent_id, order.number)
    if call_control.is_asking(talk.call_id):
        raise call_control.AlreadyAsking
    call = _call(talk)
    shown = show_next(
        call.number, to=digits, queue_id=call.queue_id, at=tools.clock.now(), agent_id=talk.agent_id
    )
    refuse_outside_terms(shown, digits)
    _leave_hold(tools, talk)
    tools.switch.consult(replace(_consult(tools, talk, uuid4()), dials=digits, shown_number=shown))


@carries_out(call_orders.HandOver)
def hand_over(tools: Tools, order: call_orders.HandOver, _envelope: Envelope) -> None:
    talk = _talk(order.agent_id, order.call_id)
    if not _asked(talk).answered_at:
        raise NotAnsweredYet
    actions.note_hang_up_order(leg_id=talk.pk, by="agent")
    tools.switch.complete_consult(talk.pk)


@carries_out(call_orders.BackToCaller)
def back_to_caller(tools: Tools, order: call_orders.BackToCaller, _envelope: Envelope) -> None:
    talk = _talk(order.agent_id, order.call_id)
    if call_control.is_in_flow(talk.call_id):
        tools.switch.end_errand(talk.call_id)
        return
    tools.switch.end_consult(_asked(talk).pk)


@carries_out(call_orders.SendThroughFlow)
def send_through_flow(tools: Tools, order: call_orders.SendThroughFlow, envelope: Envelope) -> None:
    """Who sent them is audited here; what the flow masks, by its steps."""
    talk = _talk(order.agent_id, order.call_id)
    if call_control.is_asking(talk.call_id):
        raise call_control.AlreadyAsking
    flow = errand_flows().filter(pk=order.flow_id).first()
    if flow is None or flow.published_id is None:
        raise NoSuchErrand(field="flow_id")
    call = _call(talk)
    _leave_hold(tools, talk)
    tools.switch.send_on_errand(
        ErrandCommand(
            tenant=current_schema(),
            caller_leg_id=call.pk,
            agent_leg_id=talk.pk,
            call_id=call.pk,
            version_id=flow.published_id,
            entry=back_in_line(call),
            recording=recording_to_mask(talk.pk) or None,
        )
    )
    sender = None if envelope.member_id is None else member_by_id(envelope.member_id)
    record_audit(verb="sent through a flow", subject=call, actor=sender, reason=str(flow))


@carries_out(call_orders.JoinAll)
def join_all(tools: Tools, order: call_orders.JoinAll, _envelope: Envelope) -> None:
    talk = _talk(order.agent_id, order.call_id)
    if not _asked(talk).answered_at:
        raise NotAnsweredYet
    tools.switch.conference(talk.pk, talk.call_id, talk.call_id)


@carries_out(call_orders.TransferToNumber)
def transfer_to_number(tools: Tools, order: call_orders.TransferToNumber, _envelope: Envelope) -> None:
    talk = _talk(order.agent_id, order.call_id)
    digits = _diallable(tools, order.agent_id, order.number)
    call = _call(talk)
    shown = show_next(call.number, to=digits, queue_id=call.queue_id, at=tools.clock.now())
    refuse_outside_terms(shown, digits)
    tools.switch.send_to_number(
        OnwardCommand(
            onward_id=uuid4(),
            tenant=current_schema(),
            caller_leg_id=talk.call_id,
            call_id=talk.call_id,
            entry=back_in_line(call),
            dials=digits,
            shown_number=shown,
            timeout_seconds=RINGS_SECONDS,
        )
    )


@carries_out(call_orders.Park)
def park(tools: Tools, order: call_orders.Park, _envelope: Envelope) -> None:
    talk = _talk(order.agent_id, order.call_id)
    if call_control.is_asking(talk.call_id):
        raise call_control.AlreadyAsking
    tools.switch.park(
        ParkCommand(
            tenant=current_schema(),
            caller_leg_id=talk.call_id,
            agent_leg_id=talk.pk,
            entry=back_in_line(_call(talk)),
            seconds=PARKED_SECONDS,
        )
    )


@carries_out(call_orders.PickUp)
def pick_up(tools: Tools, order: call_orders.PickUp, _envelope: Envelope) -> None:
    command = call_control.pick_up(
        call_id=order.call_id,
        agent_id=order.agent_id,
        cell=tools.cell,
        epoch=tools.epoch(),
        at=tools.clock.now(),
    )
    _ring(tools, command)


@carries_out(call_orders.Dial)
def dial(tools: Tools, order: call_orders.Dial, _envelope: Envelope) -> None:
    """Somebody who talks with nobody: their own phone first, then the number."""
    command = start_dial(
        agent_id=order.agent_id,
        number=diallable(order.number),
        queue_id=order.queue_id or None,
        cell=tools.cell,
        epoch=tools.epoch(),
        at=tools.clock.now(),
    )
    _ring(tools, command)


def _ring(tools: Tools, command: OfferCommand) -> None:
    """An offer the switch did not take is over at once: the agent is free again. Raises SwitchError."""
    try:
        tools.switch.offer(command)
    except SwitchError:
        actions.fail_offer(offer_id=command.offer_id, at=tools.clock.now(), failure="NOT_SENT")
        raise


@carries_out(call_orders.SendKeys)
def send_keys(tools: Tools, order: call_orders.SendKeys, _envelope: Envelope) -> None:
    """To the caller; while somebody is asked, to them."""
    talk = _talk(order.agent_id, order.call_id)
    if not KEYS.fullmatch(order.keys):
        raise NotKeys(field="keys")
    consulting = talk.doing == Agent.Activity.CONSULTING
    tools.switch.send_digits(_asked(talk).pk if consulting else talk.call_id, order.keys)


def _talk(agent_id: int, call_id: UUID) -> Offer:
    """The agent's own talk with the caller; who was only asked has none to dispose of."""
    talk = talking_offer(agent_id, call_id)
    if talk.spoke_at is None:
        raise NoCallHere
    return talk


def _asked(talk: Offer) -> Leg | Offer:
    """The colleague's offer or the outside leg that `talk`'s agent asks, ringing or answered."""
    asked = Offer.objects.filter(call_id=talk.call_id, kind=Offer.Kind.CONSULT, ended_at=None, joined_at=None)
    offer = asked.first()
    if offer is not None:
        return offer
    outside = Leg.objects.filter(call_id=talk.call_id, kind=Leg.Kind.EXTERNAL, ended_at=None)
    leg = outside.exclude(pk=talk.call_id).order_by("created_at").last()
    if leg is None:
        raise NobodyAsked
    return leg


def _consult(tools: Tools, talk: Offer, leg_id: UUID) -> ConsultCommand:
    call = _call(talk)
    return ConsultCommand(
        consult_id=leg_id,
        tenant=current_schema(),
        agent_leg_id=talk.pk,
        caller_leg_id=call.pk,
        call_id=call.pk,
        entry=back_in_line(call),
        epoch=tools.epoch(),
        timeout_seconds=RINGS_SECONDS,
        caller_number=call.caller_number,
        shown_number=number_to_show(call.number, agent_id=talk.agent_id, queue_id=call.queue_id),
    )


def _leave_hold(tools: Tools, talk: Offer) -> None:
    """A phone that holds cannot talk with somebody else. What comes next takes it off hold itself if it must wait."""
    if talk.doing == Agent.Activity.HOLD:
        with suppress(NotYet):
            tools.switch.unhold(talk.pk)


def _call(talk: Offer) -> Call:
    return Call.objects.select_related("queue").get(pk=talk.call_id)


def _diallable(tools: Tools, agent_id: int, typed: str) -> str:
    """Digits for the gateway. Whose group limits transfers dials nobody outside."""
    if transfer_limits(agent_id, tools.clock.now()):
        raise TransferNotAllowed
    digits = diallable(typed)
    refuse_barred(digits)
    return digits
