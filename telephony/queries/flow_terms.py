"""A published flow with what it names read from the rows, for the switch: sounds, queues' terms, moments."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from telephony.flows.document import Document, UnreadableFlow, parse
from telephony.flows.references import references
from telephony.flows.terms import FlowTerms, QueueTerms
from telephony.models import Call, Flow, FlowVersion, PromptWording, Queue
from telephony.queries.arrivals import Arrival, FromFlow, arrival_from_flow, standing_arrival
from telephony.queries.displays import forbidden_numbers
from telephony.queries.recording_policies import is_call_announced
from telephony.queries.routes import display_number
from telephony.trunks.queries import standing_lines
from tenants.context import current_schema, current_tenant


def flow_terms(version: FlowVersion, at: datetime) -> FlowTerms | None:
    """None when the document cannot be read."""
    try:
        document = parse(version.document)
    except UnreadableFlow:
        return None
    named = references(document)
    return FlowTerms(
        tenant=current_schema(),
        version_id=version.pk,
        document=document,
        sounds=sounds_of(named["prompt"]),
        queues={queue.pk: terms_of(standing_arrival(queue, at=at)) for queue in _queues(named["queue"])},
        notices=_notices(document),
        shown_number=display_number(),
        lines=_lines(document),
    )


def _lines(document: Document) -> dict[str, tuple[str, ...]]:
    """Node → the trunks its number goes by; none where the terms of what would be shown forbid it."""
    cell, numbers = str(current_tenant().cell), outside_numbers(document)
    forbidden = forbidden_numbers(numbers.values())
    return {
        node: () if number in forbidden else standing_lines(number, cell) for node, number in numbers.items()
    }


def outside_numbers(document: Document) -> dict[str, str]:
    """Node → what it dials outside."""
    outside = (node for node in document.nodes.values() if node.kind == "external")
    return {node.id: str(node.settings.get("number", "")) for node in outside}


def sounds_of(prompts: set[int]) -> dict[int, dict[str, str]]:
    """prompt → language → SHA-256, of what is ready."""
    found: dict[int, dict[str, str]] = {}
    ready = PromptWording.objects.filter(prompt_id__in=prompts, sound__isnull=False)
    for prompt, language, sound in ready.values_list("prompt_id", "language", "sound_id"):
        found.setdefault(prompt, {})[language] = sound
    return found


def terms_of(arrived: Arrival) -> QueueTerms:
    queue = arrived.queue
    return QueueTerms(
        max_wait_seconds=queue.max_wait_seconds,
        priority=queue.priority,
        is_recorded=is_call_announced(queue),
        may_wait=arrived.may_wait,
    )


def arrival_now(queue_id: int, caller: FromFlow, at: datetime) -> Arrival | None:
    """Where a caller who is sent to this queue comes to; None when it is gone."""
    queue = Queue.objects.filter(pk=queue_id).first()
    return arrival_from_flow(queue, caller, at=at) if queue else None


def collected_of_call(call_id: UUID) -> dict[str, str]:
    """What a look-up found for this call; {} when the call is not known yet."""
    found = Call.objects.filter(pk=call_id).values_list("collected", flat=True).first()
    return {str(name): str(value) for name, value in (found or {}).items()}


def versions_on_the_switch() -> Iterator[FlowVersion]:
    """Those that are published, and those callers are still in: a call stays in the version it entered."""
    entered = Flow.objects.filter(is_archived=False, published__isnull=False).values_list("published_id")
    walked = Call.objects.filter(ended_at=None, flow_version__isnull=False).values_list("flow_version_id")
    keys = {key for (key,) in [*entered, *walked]}
    yield from FlowVersion.objects.filter(pk__in=keys).order_by("pk")


def _queues(keys: set[int]) -> Iterator[Queue]:
    yield from Queue.objects.filter(pk__in=keys)


def _notices(document: Document) -> Mapping[str, tuple[int, int]]:
    zone = ZoneInfo(str(current_tenant().time_zone))
    found = {}
    for node in document.nodes.values():
        if node.kind != "notice":
            continue
        try:
            begin, end = (
                int(datetime.fromisoformat(str(node.settings[name])).replace(tzinfo=zone).timestamp())
                for name in ("from", "until")
            )
        except (KeyError, ValueError, OverflowError):
            continue
        found[node.id] = (begin, end)
    return found
