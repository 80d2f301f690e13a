"""A flow from elsewhere, or a template: its rows are found by name; prompts and hours it brings along are made.

The sounds of new texts are made by a task: whoever calls this sends `Imported.to_speak` there after the commit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from telephony.actions.configuration import keep_row, keep_times
from telephony.actions.flows import create_flow
from telephony.actions.prompts import keep_prompt, word_prompt
from telephony.flow_errors import FlowTemplateNotFound, FlowUnreadable
from telephony.flows.document import UnreadableFlow, parse
from telephony.flows.exports import Export, Named, read_export
from telephony.flows.references import renamed
from telephony.flows.templates import TEMPLATES
from telephony.models import Flow, Prompt, PromptWording, Queue, WorkingHours
from telephony.queries.flows import ROWS
from telephony.speech.phrases import LANGUAGES
from tenants.people.policies import Member

Keys = dict[str, dict[int, int]]


@dataclass(slots=True)
class Imported:
    """`made`: the names of the rows made for it, `missing`: of those nobody has here; each by kind of row.

    Where a row was missing the setting is empty, and the check says so. `to_speak` are wordings without a sound yet.
    """

    flow: Flow
    made: dict[str, list[str]] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    to_speak: list[int] = field(default_factory=list)


@transaction.atomic
def import_flow(*, raw: Any, name: str = "", by: Member | None, at: datetime) -> Imported:
    """`raw`: an export, or a document alone. Everything or nothing: FlowUnreadable when it cannot be read."""
    try:
        export = read_export(raw)
    except UnreadableFlow as wrong:
        raise FlowUnreadable.of(wrong) from None
    return _import(export, name or export.name, by, at, standing_queue=None)


@transaction.atomic
def create_from_template(
    *, key: str, name: str = "", language: str, queue_id: int | None = None, by: Member | None, at: datetime
) -> Imported:
    """One of `TEMPLATES` in "zh" or "en". A queue the tenant has not is stood in for by `queue_id`, else by the first
    open one, so that the flow can be tried at once.
    """
    template = TEMPLATES.get(key)
    if template is None:
        raise FlowTemplateNotFound
    export = template.exported(language)
    chosen = Queue.objects.filter(pk=queue_id).first() if queue_id else None
    first = chosen or Queue.objects.filter(state=Queue.State.OPEN).order_by("pk").first()
    return _import(export, name or _free(export.name), by, at, standing_queue=first)


def _free(name: str) -> str:
    """The name, or the first "name 2", "name 3"… that nobody has taken."""
    return _first_free(name, set(Flow.objects.values_list("name", flat=True)))


def _first_free(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name[:74]} {number}"
    return found


def _import(
    export: Export, name: str, by: Member | None, at: datetime, *, standing_queue: Queue | None
) -> Imported:
    made = Imported(Flow())
    keys = {kind: _found(kind, named) for kind, named in export.names.items()}
    for kind, make in _MAKERS.items():
        make(export.names.get(kind, {}), keys.setdefault(kind, {}), made, by, at)
    for kind, named in export.names.items():
        absent = [key for key in named if key not in keys[kind]]
        if kind == "queue" and standing_queue is not None:
            keys[kind] |= dict.fromkeys(absent, standing_queue.pk)
        if absent:
            made.missing[kind] = sorted({named[key].name for key in absent})
    document = renamed(export.document.as_dict(), _renaming(keys, bool(export.names)))
    made.flow = create_flow(name=name, document=parse(document).as_dict(), by=by, at=at)
    return made


def _renaming(keys: Keys, has_names: bool) -> Callable[[str, int], int | None]:
    """A document without names keeps its keys: it was taken from here, and the check looks whether they are there."""
    if not has_names:
        return lambda _kind, key: key
    return lambda kind, key: keys.get(kind, {}).get(key)


def _found(kind: str, named: Mapping[int, Named]) -> dict[int, int]:
    """Key elsewhere → key here, of all but prompts by the name alone."""
    if kind == "prompt":
        return {}
    names = {one.name for one in named.values()}
    here = dict(ROWS[kind].objects.filter(name__in=names).order_by("-pk").values_list("name", "pk"))
    return {key: here[one.name] for key, one in named.items() if one.name in here}


Made = Mapping[int, Named]


def _make_prompts(named: Made, keys: dict[int, int], made: Imported, by: Member | None, at: datetime) -> None:
    """One of the same name that says the same is used again; one that says something else is left alone."""
    told = _texts({one.name for one in named.values()})
    taken = set(Prompt.objects.values_list("name", flat=True))
    for key, one in named.items():
        wanted = {language: text for language, text in one.wordings.items() if language in LANGUAGES}
        known = told.get(one.name)
        if known is not None and all(_same(known[1].get(each, ""), text) for each, text in wanted.items()):
            keys[key] = known[0]
            continue
        prompt = keep_prompt(name=_first_free(one.name, taken))
        taken.add(prompt.name)
        keys[key] = prompt.pk
        made.made.setdefault("prompt", []).append(prompt.name)
        for language, text in wanted.items():
            if text.strip():
                row = word_prompt(prompt_id=prompt.pk, language=language, text=text, at=at, by=by)
                made.to_speak += [row.pk] if row.state == PromptWording.State.WAITING else []


def _texts(names: set[str]) -> dict[str, tuple[int, dict[str, str]]]:
    """Name → (key, language → text) of the prompts that are called so here."""
    rows = Prompt.objects.filter(name__in=names).prefetch_related("wordings")
    return {row.name: (row.pk, {one.language: one.text for one in row.wordings.all()}) for row in rows}


def _same(known: str, text: str) -> bool:
    return known.split() == text.split()


def _make_hours(named: Made, keys: dict[int, int], made: Imported, _by: Member | None, _at: datetime) -> None:
    """Hours of the same name are the tenant's own and stay as they are."""
    for key, one in named.items():
        if key in keys or not (one.spans or one.days):
            continue
        row = WorkingHours.objects.filter(name=one.name).first()
        if row is None:
            row = WorkingHours(name=one.name)
            keep_row(row)
            keep_times(row, [_span(*span) for span in one.spans], [_day(*day) for day in one.days])
            made.made.setdefault("hours", []).append(row.name)
        keys[key] = row.pk


def _span(weekday: int, opens: str, closes: str) -> dict[str, Any]:
    return {
        "weekday": weekday,
        "opens_at": time.fromisoformat(opens),
        "closes_at": time.fromisoformat(closes),
    }


def _day(on: str, name: str, opens: str | None, closes: str | None) -> dict[str, Any]:
    return {
        "on": date.fromisoformat(on),
        "name": name,
        "opens_at": time.fromisoformat(opens) if opens else None,
        "closes_at": time.fromisoformat(closes) if closes else None,
    }


_MAKERS: dict[str, Callable[..., None]] = {"prompt": _make_prompts, "hours": _make_hours}
