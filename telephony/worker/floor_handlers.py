"""The orders of leaders about other people's talks and states (telephony.floor_orders), carried out."""

from typing import Any
from uuid import UUID

from telephony import actions, floor_orders, queries
from telephony.actions import listening, placements, taking_over
from telephony.ear_errors import (
    AgentUnreachable,
    ModeUnknown,
    NobodyTalks,
    NotYourTeam,
    SignedOut,
    StateUnknown,
)
from telephony.errors import AgentNotFound, CallAlreadyEnded, PhoneNotRegistered
from telephony.models import Agent, Call, Listening
from telephony.orders import Envelope
from telephony.policies import can_mentor, can_supervise
from telephony.queries.supervision import agents_led_by, hearing_ear, may_step_in, own_ear, talk_of
from telephony.queries.teams import agents_of_mentees
from telephony.switch import EarMode, SwitchError
from telephony.worker.handlers import Tools, carries_out
from tenants.errors import NotAllowed
from tenants.people.actions import record_audit
from tenants.people.queries import member_by_id

CAUSE = "supervisor"
"""Of a state that a leader forced; the audit log says which."""


@carries_out(floor_orders.Listen)
def listen(tools: Tools, order: floor_orders.Listen, envelope: Envelope) -> None:
    command = listening.begin_listening(
        call_id=order.call_id,
        member=_hearer(envelope),
        cell=tools.cell,
        epoch=tools.epoch(),
        at=tools.clock.now(),
    )
    try:
        tools.switch.listen(command)
    except SwitchError:
        listening.fail_ear(leg_id=command.ear_id, at=tools.clock.now(), failure="NOT_SENT")
        raise


@carries_out(floor_orders.SetEar)
def set_ear(tools: Tools, order: floor_orders.SetEar, envelope: Envelope) -> None:
    if order.mode not in list(EarMode):
        raise ModeUnknown(field="mode")
    ear = _ear_of_a_leader(order.call_id, envelope)
    tools.switch.set_ear(ear.pk, EarMode(order.mode))


@carries_out(floor_orders.StopListening)
def stop_listening(tools: Tools, order: floor_orders.StopListening, envelope: Envelope) -> None:
    ear = own_ear(order.call_id, _hearer(envelope))
    tools.switch.hang_up(ear.pk)


@carries_out(floor_orders.TakeOverCall)
def take_over_call(tools: Tools, order: floor_orders.TakeOverCall, envelope: Envelope) -> None:
    _ear_of_a_leader(order.call_id, envelope)
    ear = taking_over.reserve_take_over(
        call_id=order.call_id,
        member=_leader(envelope),
        cell=tools.cell,
        epoch=tools.epoch(),
        at=tools.clock.now(),
    )
    try:
        tools.switch.take_over(ear.pk, order.call_id, ear.agent_leg)
    except SwitchError:
        taking_over.release_take_over(leg_id=ear.pk, at=tools.clock.now())
        raise


@carries_out(floor_orders.HangUpCall)
def hang_up_call(tools: Tools, order: floor_orders.HangUpCall, envelope: Envelope) -> None:
    member = _leader(envelope)
    call = Call.objects.filter(pk=order.call_id, ended_at=None).first()
    if call is None:
        raise CallAlreadyEnded
    talk = talk_of(call.pk)
    led = agents_led_by(member)
    if led is not None and (talk is None or talk.agent_id not in led):
        raise NobodyTalks if talk is None else NotYourTeam
    record_audit(
        verb="hung up the call", subject=call, actor=member, after={"agent": str(talk.agent) if talk else ""}
    )
    # A call has the id of the leg it began with: with that one everybody's part ends.
    tools.switch.hang_up(call.pk)


@carries_out(floor_orders.LookAtAgent)
def look_at_agent(tools: Tools, order: floor_orders.LookAtAgent, _envelope: Envelope) -> None:
    placements.tell_of_places(agent_id=order.agent_id, at=tools.clock.now())


@carries_out(floor_orders.ForceState)
def force_state(tools: Tools, order: floor_orders.ForceState, envelope: Envelope) -> None:
    """At once, or (a talk in hand) as the agent's next state: a caller is never cut off by it."""
    member, at = _leader(envelope), tools.clock.now()
    agent = queries.agent(order.agent_id)
    if agent is None:
        raise AgentNotFound
    led = agents_led_by(member)
    if led is not None and agent.pk not in led:
        raise NotYourTeam
    if order.state == "signed_out":
        actions.forget_page(agent_id=agent.pk)
        actions.sign_out(agent_id=agent.pk, at=at, cause=CAUSE)
    elif agent.presence == Agent.Presence.OFFLINE:
        raise SignedOut
    elif order.state == "not_ready":
        actions.set_agent_not_ready(agent_id=agent.pk, reason_id=order.reason_id, at=at, cause=CAUSE)
    elif order.state == "ready":
        _make_ready(agent.pk, tools)
    else:
        raise StateUnknown(field="state")


def _make_ready(agent_id: int, tools: Tools) -> None:
    try:
        actions.set_agent_ready(agent_id=agent_id, at=tools.clock.now(), cause=CAUSE)
    except PhoneNotRegistered as error:
        raise AgentUnreachable from error


def _ear_of_a_leader(call_id: UUID, envelope: Envelope) -> Listening:
    """An ear that may become a mouth. A mentor's never does, though the mentor may lead others."""
    member = _leader(envelope)
    ear = hearing_ear(call_id, member)
    if not may_step_in(member, ear.agent_id):
        raise NotYourTeam
    return ear


def _hearer(envelope: Envelope) -> Any:
    """A leader, or the mentor of somebody; of whom is asked where the talk is known."""
    member = None if envelope.member_id is None else member_by_id(envelope.member_id)
    if member is not None and (can_supervise(member) or (can_mentor(member) and agents_of_mentees(member))):
        return member
    raise NotAllowed


def _leader(envelope: Envelope) -> Any:
    """Asked again here: whoever lost the role a moment ago has lost it."""
    member = None if envelope.member_id is None else member_by_id(envelope.member_id)
    if member is None or not can_supervise(member):
        raise NotAllowed
    return member
