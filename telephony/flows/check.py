"""What keeps a flow from being published, node by node, and what its author should know before.

`check(document, known)` asks nothing itself: which rows exist comes with `Known`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from telephony.flows.conditions import fields_of
from telephony.flows.document import Document, Node
from telephony.flows.fields import BUILT_IN, placeholders, wrong_setting
from telephony.flows.graph import endless_loops, reached, silent_loops
from telephony.flows.kinds import KEYS, exits_of, kind_of, needed_exits, setting
from telephony.flows.references import references_of
from telephony.routing.rule_check import COLLECTED


@dataclass(frozen=True, slots=True)
class Problem:
    """`node` "" is the flow as a whole; `field` names a setting or an exit; `value` is what is wrong with it.

    Only an error keeps the flow from being published. The codes are those of `ERRORS` and `WARNINGS`.
    """

    node: str
    code: str
    field: str = ""
    value: str = ""

    @property
    def is_error(self) -> bool:
        return self.code not in WARNINGS

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"is_error": self.is_error}


ERRORS = frozenset(
    {
        *("missing", "wrong_kind", "out_of_range", "unknown", "unknown_key", "twice", "not_hundred"),
        *(
            "no_start",
            "nothing_drawn",
            "orphan",
            "dead_end",
            "unknown_exit",
            "unknown_target",
            "endless_loop",
        ),
        *(
            "not_there",
            "no_wording",
            "no_voice",
            "not_spoken",
            "not_yet_spoken",
            "not_collected",
            "secret_said",
        ),
        *("min_over_max", "ends_before_it_begins", "language_not_spoken", "leads_back", "key_is_repeat"),
        "not_permitted",
        *("nothing_offered", "sound_missing"),
    }
)
WARNINGS = frozenset(
    {"to_the_queue", "silent_loop", "queue_closed", "no_agents", "over", "insecure", "nobody_listens"}
)


@dataclass(frozen=True, slots=True)
class Wording:
    """One prompt in one language: `state` ready, waiting or failed; `is_there` says whether its file is."""

    state: str
    is_uploaded: bool = False
    is_there: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What exists where the flow is to run: of each kind of row its keys, of prompts each language's wording, of
    surveys the prompt of their question.

    `voices` are the languages text can be spoken in, `listeners` those that are understood (None: nobody knows).
    `own_numbers` are answered by ourselves; what would be shown to `forbidden_numbers` may not be, by its terms. `now`
    is the tenant's wall clock as "2026-11-16T09:00", or "" to leave the past alone.
    """

    rows: Mapping[str, frozenset[int]] = field(default_factory=dict)
    wordings: Mapping[int, Mapping[str, Wording]] = field(default_factory=dict)
    questions: Mapping[int, int] = field(default_factory=dict)
    voices: frozenset[str] = frozenset()
    listeners: frozenset[str] | None = None
    closed_queues: frozenset[int] = frozenset()
    deserted_queues: frozenset[int] = frozenset()
    own_numbers: frozenset[str] = frozenset()
    forbidden_numbers: frozenset[str] = frozenset()
    now: str = ""


def check(document: Document, known: Known | None = None) -> list[Problem]:
    """Everything, the flow as a whole first, then each node in order. Without `known` no row is asked."""
    problems = list(_whole(document))
    loops = _looped(document)
    reachable, collected = reached(document), collected_names(document)
    for node in document.nodes.values():
        problems.extend(_own(node, document, collected))
        if node.id not in reachable and document.start in document.nodes:
            problems.append(Problem(node.id, "orphan"))
        problems.extend(loops.get(node.id, ()))
        if known is not None:
            problems.extend(_rows(node, document, known))
            problems.extend(_listeners(node, document, known))
    return problems


def errors_of(problems: list[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.is_error]


def _whole(document: Document) -> Iterator[Problem]:
    if not document.nodes:
        yield Problem("", "nothing_drawn")
    elif document.start not in document.nodes:
        yield Problem("", "no_start", "start", document.start)


def _looped(document: Document) -> dict[str, list[Problem]]:
    """Told once, at the first node of each loop."""
    found: dict[str, list[Problem]] = {}
    for code, loops in (("endless_loop", endless_loops(document)), ("silent_loop", silent_loops(document))):
        for loop in loops:
            found.setdefault(loop[0], []).append(Problem(loop[0], code, value=" ".join(loop[:12])))
    return found


def _own(node: Node, document: Document, collected: Mapping[str, bool]) -> Iterator[Problem]:
    known = {field.name for field in kind_of(node).fields}
    for name in node.settings:
        if name not in known:
            yield Problem(node.id, "unknown_key", name[:40])
    wrong = [
        Problem(node.id, how, each.name)
        for each in kind_of(node).fields
        if (how := wrong_setting(each, node.settings.get(each.name)))
    ]
    yield from wrong
    yield from _ways(node, document)
    if not wrong:
        yield from _together(node, document)
        yield from _names(node, collected)


def _ways(node: Node, document: Document) -> Iterator[Problem]:
    needed, drawn = needed_exits(node), exits_of(node)
    for name in drawn:
        target = node.exits.get(name, "")
        if not target and name in needed:
            yield Problem(node.id, "dead_end", name)
        elif not target and name != "holiday":
            yield Problem(node.id, "to_the_queue", name)
        elif target and target not in document.nodes:
            yield Problem(node.id, "unknown_target", name, target)
    for name in node.exits:
        if name not in drawn:
            yield Problem(node.id, "unknown_exit", name)


# ---- settings that must fit each other


def _together(node: Node, document: Document) -> Iterator[Problem]:
    judge = _TOGETHER.get(node.kind)
    if judge is not None:
        yield from judge(node, document)


def _menu(node: Node, _document: Document) -> Iterator[Problem]:
    repeat = setting(node, "repeat_key")
    if repeat and repeat in node.exits:
        yield Problem(node.id, "key_is_repeat", repeat)
    if not any(key in node.exits for key in KEYS):
        yield Problem(node.id, "nothing_offered", "exits")


def _collect(node: Node, _document: Document) -> Iterator[Problem]:
    if setting(node, "min") > setting(node, "max"):
        yield Problem(node.id, "min_over_max", "min")


def _notice(node: Node, _document: Document) -> Iterator[Problem]:
    if node.settings["from"] >= node.settings["until"]:
        yield Problem(node.id, "ends_before_it_begins", "until")


def _language(node: Node, document: Document) -> Iterator[Problem]:
    for language in dict.fromkeys(node.settings["keys"].values()):
        if language not in document.languages:
            yield Problem(node.id, "language_not_spoken", "keys", language)


def _lookup(node: Node, _document: Document) -> Iterator[Problem]:
    if node.settings["url"].startswith("http://"):
        yield Problem(node.id, "insecure", "url")


_TOGETHER = {
    "menu": _menu,
    "collect": _collect,
    "notice": _notice,
    "language": _language,
    "lookup": _lookup,
}


# ---- names of what the caller keyed in or a look-up answered


def collected_names(document: Document) -> dict[str, bool]:
    """Name → whether it is secret, of all a caller may have given anywhere in the flow."""
    found: dict[str, bool] = {}
    for node in document.nodes.values():
        name, keep = node.settings.get("name"), node.settings.get("keep")
        if node.kind == "speech" and isinstance(name, str) and name:
            found.setdefault(name, False)
        elif node.kind == "collect" and isinstance(name, str):
            found[name] = found.get(name, False) or node.settings.get("is_secret") is True
        elif node.kind == "lookup" and isinstance(keep, list | tuple):
            kept = (one.get("name") for one in keep if isinstance(one, Mapping))
            found.update({one: False for one in kept if isinstance(one, str) and one not in found})
    return found


def _names(node: Node, collected: Mapping[str, bool]) -> Iterator[Problem]:
    for place, name in _used_names(node):
        if name not in collected and (name not in BUILT_IN or place not in ("url", "body")):
            yield Problem(node.id, "not_collected", place, name[:40])
        elif place == "says" and collected.get(name):
            yield Problem(node.id, "secret_said", place, name)


def _used_names(node: Node) -> list[tuple[str, str]]:
    if node.kind == "lookup":
        texts = [(place, setting(node, place)) for place in ("url", "body")]
        return [(place, name) for place, text in texts for name in placeholders(text)]
    if node.kind == "answer":
        return [("says", one["name"]) for one in setting(node, "says")]
    if node.kind == "condition":
        asked = sorted(fields_of(node.settings["branches"]))
        return [("branches", found.group(1)) for name in asked if (found := COLLECTED.fullmatch(name))]
    return []


# ---- rows


def _rows(node: Node, document: Document, known: Known) -> Iterator[Problem]:
    for kind, key in dict.fromkeys(references_of(node)):
        if key not in known.rows.get(kind, frozenset()):
            yield Problem(node.id, "not_there", kind, str(key))
        elif kind == "prompt":
            yield from _wordings(node, key, _place_of(node, key), document, known)
        elif kind == "survey" and key in known.questions:
            yield from _wordings(node, known.questions[key], kind, document, known)
        elif kind == "queue" and "queue" in node.settings:
            yield from _queue(node, key, known)
    if node.kind == "external":
        yield from _outside(node, known)
    until = node.settings.get("until")
    if node.kind == "notice" and isinstance(until, str) and known.now and until <= known.now:
        yield Problem(node.id, "over", "until")


def _outside(node: Node, known: Known) -> Iterator[Problem]:
    number = node.settings.get("number")
    if number in known.own_numbers:
        yield Problem(node.id, "leads_back", "number")
    if number in known.forbidden_numbers:
        yield Problem(node.id, "not_permitted", "number")


def _listeners(node: Node, document: Document, known: Known) -> Iterator[Problem]:
    """In a language nobody understands callers can only press."""
    if node.kind != "speech" or known.listeners is None:
        return
    for language in document.languages:
        if language not in known.listeners:
            yield Problem(node.id, "nobody_listens", "phrases", language)


def _queue(node: Node, key: int, known: Known) -> Iterator[Problem]:
    if key in known.closed_queues:
        yield Problem(node.id, "queue_closed", "queue", str(key))
    elif key in known.deserted_queues and node.kind in ("queue", "agent"):
        yield Problem(node.id, "no_agents", "queue", str(key))


def _place_of(node: Node, prompt: int) -> str:
    names = [each.name for each in kind_of(node).fields if each.type == "prompt"]
    return next((name for name in names if node.settings.get(name) == prompt), "prompt")


def _wordings(node: Node, prompt: int, place: str, document: Document, known: Known) -> Iterator[Problem]:
    """Every prompt in every language, ready to be played: a missing voice is told here, never to a caller."""
    told = known.wordings.get(prompt, {})
    for language in document.languages:
        code = _wrong_wording(told.get(language), language, known)
        if code:
            yield Problem(node.id, code, place, language)


def _wrong_wording(wording: Wording | None, language: str, known: Known) -> str:
    if wording is None:
        return "no_wording"
    if wording.state == "ready":
        return "" if wording.is_there else "sound_missing"
    if not wording.is_uploaded and language not in known.voices:
        return "no_voice"
    return "not_spoken" if wording.state == "failed" else "not_yet_spoken"
