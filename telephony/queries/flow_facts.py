"""What a flow asks us on a caller's way: hours, dates, conditions and shares. Never in the caller's way itself.

Few rows are read, because the caller hears silence; whatever goes wrong here, the answer is the node's fallback.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db.models import F, JSONField, Q
from django.db.models.expressions import Func, Value

from telephony.flows.conditions import QUEUE, branch_of, fields_of
from telephony.flows.document import Node
from telephony.flows.kinds import fallback_of
from telephony.flows.split import share_of
from telephony.flows.walk import Answer
from telephony.models import Agent, Call, Entry, FlowStep, FlowVersion, Queue, QueueAgent, SpecialDay
from telephony.queries.caller_facts import caller_facts, waiting_in
from telephony.queries.hours import is_open, local_time
from telephony.queries.remembered import once
from tenants.context import current_schema

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the switch's variables say of the caller; numbers in their stored spelling."""

    number: str = ""
    caller_number: str = ""
    language: str = ""
    collected: Mapping[str, str] = field(default_factory=dict)
    call_id: UUID | None = None


def answer_ask(version_id: int, node_id: str, asked: Asked, at: datetime) -> Answer | None:
    """The exit of an hours, notice, condition or split node of a published version.

    None when the version or the node does not exist, or is of another kind: then the switch goes by its file.
    """
    found = published_node(version_id, node_id)
    if found is None:
        return None
    flow_id, node = found
    return answer_node(node, asked, at, flow_id=flow_id)


def published_node(version_id: int, node_id: str) -> tuple[int, Node] | None:
    """(the flow's id, one node), without the rest of the document."""
    row = (
        FlowVersion.objects.filter(pk=version_id)
        .annotate(
            node=Func(
                F("document"),
                Value("$.nodes[*] ? (@.id == $id)"),
                Value({"id": node_id}, output_field=JSONField()),
                function="jsonb_path_query_first",
                template="%(function)s(%(expressions)s)",
                output_field=JSONField(),
            )
        )
        .values_list("flow_id", "node")
        .first()
    )
    if row is None or not isinstance(row[1], dict):
        return None
    raw = row[1]
    return row[0], Node(
        id=raw["id"],
        kind=raw["kind"],
        title=raw.get("title", ""),
        settings=raw.get("settings", {}),
        exits=raw.get("exits", {}),
    )


def queue_sent_to(call: Call) -> Queue | None:
    """Where the call's flow sent the caller last, before any rule; None where none did."""
    if call.flow_version_id is None:
        return None
    steps = FlowStep.objects.filter(call_id=call.pk, kind="queue").order_by("-position")
    for version_id, name in steps.values_list("version_id", "node")[:1]:
        found = once(("node", version_id, name), lambda: published_node(version_id, name))  # noqa: B023
        queue_id = found[1].settings.get("queue") if found else None
        return Queue.objects.filter(pk=queue_id).first() if isinstance(queue_id, int) else None
    return None


def answer_node(node: Node, asked: Asked, at: datetime, *, flow_id: int) -> Answer | None:
    """The same of a node at hand, which may stand in a draft: so the simulator hears what a caller would."""
    answer = _ANSWERS.get(node.kind)
    if answer is None:
        return None
    try:
        return answer(node, asked, at, flow_id)
    except Exception:
        log.exception("A flow's node could not be answered.", tenant=current_schema(), node=node.id)
        return Answer(fallback_of(node))


def hours_exit(hours_id: int, at: datetime) -> str:
    """open, closed, or holiday: a special day on which nothing is open at all."""
    if is_open(hours_id, at):
        return "open"
    today = SpecialDay.objects.filter(hours_id=hours_id, on=local_time(at).date(), opens_at=None)
    return "holiday" if today.exists() else "closed"


def _hours(node: Node, _asked: Asked, at: datetime, _flow_id: int) -> Answer:
    found = hours_exit(node.settings["hours"], at)
    return Answer("closed" if found == "holiday" and not node.exits.get("holiday") else found)


def _notice(node: Node, _asked: Asked, at: datetime, _flow_id: int) -> Answer:
    """From the first minute to before the last, on the tenant's wall clock."""
    now = wall_clock(at)
    return Answer("next", is_heard=node.settings["from"] <= now < node.settings["until"])


def wall_clock(at: datetime) -> str:
    """2026-11-16T17:00 in the tenant's zone, as documents write moments."""
    return f"{local_time(at):%Y-%m-%dT%H:%M}"


def _split(node: Node, asked: Asked, _at: datetime, flow_id: int) -> Answer:
    caller = asked.caller_number or str(asked.call_id or "")
    return Answer(share_of(node.settings["shares"], flow_id=flow_id, node=node.id, caller=caller))


def _condition(node: Node, asked: Asked, at: datetime, _flow_id: int) -> Answer:
    branches = node.settings["branches"]
    return Answer(branch_of(branches, flow_facts(asked, at, fields=fields_of(branches))))


def flow_facts(asked: Asked, at: datetime, *, fields: set[str]) -> dict[str, Any]:
    """The facts of routing rules, read only where they are asked for, and what only a flow knows."""
    entry = Entry.objects.filter(number_e164=asked.number).select_related("queue").first()
    wanted = {"language"} & fields if not asked.language else set()
    profiled = wanted | (fields - {"language"})
    queue = entry.queue if entry else None
    known = caller_facts(asked.number, asked.caller_number, queue, at, fields=profiled, call_id=asked.call_id)
    known["language"] = asked.language or known["language"]
    known |= {f"collected.{name}": value for name, value in asked.collected.items()}
    return known | {name: _queue_fact(name, at) for name in fields if QUEUE.fullmatch(name)}


def _queue_fact(name: str, at: datetime) -> int | None:
    """None of a queue that is gone: nothing fits it."""
    _queue, key, what = name.split(".")
    if not Queue.objects.filter(pk=key).exists():
        return None
    return waiting_in(int(key)) if what == "waiting" else agents_ready(int(key), at)


def agents_ready(queue_id: int, at: datetime) -> int:
    """Agents of this queue who are ready and have nothing in hand."""
    places = QueueAgent.objects.filter(Q(until=None) | Q(until__gt=at), queue_id=queue_id)
    return places.filter(
        agent__is_active=True,
        agent__presence=Agent.Presence.ONLINE,
        agent__routing_status=Agent.RoutingStatus.READY,
        agent__activity=Agent.Activity.IDLE,
    ).count()


_ANSWERS = {"hours": _hours, "notice": _notice, "split": _split, "condition": _condition}
