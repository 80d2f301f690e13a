"""A flow to take elsewhere: its draft or a version, with the names, texts and times of what it speaks of."""

from collections.abc import Iterable

from telephony.flows.document import Document
from telephony.flows.exports import LONGEST_NAME, Export, Named
from telephony.flows.references import references
from telephony.models import OpeningTime, PromptWording, SpecialDay
from telephony.queries.flows import ROWS


def exported(document: Document, name: str) -> Export:
    """At most nine queries. What is gone has no name; uploaded sounds stay here, their texts go along."""
    named = references(document)
    names = {kind: _named(kind, keys) for kind, keys in named.items() if keys}
    return Export(name, document, names)


def _named(kind: str, keys: Iterable[int]) -> dict[int, Named]:
    rows = ROWS[kind].objects.filter(pk__in=keys).order_by("pk").values_list("pk", "name")
    known = {key: name[:LONGEST_NAME] for key, name in rows}
    if kind == "prompt":
        texts = _texts(keys)
        return {key: Named(name, texts.get(key, {})) for key, name in known.items()}
    if kind == "hours":
        return _hours(known)
    return {key: Named(name) for key, name in known.items()}


def _texts(keys: Iterable[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    rows = PromptWording.objects.filter(prompt_id__in=keys).order_by("prompt_id", "language")
    for prompt_id, language, text in rows.values_list("prompt_id", "language", "text"):
        found.setdefault(prompt_id, {})[language] = text
    return found


def _hours(known: dict[int, str]) -> dict[int, Named]:
    spans: dict[int, list] = {key: [] for key in known}
    days: dict[int, list] = {key: [] for key in known}
    for row in OpeningTime.objects.filter(hours_id__in=known).order_by("weekday", "opens_at"):
        spans[row.hours_id].append((row.weekday, f"{row.opens_at:%H:%M}", f"{row.closes_at:%H:%M}"))
    for day in SpecialDay.objects.filter(hours_id__in=known).order_by("on"):
        times = [f"{one:%H:%M}" if one else None for one in (day.opens_at, day.closes_at)]
        days[day.hours_id].append((day.on.isoformat(), day.name, *times))
    return {key: Named(name, spans=tuple(spans[key]), days=tuple(days[key])) for key, name in known.items()}
