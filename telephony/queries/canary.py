"""What the canary last found of each number, and what it should expect to find."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from telephony.flows.document import Document, UnreadableFlow, parse
from telephony.flows.references import references_of
from telephony.models import Agent, Entry, FlowCheck, FlowVersion, Leg, QueueAgent
from telephony.queries.arrivals import settled
from telephony.queries.devices import with_has_phone
from telephony.queries.flow_terms import sounds_of
from telephony.queries.queues import queue
from telephony.queries.signs import last_word

CYCLE = timedelta(minutes=5)
STALE = 3 * CYCLE
"""Older than this the last word is no word: the canary itself is away."""
KEY = "health:canary"
"""Where the canary leaves the figures of its last whole round."""
NEVER = datetime.min.replace(tzinfo=UTC)
GOOD_FOR = timedelta(hours=1)
"""So long a call that got through to the outside proves that the carrier is there, whatever it answers."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """`titles`: node → its name; `silent`: names of nodes whose prompt has no sound in some language; `sounds`:
    (name of the node, SHA-256 of the sound) of every prompt of every branch.
    """

    is_readable: bool = True
    titles: dict[str, str] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)
    sounds: list[tuple[str, str]] = field(default_factory=list)


def latest_checks() -> list[FlowCheck]:
    """The last round of each number that still leads somewhere; failed ones first."""
    found = FlowCheck.objects.filter(pk__in=_latest("pk")).select_related("version__flow")
    latest = found.defer("version__document")
    return sorted(latest, key=lambda check: (check.outcome != FlowCheck.Outcome.FAILED, check.number))


def _latest(field: str) -> list[Any]:
    """This field of each number's last round: one row of the index each, however many rounds there were."""
    rounds = FlowCheck.objects.filter(number=OuterRef("number_e164")).order_by("-started_at")
    found = Entry.objects.order_by("pk").annotate(last=Subquery(rounds.values(field)[:1]))
    return [last for last in found.values_list("last", flat=True) if last is not None]


def checks_of(number: str, limit: int = 50) -> QuerySet[FlowCheck]:
    return FlowCheck.objects.filter(number=number).order_by("-started_at")[:limit]


def broken_numbers() -> int:
    """How many numbers the canary last found broken; an old word counts too: nobody has said otherwise."""
    return _latest("outcome").count(FlowCheck.Outcome.FAILED)


def last_round() -> dict[str, float] | None:
    """{"at", "checked", "broken", "seconds"} of the cell; None when nothing was heard of it for three rounds."""
    return last_word(KEY)


def checked_numbers(*, only_new: bool = False) -> list[tuple[str, FlowVersion | None]]:
    """(number, its published flow's version) of this tenant, longest not looked at first; `only_new`: those that have
    never been looked at as they are now.
    """
    entries = Entry.objects.select_related("flow__published").order_by("number_e164")
    found = [(entry.number_e164, entry.flow.published if entry.flow else None) for entry in entries]
    rounds = FlowCheck.objects.values("number", "version_id").annotate(last=Max("started_at"))
    last = {(row["number"], row["version_id"]): row["last"] for row in rounds}
    known = {
        (number, version): last.get((number, version.pk if version else None)) for number, version in found
    }
    if only_new:
        return [one for one in found if known[one] is None]
    return sorted(found, key=lambda one: known[one] or NEVER)


def expected_of(version: FlowVersion | None) -> Expected:
    if version is None:
        return Expected()
    try:
        document = parse(version.document)
    except UnreadableFlow:
        return Expected(is_readable=False)
    used = list(_prompts(document))
    sounds = sounds_of({prompt for _title, prompt in used})
    return Expected(
        titles={node.id: node.title or node.id for node in document.nodes.values()},
        silent=[
            title for title, prompt in used if not set(document.languages) <= set(sounds.get(prompt, ()))
        ],
        sounds=[(title, sha) for title, prompt in used for sha in sounds.get(prompt, {}).values()],
    )


def _prompts(document: Document) -> Iterator[tuple[str, int]]:
    """(name of the node, prompt) in the document's order."""
    for node in document.nodes.values():
        for kind, key in references_of(node):
            if kind == "prompt":
                yield node.title or node.id, key


def who_answers(queue_id: int, at: datetime) -> str:
    """ "" when somebody could; otherwise one word: gone, nobody, no_phone. Out of hours nobody needs to."""
    named = queue(queue_id)
    if named is None:
        return "gone"
    arrived = settled(named, at=at)
    if arrived.because in ("closed", "hours"):
        return ""
    places = QueueAgent.objects.filter(Q(until=None) | Q(until__gt=at), queue_id=arrived.queue.pk)
    online = places.filter(agent__is_active=True, agent__presence="online")
    if not online.exists():
        return "nobody"
    people = Agent.objects.filter(pk__in=online.values("agent"))
    return "" if with_has_phone(people).filter(has_phone=True).exists() else "no_phone"


def got_out_lately(at: datetime) -> bool:
    """A call to the outside was answered not long ago."""
    return Leg.objects.filter(kind=Leg.Kind.EXTERNAL, answered_at__gt=at - GOOD_FOR).exists()
