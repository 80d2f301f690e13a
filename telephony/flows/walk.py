"""The caller's way through a document, as the switch would take it: what is heard, what keys do, where it ends.

Nobody is called and nothing is looked up: what a node asks us is answered by `ask`, or chosen beforehand.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from telephony.flows.document import Document, Node
from telephony.flows.kinds import fallback_of, kind_of, setting
from telephony.flows.listening import HIDDEN, LISTENING, Keys, NothingPressed, note_understood

MOST_STEPS = 500
"""More is no way but a circle: the switch ends there in the number's queue too."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an ask came to: the exit (of an agent, external or callback node "" for success), whether a notice is to
    be heard, and what was looked up.
    """

    exit: str
    is_heard: bool = False
    collected: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Caller:
    """What the switch's variables hold on the way. Collected names in `secret` are shown to nobody."""

    language: str
    collected: dict[str, str] = field(default_factory=dict)
    secret: set[str] = field(default_factory=set)
    priority: int = 0
    skills: dict[int, int] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    is_answered: bool = False

    def shown(self) -> dict[str, str]:
        return {name: HIDDEN if name in self.secret else value for name, value in self.collected.items()}


@dataclass(slots=True)
class Step:
    """One node entered. `heard`: {"prompt": id} and {"say": text, "as": how}, in order; `pressed` as it was keyed."""

    position: int
    node: str
    kind: str
    title: str
    heard: list[dict[str, Any]] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)
    exit: str = ""
    to: str = ""


@dataclass(slots=True)
class Walk:
    """`end` is {"kind", …}: queue, voicemail, callback (with `queue`), agent (`agent`, `queue`), external (`number`),
    hangup; number_queue: fallen to the number's own queue (`because`: undrawn, unknown, unfinished, circle,
    no_start); listening: no key is left and the caller is asked for one (`keys`, `digits`).
    """

    steps: list[Step]
    end: dict[str, Any]
    caller: Caller

    @property
    def is_self_served(self) -> bool:
        return self.caller.is_answered and self.end["kind"] == "hangup"

    def as_dict(self) -> dict[str, Any]:
        return {
            "steps": [
                {
                    "position": step.position,
                    "node": step.node,
                    "kind": step.kind,
                    "title": step.title,
                    "heard": step.heard,
                    "pressed": step.pressed,
                    "exit": step.exit,
                    "to": step.to,
                }
                for step in self.steps
            ],
            "end": self.end,
            "language": self.caller.language,
            "collected": self.caller.shown(),
            "priority": self.caller.priority,
            "skills": self.caller.skills,
            "tags": self.caller.tags,
            "is_self_served": self.is_self_served,
        }


Ask = Callable[[Node, Caller], Answer]


def nobody_to_ask(node: Node, _caller: Caller) -> Answer:
    """As when our web is away: each ask takes its fallback, and whoever is to be rung is reached."""
    return Answer("" if kind_of(node).is_end else fallback_of(node))


def walk(
    document: Document,
    presses: Sequence[str] = (),
    ask: Ask = nobody_to_ask,
    *,
    chosen: Mapping[str, str] | None = None,
    caller: Caller | None = None,
) -> Walk:
    """`presses`: what the caller does each time they are listened to, "" for silence; keys that are too many count at
    the next node, as they do in the switch. `chosen`: node → exit, for whatever cannot be known beforehand.

    The document must have passed the check; a node that did not counts as undrawn.
    """
    who = caller or Caller(language=document.languages[0])
    picked = dict(chosen or {})
    return _Way(document, Keys(presses), _chosen_first(picked, ask), who, picked).gone()


def _chosen_first(chosen: Mapping[str, str], ask: Ask) -> Ask:
    def answered(node: Node, caller: Caller) -> Answer:
        if node.id not in chosen:
            return ask(node, caller)
        known = ask(node, caller) if node.kind == "lookup" else Answer("")
        return Answer(chosen[node.id], collected=known.collected)

    return answered


class _Way:
    def __init__(
        self, document: Document, keys: Keys, ask: Ask, caller: Caller, chosen: Mapping[str, str]
    ) -> None:
        self.document, self.keys, self.ask, self.caller, self.chosen = document, keys, ask, caller, chosen
        self.steps: list[Step] = []

    def gone(self) -> Walk:
        here, end = self.document.start, None
        if here not in self.document.nodes:
            end = _to_the_number("no_start")
        while end is None:
            if len(self.steps) >= MOST_STEPS:
                end = _to_the_number("circle")
                break
            here, end = self._through(self.document.nodes[here])
        return Walk(self.steps, end, self.caller)

    def _through(self, node: Node) -> tuple[str, dict[str, Any] | None]:
        """The next node, or the end."""
        step = Step(len(self.steps) + 1, node.id, node.kind, node.title)
        self.steps.append(step)
        try:
            name = self._left(node, step)
        except NothingPressed as wanted:
            return "", {"kind": "listening", "node": node.id, "keys": wanted.keys, "digits": wanted.digits}
        except (KeyError, TypeError, ValueError):
            return "", _to_the_number("unfinished", node)
        if not name:
            return "", _end_of(node)
        step.exit = name
        step.to = node.exits.get(name) or (node.exits.get("closed", "") if name == "holiday" else "")
        if not step.to:
            return "", _to_the_number("undrawn", node)
        return (step.to, None) if step.to in self.document.nodes else ("", _to_the_number("unknown", node))

    def _left(self, node: Node, step: Step) -> str:
        """The exit taken; "" where the way ends here."""
        listen = LISTENING.get(node.kind)
        if node.kind == "speech" and node.id in self.chosen:
            _hear(node, step)
            note_understood(node, self.caller, self.chosen[node.id])
            return self.chosen[node.id]
        if listen is not None:
            return listen(node, step, self.keys, self.caller)
        _hear(node, step)
        act = _ACTS.get(node.kind)
        if act is not None:
            act(node, step, self.caller)
        if kind_of(node).is_ask or node.kind in ("agent", "external"):
            return self._asked(node, step)
        return "" if kind_of(node).is_end else "next"

    def _asked(self, node: Node, step: Step) -> str:
        answer = self.ask(node, self.caller)
        self.caller.collected.update(answer.collected)
        if answer.is_heard:
            step.heard.append({"prompt": node.settings["prompt"]})
        return answer.exit


def _hear(node: Node, step: Step) -> None:
    """A notice is heard only inside its dates, a look-up's filling only while it lasts."""
    prompt = None if node.kind in ("notice", "lookup") else node.settings.get("prompt")
    if prompt:
        step.heard.append({"prompt": prompt})


def _answer(node: Node, step: Step, caller: Caller) -> None:
    for said in setting(node, "says"):
        name = said["name"]
        text = HIDDEN if name in caller.secret else caller.collected.get(name, "")
        step.heard.append({"say": text, "as": said["as"]})
    caller.is_answered = True


def _set(node: Node, _step: Step, caller: Caller) -> None:
    caller.priority += setting(node, "priority")
    caller.skills.update({one["skill"]: one["level"] for one in setting(node, "skills")})
    tag = setting(node, "tag")
    if tag and tag not in caller.tags:
        caller.tags.append(tag)


_ACTS = {"answer": _answer, "set": _set}


def _to_the_number(because: str, node: Node | None = None) -> dict[str, Any]:
    return {"kind": "number_queue", "because": because, "node": node.id if node else ""}


def _end_of(node: Node) -> dict[str, Any]:
    named = {name: node.settings[name] for name in ("queue", "agent", "number") if name in node.settings}
    return {"kind": node.kind, "node": node.id, **named}
