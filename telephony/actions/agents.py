"""What agents and leaders decide about presence and readiness, and what phones do to it."""

from datetime import datetime, timedelta
from itertools import pairwise

from django.db import transaction

from telephony.actions.agent_activity import (
    SWITCH_DIED,
    UNREGISTERED,
    force_not_ready,
    locked_agent,
    touch_agent,
    write_state,
)
from telephony.actions.phones import require_check
from telephony.errors import AgentSwitchedOff, PhoneNotRegistered, UnknownReason
from telephony.models import Agent, AgentPage, AgentStateChange, Device, NotReadyReason
from telephony.queries.devices import device_to_ring

REGISTERED_AGAIN = "system:registered_again"
A_MOMENT = timedelta(seconds=60)
"""How long a page that is loaded again, or whose network changes, may be away."""
AN_OUTAGE = timedelta(hours=1)
"""How long a switch may have been dead while somebody sits before their open page and waits for it."""
PERSONS = frozenset({"agent", "supervisor"})
READY, NOT_READY = Agent.RoutingStatus.READY, Agent.RoutingStatus.NOT_READY
ONLINE, OFFLINE = Agent.Presence.ONLINE, Agent.Presence.OFFLINE


@transaction.atomic
def sign_in(*, agent_id: int, at: datetime, cause: str = "agent") -> None:
    """At the desk, not yet ready."""
    agent = locked_agent(agent_id)
    if not agent.is_active:
        raise AgentSwitchedOff
    if agent.presence == ONLINE:
        return
    agent.presence, agent.routing_status, agent.not_ready_reason = ONLINE, NOT_READY, None
    write_state(agent, at=at, cause=cause)


@transaction.atomic
def sign_out(*, agent_id: int, at: datetime, cause: str = "agent") -> None:
    """Away. A conversation goes on; the activity shows it until it ends."""
    agent = locked_agent(agent_id)
    if agent.presence == OFFLINE:
        return
    agent.presence, agent.routing_status, agent.not_ready_reason = OFFLINE, NOT_READY, None
    agent.next_status, agent.next_reason = "", None
    write_state(agent, at=at, cause=cause)


def note_page(*, agent_id: int, at: datetime) -> None:
    """They work in an open page of ours: until they sign out, whoever acts for the cell expects to see it."""
    if Agent.objects.filter(pk=agent_id, page=None).exists():
        AgentPage.objects.get_or_create(agent_id=agent_id, defaults={"seen_at": at})


def forget_page(*, agent_id: int) -> None:
    AgentPage.objects.filter(agent_id=agent_id).delete()


@transaction.atomic
def set_agent_ready(*, agent_id: int, at: datetime, cause: str = "agent") -> None:
    """Wants calls from now on. Refused while no phone of theirs is registered: nobody could reach them."""
    agent = locked_agent(agent_id)
    if not agent.is_active:
        raise AgentSwitchedOff
    device = device_to_ring(agent_id)
    if device is None:
        raise PhoneNotRegistered
    if not cause.startswith("system:"):
        require_check(device, at=at)
    if agent.is_ready and not agent.next_status:
        return
    agent.presence, agent.routing_status, agent.not_ready_reason = ONLINE, READY, None
    agent.next_status, agent.next_reason = "", None
    agent.missed_offers = 0
    if agent.activity == Agent.Activity.IDLE:
        agent.idle_since = at
    write_state(agent, at=at, cause=cause)


@transaction.atomic
def set_agent_not_ready(*, agent_id: int, reason_id: int | None, at: datetime, cause: str = "agent") -> None:
    """At once when idle; else remembered as the next status and come true when the work in hand is done."""
    reason = _reason(reason_id)
    agent = locked_agent(agent_id)
    if agent.activity != Agent.Activity.IDLE and agent.routing_status == READY:
        if (agent.next_status, agent.next_reason) == (NOT_READY, reason):
            return
        agent.next_status, agent.next_reason = NOT_READY, reason
        touch_agent(agent, at=at)
        return
    if (agent.routing_status, agent.not_ready_reason, agent.presence) == (NOT_READY, reason, ONLINE):
        return
    agent.presence, agent.routing_status, agent.not_ready_reason = ONLINE, NOT_READY, reason
    agent.next_status, agent.next_reason = "", None
    write_state(agent, at=at, cause=cause)


def _reason(reason_id: int | None) -> NotReadyReason | None:
    if reason_id is None:
        return None
    reason = NotReadyReason.objects.filter(pk=reason_id).first()
    if reason is None:
        raise UnknownReason(field="reason_id")
    return reason


@transaction.atomic
def register_device(*, username: str, contact: str, at: datetime, node: str = "") -> bool:
    """The phone can be rung. Being ready stays the agent's own decision; who was, and whose page or switch was away for
    a while, is so again. False for a phone we do not know.
    """
    device = Device.objects.select_for_update(no_key=True).filter(sip_username=username[:40]).first()
    if device is None:
        return False
    was_registered = device.is_registered
    if device.registered_at is None or at > device.registered_at:
        device.registered_at, device.contact, device.node = at, contact[:400], node[:40]
        device.save()
    if device.is_registered and not was_registered:
        agent = locked_agent(device.agent_id)
        if device.kind == Device.Kind.WEB and _was_made_unready(agent, at):
            set_agent_ready(agent_id=agent.pk, at=at, cause=REGISTERED_AGAIN)
        else:
            touch_agent(agent, at=at)
    return True


def _was_made_unready(agent: Agent, at: datetime) -> bool:
    """By us alone, because the page was gone, a moment ago, or its switch: nobody has decided anything since."""
    if agent.routing_status == READY or agent.presence == OFFLINE or not agent.is_active:
        return False
    recent = list(AgentStateChange.objects.filter(agent=agent, at__gt=at - AN_OUTAGE).order_by("at", "pk"))
    ours = [place for place, change in enumerate(recent) if change.cause in (UNREGISTERED, SWITCH_DIED)]
    if not ours:
        return False
    since = recent[ours[-1] :]
    if since[0].cause == UNREGISTERED and since[0].at <= at - A_MOMENT:
        return False
    return not any(_is_decision(later, earlier) for earlier, later in pairwise(since))


def _is_decision(change: AgentStateChange, before: AgentStateChange) -> bool:
    """Of a person, about whether calls are wanted; who ends their wrap-up says nothing of it."""
    told, known = ((one.presence, one.routing_status, one.reason_id) for one in (change, before))
    return change.cause in PERSONS and told != known


@transaction.atomic
def unregister_device(*, username: str, at: datetime, node: str = "", cause: str = UNREGISTERED) -> bool:
    """The phone is gone; nothing has changed when it has since registered at another switch than this one.

    With the last one gone the agent is not ready: a state that says otherwise would lie.
    """
    device = Device.objects.select_for_update(no_key=True).filter(sip_username=username[:40]).first()
    if device is None:
        return False
    if node and device.node and node != device.node:
        return True
    was_registered = device.is_registered
    device.unregistered_at = max(device.unregistered_at or at, at)
    device.save()
    if was_registered and not device.is_registered and device_to_ring(device.agent_id) is None:
        agent = locked_agent(device.agent_id)
        if agent.routing_status == READY:
            force_not_ready(device.agent_id, at=at, cause=cause)
        else:
            touch_agent(agent, at=at)
    return True
