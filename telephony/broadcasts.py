"""Event → which browsers hear what: rows are read again and sent in the shape the snapshots have.

Audiences: `agent.<id>` (one's own call), `workspaces` (every agent: the queues, who is parked), `colleagues` (every
agent's state, no calls; while somebody looks for one), `queues`, `floor` (everything).
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings

from telephony import events, queries
from telephony.models import Call, Offer
from telephony.pacing import Pace
from telephony.queries.queue_alerts import alerts
from telephony.queries.recording_states import recording_state
from telephony.queries.supervision import listenings
from telephony.serializers import agent_row, call_row, listening_row, snapshots
from telephony.serializers import floor as board
from tenants.context import current_schema
from tenants.events import say, say_soon, subscribe
from tenants.realtime import publish, publish_to, send_what_waits

QUEUE_NEWS_EVERY = 0.25
"""Seconds between two rows of the same queue: a burst of callers is one change to the eye."""

CALL_EVENTS = (
    events.CallArrived,
    events.CallAnswered,
    events.CallHeld,
    events.CallUnheld,
    events.CallEnded,
    events.CallAbandoned,
    events.CallDisposed,
    events.StayChanged,
)


def connect() -> None:
    for event_class in CALL_EVENTS:
        subscribe(event_class, tell_call)
    for event_class in (events.CallQueued, events.StayEnded):
        subscribe(event_class, tell_queue_and_call)
    subscribe(events.CallOffered, tell_ringing)
    for event_class in (events.OfferEnded, events.WrapUpStarted, events.WrapUpEnded):
        subscribe(event_class, tell_offer)
    subscribe(events.CallTransferred, tell_transfer)
    subscribe(events.CallLineChanged, tell_line)
    subscribe(events.RecordingChanged, tell_recording)
    subscribe(events.AgentStateChanged, tell_agent)
    subscribe(events.FloorConfigured, tell_every_queue)
    subscribe(events.AgentPlacesChanged, tell_places)
    for event_class in (events.QueueAlertRaised, events.QueueAlertChanged, events.QueueAlertCleared):
        subscribe(event_class, tell_alert)
    subscribe(events.ListeningChanged, tell_listening)


def tell_call(event: Any) -> None:
    _tell_call(event.call_id)


def tell_queue_and_call(event: events.CallQueued | events.StayEnded) -> None:
    _tell_call(event.call_id)
    _tell_queue(event.queue_id)


def tell_offer(event: Any) -> None:
    """The agent hears how the offer went, also when the call is somebody else's by now."""
    _tell_call(event.call_id, event.agent_id)


def tell_ringing(event: events.CallOffered) -> None:
    """The phone rings already: its page shows who calls before all else is told that happened with it."""
    say_soon(_publish_calls, event.call_id, event.agent_id)


def tell_transfer(event: events.CallTransferred) -> None:
    _tell_call(event.call_id, event.from_agent_id)


def tell_recording(event: events.RecordingChanged) -> None:
    """To the agent whose talk it is: what the recording of it does now."""
    if event.agent_id is not None:
        row = recording_state(event.call_id, event.agent_id)
        publish(f"agent.{event.agent_id}", {"type": "recording", "row": row})


def tell_line(event: events.CallLineChanged) -> None:
    _tell_call(event.call_id)
    say(_publish_parked, current_schema())


def _publish_parked(_schemas: Any) -> None:
    publish("workspaces", {"type": "parked", "rows": snapshots.parked_rows()})


def tell_agent(event: events.AgentStateChanged) -> None:
    say(_publish_agents, event.agent_id)


def _publish_agents(agent_ids: dict[int, set[Any]]) -> None:
    queues = set()
    for agent in queries.agents_named(list(agent_ids)):
        publish_to((f"agent.{agent.pk}", "colleagues", "floor"), {"type": "agent", "row": agent_row(agent)})
        queues |= {queue_agent.queue_id for queue_agent in agent.queue_agents.all()}
    for queue_id in sorted(queues):
        _tell_queue(queue_id)


def tell_places(event: events.AgentPlacesChanged) -> None:
    """Leaders see where the agent belongs now; the agent hears who moved them, and for how long."""
    row = board.places_of([event.agent_id]).get(event.agent_id)
    if row is None:
        return
    publish("floor", {"type": "places", "row": row})
    publish(
        f"agent.{event.agent_id}", {"type": "places", "row": row, "news": board.last_move(event.agent_id)}
    )
    for queue_id in row["queues"]:
        _tell_queue(queue_id)


def tell_alert(event: Any) -> None:
    alert = alerts().filter(pk=event.alert_id).first()
    if alert is not None:
        publish("floor", {"type": "alert", "row": board.alert_row(alert)})


def tell_listening(event: events.ListeningChanged) -> None:
    """Leaders hear of every ear; the agent of the one on their own talk, when the tenant has agents told."""
    listening = listenings().filter(pk=event.listening_id).first()
    if listening is None:
        return
    publish("floor", {"type": "listening", "row": listening_row(listening)})
    if listening.is_told:
        publish(
            f"agent.{event.agent_id}", {"type": "supervised", "row": snapshots.supervised(event.agent_id)}
        )


def tell_every_queue(event: events.FloorConfigured) -> None:
    rows = snapshots.queue_rows()
    for row in rows:
        publish("queues", {"type": "queue", "row": row})
    publish("workspaces", {"type": "queues", "rows": rows})


def _tell_call(call_id: UUID, agent_id: int | None = None) -> None:
    """To the floor, to who talks, to who rings, and to `agent_id`: each agent hears of the offer that is theirs."""
    say(_publish_calls, call_id, *(() if agent_id is None else (agent_id,)))


def _publish_calls(hearers: dict[UUID, set[int]]) -> None:
    """By call, the agents who hear of it whoever talks; what rings is read for all of them at once."""
    calls = queries.calls_named(hearers)
    offers = queries.open_offers_of([call.pk for call in calls if call.ended_at is None])
    for call in calls:
        _publish_call(call, offers.get(call.pk, []), hearers[call.pk])
    send_what_waits()


def _publish_call(call: Call, offers: list[Offer], agent_ids: set[int]) -> None:
    """`offers`: those that ring, or whose agent is on the line."""
    ringing = [offer for offer in offers if offer.answered_at is None]
    own = {offer.agent_id: offer for offer in ringing}
    first = ringing[0] if ringing else None
    # Most hear the same row, each agent but of several phones rung together their own offer.
    hearers: dict[Offer | None, list[str]] = {first: ["floor"]}
    for listener in {*agent_ids, call.agent_id, *(offer.agent_id for offer in offers)} - {None}:
        hearers.setdefault(own.get(listener, first), []).append(f"agent.{listener}")
    for offer, audiences in hearers.items():
        publish_to(audiences, {"type": "call", "row": call_row(call, offer)})


def _tell_queue(queue_id: int) -> None:
    say(_tell_queues, queue_id)


def _tell_queues(queue_ids: Iterable[int]) -> None:
    """At the end of a breath: a caller's phone rings before the board counts them."""
    for queue_id in queue_ids:
        _queue_pace.call(current_schema(), queue_id)


def _publish_queue(queue_id: int) -> None:
    for row in snapshots.queue_rows([queue_id]):
        publish("queues", {"type": "queue", "row": row})
    # It grows old from the moment it was counted.
    send_what_waits()
    _changed[current_schema()].add(queue_id)
    _workspace_pace.call(current_schema(), "queues")


def _publish_changed_queues(_key: str) -> None:
    """All that changed since the last time in one message: there are many workspaces, and a second is soon enough."""
    changed = _changed.pop(current_schema(), set())
    if rows := snapshots.queue_rows(sorted(changed)):
        publish("workspaces", {"type": "queues", "rows": rows})


_changed: defaultdict[str, set[int]] = defaultdict(set)
_every = getattr(settings, "QUEUE_NEWS_EVERY", QUEUE_NEWS_EVERY)
_queue_pace = Pace(_publish_queue, every=_every)
_workspace_pace = Pace(_publish_changed_queues, every=4 * _every)
