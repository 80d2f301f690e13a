"""The pieces of which a flow's dialplan is made: extensions, what every node does, how one is left. Pure.

Only ids, digits, hashes and small letters are ever put in; what is variable is named, and expanded by the switch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from telephony.flows.document import Node
from telephony.flows.terms import FlowTerms
from telephony.freeswitch.documents import UnsafeText

Action = tuple[str, str]
CONTEXT = "flow"
PLAN = "'${cc_plan}'"
ASK_FIRST = "'XML,${cc_plan}'"
"""Our web, then the file: when nobody answers, the node's own fallback stands there."""
WAITING = "'XML:${cc_dialplan}'"
SILENCE = "silence_stream://20"
NO_KEY = "D"
"""Ends no entry: no telephone of our callers has it."""
MOST_STEPS = "^([5-9][0-9][0-9]|[0-9]{4,})$"

_NODE = re.compile(r"[a-z0-9]{1,12}")
_EXIT = re.compile(r"[a-z0-9_*#]{1,20}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_SOUND = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True)
class Block:
    """A condition: `field` expanded against `expression`; neither: it always holds. `stops`: break="…"."""

    actions: Sequence[Action] = ()
    field: str = ""
    expression: str = ""
    stops: str = "never"
    otherwise: Sequence[Action] = ()

    def lines(self) -> list[str]:
        what = f" field={quoteattr(self.field)} expression={quoteattr(self.expression)}" if self.field else ""
        return [
            f'<condition{what} break="{self.stops}">',
            *(
                f"<action application={quoteattr(name)} data={quoteattr(data)}/>"
                for name, data in self.actions
            ),
            *(
                f"<anti-action application={quoteattr(name)} data={quoteattr(data)}/>"
                for name, data in self.otherwise
            ),
            "</condition>",
        ]


def extension(name: str, *blocks: Block, pattern: str = "") -> list[str]:
    """For one destination, or for those a pattern fits."""
    expression = pattern or f"^{re.escape(name)}$"
    first = Block((), "destination_number", expression, "on-false")
    lines = [line for block in (first, *blocks) for line in block.lines()]
    return [f"<extension name={quoteattr(name)}>", *lines, "</extension>"]


def setting(name: str, value: object) -> Action:
    return ("set", f"{name}={value}")


def go(destination: str) -> Action:
    return ("transfer", f"{destination} {PLAN} {CONTEXT}")


def ask(node: Node) -> Action:
    return ("transfer", f"ask-{node_id(node.id)} {ASK_FIRST} {CONTEXT}")


def entered(node: Node) -> list[Action]:
    """What every node does first: say where the caller is. Each transfer uses up one of 70 hops: the flow is none."""
    return [
        setting("max_forwards", 70),
        setting("cc_node", node_id(node.id)),
        setting("cc_kind", node.kind),
        setting("cc_step", "${expr(${cc_step}+1)}"),
        setting("cc_in_us", "${strmicroepoch()}"),
        ("event", f"Event-Name=CUSTOM,Event-Subclass=cc::flow,Flow-Kind={node.kind}"),
    ]


def recording(verb: str) -> Action:
    """`mask` or `unmask` the talk this caller was sent here from; who came by a number was sent from none, and the
    switch finds nothing to mask.

    The switch does it by itself: whether one of us is there to notice must not matter to a card's number.
    """
    if verb not in ("mask", "unmask"):
        raise UnsafeText("A recording is masked or unmasked.")
    return setting(
        "cc_masked", f"${{uuid_record(${{cc_errand_by}} {verb} ${{recordings_dir}}/${{cc_errand_file}})}}"
    )


def noted(node: Node, exit_name: str, value: str = "") -> Action:
    """One more step of the path: node, kind, exit, value, moments of entering and leaving."""
    if not _EXIT.fullmatch(exit_name):
        raise UnsafeText("An exit's name is small letters, digits, and the keys of a telephone.")
    step = f"{node_id(node.id)}:{node.kind}:{exit_name}:{value}:${{cc_in_us}}:${{strmicroepoch()}}"
    return setting("cc_path", f"${{cc_path}}|{step}")


def left(node: Node, exit_name: str, value: str = "") -> list[Action]:
    """Out by this way. `value`: digits, or the variable that holds them."""
    target = node.exits.get(exit_name) or (node.exits.get("closed", "") if exit_name == "holiday" else "")
    return [noted(node, exit_name, value), go(f"n-{node_id(target)}" if target else "home")]


def to_line(destination: str) -> Action:
    """Into one of the places of cc.xml: enter, voicemail, closed."""
    return ("transfer", f"{destination} {WAITING} cc")


def hear(prompt: object, terms: FlowTerms) -> list[Block]:
    """Plays it to its end or to the first key, which then counts at the next question. Whoever has typed ahead hears
    nothing more of it.
    """
    return [
        *saying(prompt, terms),
        Block(
            [
                ("play_and_get_digits", f"0 0 1 1000 {NO_KEY} ${{cc_say}} {SILENCE} cc_more"),
                setting("cc_ahead", "${cc_more}"),
            ],
            "${cc_ahead}",
            "^$",
        ),
    ]


def saying(prompt: object, terms: FlowTerms) -> list[Block]:
    """Sets cc_say to the prompt in the caller's language; where it lacks that, in the flow's first, then in any."""
    sounds = _sounds(prompt, terms)
    languages = [language for language in terms.document.languages if language in sounds] or sorted(sounds)
    first = _path(sounds[languages[0]], terms) if languages else SILENCE
    others = [
        Block([setting("cc_say", _path(sounds[language], terms))], "${cc_lang}", f"^{language}$")
        for language in languages[1:]
    ]
    return [Block([setting("cc_say", first)]), *others]


def _sounds(prompt: object, terms: FlowTerms) -> Mapping[str, str]:
    found = terms.sounds.get(prompt, {}) if isinstance(prompt, int) else {}
    return {
        language: sound
        for language, sound in found.items()
        if _LANGUAGE.fullmatch(language) and _SOUND.fullmatch(sound)
    }


def _path(sound: str, terms: FlowTerms) -> str:
    return f"${{cc_prompts}}/{schema(terms.tenant)}/{sound}.wav"


def node_id(name: str) -> str:
    if not _NODE.fullmatch(name):
        raise UnsafeText("A node's id is small letters and digits.")
    return name


def schema(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9_]{1,63}", name):
        raise UnsafeText("A schema's name is small letters, digits and underscores.")
    return name


def language_code(name: str) -> str:
    if not _LANGUAGE.fullmatch(name):
        raise UnsafeText("A language is two or three small letters.")
    return name


def value_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UnsafeText("What is collected has a name of small letters, digits and underscores.")
    return name


def digits_of(number: object) -> str:
    digits = str(number).removeprefix("+")
    if not re.fullmatch(r"[0-9]{2,32}", digits):
        raise UnsafeText("A number is digits with at most a plus before them.")
    return digits
