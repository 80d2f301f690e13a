"""How a template is written down, and the export made of it in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from telephony.flows.document import Document, Node
from telephony.flows.exports import Export, Named, Span
from telephony.flows.kinds import ROWS, kind_of
from telephony.flows.layout import laid_out

LANGUAGES = ("zh", "en")
Words = tuple[str, str]
"""Chinese, English."""

WEEKDAYS: tuple[Span, ...] = tuple((day, "09:00", "18:00") for day in range(5))
EVERY_DAY: tuple[Span, ...] = tuple((day, "09:00", "18:00") for day in range(7))
DAY_AND_NIGHT: tuple[Span, ...] = tuple((day, "00:00", "00:00") for day in range(7))
PATTERNS: dict[str, tuple[Words, tuple[Span, ...]]] = {
    "weekdays": (("工作日 9:00–18:00", "Weekdays 9–18"), WEEKDAYS),
    "every_day": (("每天 9:00–18:00", "Every day 9–18"), EVERY_DAY),
    "day_and_night": (("全天 24 小时", "Day and night"), DAY_AND_NIGHT),
}
"""The usual hours of service, by name."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A node whose settings name prompts, queues and hours by the template's own words."""

    id: str
    kind: str
    title: Words
    settings: Mapping[str, Any] = field(default_factory=dict)
    exits: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """`prompts`: word → what is said; `queues`: word → what it is called; `hours`: word → one of `PATTERNS`."""

    key: str
    name: Words
    about: Words
    nodes: tuple[Drawn, ...]
    prompts: Mapping[str, Words]
    queues: Mapping[str, Words]
    hours: Mapping[str, str] = field(default_factory=dict)

    def exported(self, language: str) -> Export:
        """`language`: that of the names, "zh" or "en", and of what callers hear first. Both are spoken."""
        place = 0 if language == "zh" else 1
        words = {
            "prompt": {
                word: Named(self._prompt_name(word, place), dict(zip(LANGUAGES, said, strict=True)))
                for word, said in self.prompts.items()
            },
            "queue": {word: Named(name[place]) for word, name in self.queues.items()},
            "hours": {
                word: Named(PATTERNS[pattern][0][place], spans=PATTERNS[pattern][1])
                for word, pattern in self.hours.items()
            },
        }
        keys = {kind: {word: at for at, word in enumerate(known, 1)} for kind, known in words.items()}
        spoken = LANGUAGES if place == 0 else LANGUAGES[::-1]
        nodes = {one.id: _node(one, place, keys) for one in self.nodes}
        document = laid_out(Document(spoken, self.nodes[0].id, nodes))
        names = {
            kind: {keys[kind][word]: one for word, one in known.items()} for kind, known in words.items()
        }
        return Export(self.name[place], document, names)

    def _prompt_name(self, word: str, place: int) -> str:
        """After the step that says it first, in the language of the names: 银行热线：主菜单."""
        step = next(one.title[place] for one in self.nodes if one.settings.get("prompt") == word)
        return f"{self.name[place]}{('：', ': ')[place]}{step}"


def _node(one: Drawn, place: int, keys: Mapping[str, Mapping[str, int]]) -> Node:
    node = Node(one.id, one.kind, one.title[place])
    types = {field.name: field.type for field in kind_of(node).fields}
    settings = {
        name: keys[types[name]][value] if types[name] in ROWS else _branches(value, place)
        for name, value in one.settings.items()
    }
    return Node(one.id, one.kind, one.title[place], settings, dict(one.exits))


def _branches(value: Any, place: int) -> Any:
    """A branch's name is written in both languages; all else is as it is."""
    if not isinstance(value, tuple):
        return value
    return [{**one, "name": one["name"][place]} if "name" in one else dict(one) for one in value]


def menu(node_id: str, title: Words, prompt: str, /, **ways: str) -> Drawn:
    """Ways by key (`k1="…"`); silence and wrong keys lead where `otherwise` says, * says it again."""
    otherwise = ways.pop("otherwise")
    exits = {key.removeprefix("k"): there for key, there in ways.items()}
    exits |= {"timeout": otherwise, "wrong": otherwise}
    settings = {"prompt": prompt, "seconds": 5, "timeouts": 1, "wrongs": 2, "repeat_key": "*"}
    return Drawn(node_id, "menu", title, settings, exits)


def say(node_id: str, title: Words, prompt: str, then: str) -> Drawn:
    return Drawn(node_id, "say", title, {"prompt": prompt}, {"next": then})


def answer(node_id: str, title: Words, prompt: str, then: str) -> Drawn:
    """Said so that the caller needs nobody."""
    return Drawn(node_id, "answer", title, {"prompt": prompt}, {"next": then})


def to_queue(node_id: str, title: Words, queue: str) -> Drawn:
    return Drawn(node_id, "queue", title, {"queue": queue})


def to_voicemail(node_id: str, title: Words, queue: str, prompt: str) -> Drawn:
    return Drawn(node_id, "voicemail", title, {"queue": queue, "prompt": prompt})


def goodbye(prompt: str = "goodbye") -> Drawn:
    return Drawn("bye", "hangup", ("再见", "Goodbye"), {"prompt": prompt})


def hours(node_id: str, title: Words, which: str, is_open: str, is_closed: str) -> Drawn:
    return Drawn(node_id, "hours", title, {"hours": which}, {"open": is_open, "closed": is_closed})


GOODBYE: Words = ("感谢您的来电，再见。", "Thank you for calling. Goodbye.")
