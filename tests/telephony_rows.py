"""Rows of telephony for tests of the floors above: agents, queues, calls with their stays and offers."""

from __future__ import annotations

import itertools
import uuid
from datetime import datetime, timedelta

from telephony.models import Agent, AgentStateChange, Call, Offer, Queue, QueueStay

_numbers = itertools.count(1001)


def an_agent(member, **fields) -> Agent:
    return Agent.objects.create(member=member, name=member.name, extension=str(next(_numbers)), **fields)


def a_queue(name: str = "Sales", **fields) -> Queue:
    return Queue.objects.create(name=name, **fields)


def a_call(at: datetime, *, queue=None, agent=None, **fields) -> Call:
    """Inbound, from a number nobody has, still there unless told otherwise."""
    fields = {"caller_number": "+8613900000000", "arrived_at": at, "queue": queue, "agent": agent} | fields
    return Call.objects.create(id=uuid.uuid4(), **fields)


def a_stay(at: datetime, queue: Queue, exit: str = "", wait: float = 10, *, agent=None, call=None, **fields):
    """`exit` empty is still waiting. The call ends with the stay, or talks on for a minute when answered."""
    left_at = at + timedelta(seconds=wait) if exit else None
    answered_at = left_at if exit == "answered" else None
    ended_at = left_at + timedelta(seconds=60 if answered_at else 0) if left_at else None
    call = call or a_call(
        at,
        queue=queue,
        agent=agent,
        queued_at=at,
        answered_at=answered_at,
        ended_at=ended_at,
        exit=exit,
        talk_seconds=60 if answered_at else 0,
    )
    return QueueStay.objects.create(
        call=call,
        queue=queue,
        entered_at=at,
        left_at=left_at,
        answered_at=answered_at,
        exit=exit,
        agent=agent,
        sl_seconds=queue.sl_seconds,
        short_abandon_seconds=queue.short_abandon_seconds,
        **fields,
    )


def an_offer(at: datetime, stay: QueueStay, agent: Agent, outcome: str = "bridged", **seconds) -> Offer:
    return Offer.objects.create(
        id=uuid.uuid4(),
        call=stay.call,
        stay=stay,
        agent=agent,
        offered_at=at,
        expires_at=at + timedelta(seconds=20),
        ended_at=at + timedelta(seconds=60),
        talk_ended_at=at + timedelta(seconds=60) if outcome == "bridged" else None,
        outcome=outcome,
        **seconds,
    )


def a_state(at: datetime, agent: Agent, activity: str = "idle", *, ready: bool = True, online: bool = True):
    return AgentStateChange.objects.create(
        agent=agent,
        at=at,
        presence="online" if online else "offline",
        routing_status="ready" if ready else "not_ready",
        activity=activity,
        cause="agent",
    )
