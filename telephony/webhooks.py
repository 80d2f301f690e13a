"""What of calls and queues is told to a tenant's own systems (tenants/hooks), and in which words: docs/webhooks.md.

The event says that, the rows say what: they are read when the message is made, moments after the event.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from telephony import events, queries
from telephony.models import Agent, Call, Offer, Queue
from telephony.queries.agents import agent as agent_of
from telephony.queries.line_quality import quality_of_legs
from telephony.queries.queue_alerts import queue_alert
from telephony.queries.queues import queue as queue_of
from tenants.hooks.kinds import Kind, Tell, register
from tenants.hooks.sending import moment
from tenants.masking import mask_name, mask_number

Ids = Mapping[str, Any]
Told = dict[str, Any]


def connect() -> None:
    """In the order in which they happen, which is the order of the pages."""
    for name, label, event, tell in KINDS:
        register(Kind(name=name, label=label, event=event, tell=tell))
    for name, label, event in ALERTS:
        register(
            Kind(name=name, label=label, event=event, tell=_of_alert, subject="alert", order_by="alert_id")
        )


def _of_call(ids: Ids, sees_numbers: bool) -> Told | None:
    """The call, and whom the event is about."""
    call = queries.call(str(ids["call_id"]))
    if call is None:
        return None
    told: Told = {"call": call_told(call, sees_numbers=sees_numbers)}
    if ids.get("agent_id") is not None:
        told["agent"] = _agent_told(agent_of(int(ids["agent_id"])))
    if ids.get("offer_id"):
        told["leg_id"] = ids["offer_id"]
    return told


def _of_answer(ids: Ids, sees_numbers: bool) -> Told | None:
    told = _of_call(ids, sees_numbers)
    if told is not None and ids.get("agent_id") is not None:
        answered = Offer.objects.filter(
            call_id=ids["call_id"], agent_id=ids["agent_id"], answered_at__isnull=False
        )
        leg_id = answered.order_by("-answered_at").values_list("pk", flat=True).first()
        told["leg_id"] = str(leg_id) if leg_id else None
    return told


def _of_transfer(ids: Ids, sees_numbers: bool) -> Told | None:
    told = _of_call(ids, sees_numbers)
    if told is None:
        return None
    found = {"from_agent": ids.get("from_agent_id"), "to_agent": ids.get("to_agent_id")}
    for name, agent_id in found.items():
        told[name] = _agent_told(agent_of(int(agent_id))) if agent_id is not None else None
    queue_id = ids.get("to_queue_id")
    told["to_queue"] = _named(queue_of(int(queue_id))) if queue_id is not None else None
    return told


def _of_line(ids: Ids, sees_numbers: bool) -> Told | None:
    leg_id = UUID(str(ids["leg_id"]))
    told, row = _of_call(ids, sees_numbers), quality_of_legs([leg_id]).get(leg_id)
    if told is None or row is None:
        return None
    figures = {
        name: getattr(row, name) for name in ("mos", "least_mos", "loss_percent", "jitter_ms", "delay_ms")
    }
    told["leg_id"] = str(leg_id)
    told["line"] = figures | {"trunk": row.trunk}
    return told


def _of_recording(ids: Ids, sees_numbers: bool) -> Told | None:
    told, row = _of_call(ids, sees_numbers), queries.recording(str(ids["recording_id"]))
    if told is None or row is None:
        return None
    told["recording"] = {
        "id": str(row.pk),
        "leg_id": str(row.leg),
        "started_at": moment(row.started_at),
        "ended_at": moment(row.ended_at),
        "seconds": row.seconds,
        "sha256": row.sha256,
    }
    return told


def _of_message(ids: Ids, sees_numbers: bool) -> Told | None:
    told, row = _of_call(ids, sees_numbers), queries.voicemail(str(ids["voicemail_id"]))
    if told is None or row is None:
        return None
    told["voicemail"] = {"id": str(row.pk), "left_at": moment(row.created_at), "seconds": row.seconds}
    return told


def _of_alert(ids: Ids, _sees_numbers: bool) -> Told | None:
    """How the queue stands and what would help, as on the floor; no caller is in it."""
    row = queue_alert(int(ids["alert_id"]))
    if row is None:
        return None
    return {
        "queue": _named(row.queue),
        "alert": {
            "id": row.pk,
            "kind": row.kind,
            "limit": row.limit,
            "value": row.value,
            "worst": row.worst,
            "waiting": row.waiting,
            "expected_wait_seconds": row.expected_wait_seconds,
            "agents_to_add": row.agents_to_add,
            "raised_at": moment(row.raised_at),
            "cleared_at": moment(row.cleared_at),
        },
    }


def call_told(call: Call, *, sees_numbers: bool) -> Told:
    """`id` is also the id of the caller's leg."""
    number, name = call.caller_number or call.caller_raw, call.caller_name
    return {
        "id": str(call.pk),
        "direction": call.direction,
        "state": call.state,
        "number": call.number,
        "caller_number": number if sees_numbers else mask_number(number),
        "caller_name": name if sees_numbers else mask_name(name),
        "is_masked": not sees_numbers,
        "queue": _named(call.queue),
        "agent": _agent_told(call.agent),
        **{name: moment(getattr(call, name)) for name in MOMENTS},
        "exit": call.exit,
        "ended_by": call.ended_by,
        "talk_seconds": call.talk_seconds,
        "hold_seconds": call.hold_seconds,
        "wrap_up_seconds": call.wrap_up_seconds,
        "disposition": _named(call.disposition),
        "version": call.version,
    }


MOMENTS = ("arrived_at", "queued_at", "answered_at", "ended_at")


def _named(row: Queue | Any | None) -> Told | None:
    return {"id": row.pk, "name": str(row)} if row is not None else None


def _agent_told(agent: Agent | None) -> Told | None:
    return {"id": agent.pk, "name": agent.name, "extension": agent.extension} if agent is not None else None


KINDS: tuple[tuple[str, Any, type[events.Event], Tell], ...] = (
    ("call.arrived", _("A call arrived"), events.CallArrived, _of_call),
    ("call.queued", _("A caller began to wait"), events.CallQueued, _of_call),
    ("call.ringing", _("An agent's phone rings"), events.CallOffered, _of_call),
    ("call.answered", _("An agent answered"), events.CallAnswered, _of_answer),
    ("call.held", _("A call was put on hold"), events.CallHeld, _of_call),
    ("call.unheld", _("A held call was taken up again"), events.CallUnheld, _of_call),
    ("call.transferred", _("A call was transferred"), events.CallTransferred, _of_transfer),
    ("call.abandoned", _("A caller gave up waiting"), events.CallAbandoned, _of_call),
    ("call.ended", _("A call ended"), events.CallEnded, _of_call),
    ("wrap_up.started", _("A wrap-up began"), events.WrapUpStarted, _of_call),
    ("wrap_up.ended", _("A wrap-up ended"), events.WrapUpEnded, _of_call),
    ("call.disposed", _("A disposition was chosen"), events.CallDisposed, _of_call),
    ("line.poor", _("A line was poor"), events.LineWasPoor, _of_line),
    ("recording.ready", _("A recording is ready"), events.RecordingReady, _of_recording),
    ("voicemail.left", _("A caller left a message"), events.VoicemailKept, _of_message),
)
ALERTS: tuple[tuple[str, Any, type[events.Event]], ...] = (
    ("queue.over_limit", _("A queue passed its limit"), events.QueueAlertRaised),
    ("queue.within_limit", _("A queue is within its limit again"), events.QueueAlertCleared),
)
