"""Reads of call flows: lists without their documents, what exists for a check, where a row is used."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import BooleanField, Count, Model, Q, QuerySet
from django.db.models.expressions import RawSQL

from telephony.flows.check import Known, Problem, Wording, check, errors_of
from telephony.flows.differences import Difference, differences
from telephony.flows.document import Document, empty, parse
from telephony.flows.references import references
from telephony.models import (
    Agent,
    Call,
    Entry,
    Flow,
    FlowVersion,
    Prompt,
    PromptWording,
    Queue,
    QueueAgent,
    Skill,
    Survey,
    Voice,
    WorkingHours,
)
from telephony.queries.displays import forbidden_numbers
from telephony.queries.flow_facts import wall_clock
from telephony.queries.flow_terms import outside_numbers
from telephony.speech.listening import sphinx
from telephony.speech.phrases import LANGUAGES
from telephony.speech.providers import espeak
from tenants.context import current_schema

ROWS: dict[str, Any] = {
    "prompt": Prompt,
    "queue": Queue,
    "hours": WorkingHours,
    "survey": Survey,
    "agent": Agent,
    "skill": Skill,
}


def flows(*, with_archived: bool = False) -> QuerySet[Flow]:
    """By name, without drafts; `numbers` counts the numbers that lead to each."""
    found = Flow.objects.defer("draft").select_related("published", "draft_changed_by")
    found = found.defer("published__document").annotate(numbers=Count("entries"))
    return found if with_archived else found.filter(is_archived=False)


def flow(flow_id: int) -> Flow | None:
    """One flow with its draft; the published document only when it is asked for."""
    found = Flow.objects.select_related("published", "published__published_by", "draft_changed_by")
    return found.defer("published__document").filter(pk=flow_id).first()


def versions(flow: Flow) -> QuerySet[FlowVersion]:
    """Newest first, with their authors, without documents."""
    return flow.versions.defer("document").select_related("published_by", "rolled_back_from")


def version(flow: Flow, number: int) -> FlowVersion | None:
    return flow.versions.filter(number=number).select_related("published_by").first()


def entries_of(flow: Flow) -> list[Entry]:
    """The numbers whose callers go through it."""
    return list(flow.entries.select_related("queue").order_by("number_e164"))


def problems_of(document: Document, at: datetime) -> list[Problem]:
    """All the check finds, rows included: at most ten queries, however big the flow."""
    return check(document, known_for(document, at))


def known_for(document: Document, at: datetime) -> Known:
    """What exists of what the document names, each kind of row in one query."""
    named = references(document)
    queues = named["queue"]
    questions = _questions(named["survey"])
    prompts = named["prompt"] | set(questions.values())
    return Known(
        rows={kind: _existing(kind, keys) for kind, keys in named.items() if keys},
        wordings=_wordings(prompts),
        questions=questions,
        voices=_spoken() if prompts else frozenset(),
        listeners=_understood() if "speech" in {node.kind for node in document.nodes.values()} else None,
        closed_queues=_closed(queues),
        deserted_queues=_deserted(queues, at),
        own_numbers=frozenset(Entry.objects.values_list("number_e164", flat=True)),
        forbidden_numbers=forbidden_numbers(outside_numbers(document).values()),
        now=wall_clock(at),
    )


def _spoken() -> frozenset[str]:
    """Languages a text can be spoken in: those of the tenant's voices, and the built-in one's where it is installed."""
    own = Voice.objects.values_list("language", flat=True).distinct()
    return frozenset(own) | frozenset(LANGUAGES if espeak.is_installed() else ())


def _understood() -> frozenset[str]:
    """Languages callers may speak: those of the services set up for it, and the built-in one's where it is there."""
    own = Voice.objects.filter(is_listener=True).values_list("language", flat=True)
    return frozenset(own) | frozenset((sphinx.LANGUAGE,) if sphinx.is_installed() else ())


def _existing(kind: str, keys: set[int]) -> frozenset[int]:
    found = ROWS[kind].objects.filter(pk__in=keys)
    if kind == "survey":
        # One that asks by text message has nothing to be heard.
        found = found.filter(asked_by=Survey.AskedBy.KEYS)
    return frozenset(found.values_list("pk", flat=True))


def _questions(surveys: set[int]) -> dict[int, int]:
    """Survey → the prompt of its question, of those that have one."""
    if not surveys:
        return {}
    rows = Survey.objects.filter(pk__in=surveys).exclude(question=None)
    return dict(rows.values_list("pk", "question_id"))


def _closed(queues: set[int]) -> frozenset[int]:
    if not queues:
        return frozenset()
    return frozenset(
        Queue.objects.filter(pk__in=queues, state=Queue.State.CLOSED).values_list("pk", flat=True)
    )


def _deserted(queues: set[int], at: datetime) -> frozenset[int]:
    """Queues nobody ever answers: no active agent has a place in them."""
    if not queues:
        return frozenset()
    places = QueueAgent.objects.filter(Q(until=None) | Q(until__gt=at), agent__is_active=True)
    return frozenset(queues - set(places.filter(queue_id__in=queues).values_list("queue_id", flat=True)))


def _wordings(prompts: set[int]) -> dict[int, dict[str, Wording]]:
    found: dict[int, dict[str, Wording]] = {}
    if not prompts:
        return found
    folder = _sounds_folder()
    rows = PromptWording.objects.filter(prompt_id__in=prompts)
    for row in rows.values("prompt_id", "language", "state", "is_uploaded", "sound_id"):
        found.setdefault(row["prompt_id"], {})[row["language"]] = Wording(
            state=row["state"] if row["sound_id"] or row["state"] != "ready" else "waiting",
            is_uploaded=row["is_uploaded"],
            is_there=folder is None or (folder / f"{row['sound_id']}.wav").is_file(),
        )
    return found


def _sounds_folder() -> Path | None:
    """Where the switches read this tenant's sounds; None where that place cannot be looked at from here."""
    folder = Path(settings.SWITCH["prompts_dir"]) / current_schema()
    return folder if folder.is_dir() else None


def changes_of(flow: Flow) -> list[Difference]:
    """What the draft says otherwise than the published version; all of it when nothing is published."""
    draft = parse(flow.draft)
    before = flow.published.document if flow.published else empty(draft.languages)
    return differences(parse(before), draft)


@dataclass(frozen=True, kw_only=True)
class Preflight:
    """What publishing would do, counted beforehand. `numbers` would be answered by the new version from the next
    call on; `live_calls` stay where they are: (version's number, calls) of each version that has any.
    """

    draft_version: int
    next_number: int
    numbers: tuple[str, ...]
    live_calls: tuple[tuple[int, int], ...]
    problems: tuple[Problem, ...]
    differences: tuple[Difference, ...]

    @property
    def may_publish(self) -> bool:
        return not errors_of(list(self.problems)) and bool(self.differences)

    @property
    def live_total(self) -> int:
        return sum(count for _number, count in self.live_calls)


def preflight(flow: Flow, at: datetime) -> Preflight:
    return Preflight(
        draft_version=flow.draft_version,
        next_number=latest_number(flow) + 1,
        numbers=tuple(flow.entries.order_by("number_e164").values_list("number_e164", flat=True)),
        live_calls=live_calls_in(flow),
        problems=tuple(problems_of(parse(flow.draft), at)),
        differences=tuple(changes_of(flow)),
    )


def latest_number(flow: Flow) -> int:
    return flow.versions.order_by("-number").values_list("number", flat=True).first() or 0


def live_calls_in(flow: Flow) -> tuple[tuple[int, int], ...]:
    """(version's number, how many calls are in it now), the newest version first."""
    live = Call.objects.filter(flow_version__flow=flow, ended_at=None).values("flow_version__number")
    counted = live.annotate(count=Count("pk")).order_by("-flow_version__number")
    return tuple(counted.values_list("flow_version__number", "count"))


# ---- where a row is used

_WHERE_USED: Mapping[str, tuple[str, ...]] = {
    "prompt": tuple(
        f"$.nodes[*].settings.{name} ? (@ == $id)" for name in ("prompt", "wrong_prompt", "wait_prompt")
    ),
    "queue": (
        "$.nodes[*].settings.queue ? (@ == $id)",
        "$.nodes[*].settings.branches[*].when[*].field ? (@ == $waiting || @ == $ready)",
        '$.nodes[*].settings.branches[*].when[*] ? (@.field == "queue_id").value ? (@ == $id)',
        '$.nodes[*].settings.branches[*].when[*] ? (@.field == "queue_id").value[*] ? (@ == $id)',
    ),
    "hours": ("$.nodes[*].settings.hours ? (@ == $id)",),
    "survey": ("$.nodes[*].settings.survey ? (@ == $id)",),
    "agent": ("$.nodes[*].settings.agent ? (@ == $id)",),
    "skill": ("$.nodes[*].settings.skills[*].skill ? (@ == $id)",),
}


def flows_naming(kind: str, key: int) -> list[Flow]:
    """Flows whose draft or published version names this row; `kind` is one of `ROWS`. Archived ones do not count."""
    names = {"id": key, "waiting": f"queue.{key}.waiting", "ready": f"queue.{key}.ready"}
    in_draft = _any_path("telephony_flow.draft", kind, names)
    in_published = _any_path("telephony_flowversion.document", kind, names)
    found = (
        Flow.objects.filter(is_archived=False)
        .select_related("published")
        .defer("draft", "published__document")
    )
    return list(found.filter(Q(pk__in=_ids(in_draft)) | Q(published__in=_published_ids(in_published))))


def is_named(row: Model) -> bool:
    """Some flow names this row: taken away, its callers would end in their numbers' queues."""
    kind = next((kind for kind, model in ROWS.items() if isinstance(row, model)), None)
    return kind is not None and row.pk is not None and bool(flows_naming(kind, row.pk))


def _any_path(column: str, kind: str, names: dict[str, Any]) -> RawSQL:
    """The column is one of two above, the paths are ours: nothing a person typed is part of the statement."""
    paths = _WHERE_USED[kind]
    asked = " OR ".join([f"jsonb_path_exists({column}, %s::jsonpath, %s::jsonb)"] * len(paths))
    values: list[Any] = []
    for path in paths:
        values += [path, json.dumps(names)]
    return RawSQL(f"({asked})", values, output_field=BooleanField())  # noqa: S611


def _ids(asked: RawSQL) -> QuerySet:
    return Flow.objects.annotate(_names=asked).filter(_names=True).values("pk")


def _published_ids(asked: RawSQL) -> QuerySet:
    return FlowVersion.objects.annotate(_names=asked).filter(_names=True).values("pk")
