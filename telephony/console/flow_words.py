"""The kinds of steps of a call flow, their settings and their ways out, in the reader's words."""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Text = str | Promise


@dataclass(frozen=True)
class FieldWords:
    """`row` and `add` are for settings that are lists: what one entry is called, and the button that adds one."""

    label: Text
    help: Text = ""
    unit: Text = ""
    is_rare: bool = False
    row: Text = ""
    add: Text = ""
    example: str = ""


@dataclass(frozen=True)
class KindWords:
    """`fresh`: what a new step is set to beyond the defaults."""

    label: Text
    help: Text
    group: str
    fields: dict[str, FieldWords] = field(default_factory=dict)
    fresh: dict[str, object] = field(default_factory=dict)


def groups() -> list[tuple[str, Text]]:
    return [
        ("ask", _("Ask the caller")),
        ("reach", _("Lead the caller to")),
        ("decide", _("Decide")),
        ("speak", _("Say something")),
    ]


_S = _("s")
_HEARD = _("What callers hear")
_QUEUE = FieldWords(_("Queue"))
_SECONDS = FieldWords(_("Wait for a key"), unit=_S, is_rare=True)

KIND_WORDS: dict[str, KindWords] = {
    "say": KindWords(
        pgettext_lazy("step of a call flow", "Say"),
        _("Callers hear a text and go on."),
        "speak",
        {"prompt": FieldWords(_HEARD)},
    ),
    "menu": KindWords(
        _("Menu"),
        _("Callers press a key to choose where to go."),
        "ask",
        {
            "prompt": FieldWords(_HEARD),
            "seconds": _SECONDS,
            "timeouts": FieldWords(_("Repeats when nothing is pressed"), is_rare=True),
            "wrongs": FieldWords(_("Repeats after a wrong key"), is_rare=True),
            "repeat_key": FieldWords(_("Key that says it again"), is_rare=True),
            "wrong_prompt": FieldWords(
                _("Said after a wrong key"), _("Empty: the menu is simply said again."), is_rare=True
            ),
        },
    ),
    "collect": KindWords(
        _("Ask for digits"),
        _("Callers key in a number: an order, a customer, a date."),
        "ask",
        {
            "prompt": FieldWords(_HEARD),
            "name": FieldWords(
                _("Kept under the name"),
                _("Small letters and _. Agents see it, conditions and look-ups use it."),
                example="order",
            ),
            "min": FieldWords(_("Fewest digits")),
            "max": FieldWords(_("Most digits")),
            "end_key": FieldWords(_("Key that ends it"), is_rare=True),
            "seconds": _SECONDS,
            "tries": FieldWords(_("Tries"), is_rare=True),
            "is_secret": FieldWords(
                _("Secret: never shown, stored or logged"), _("For card numbers and passwords."), is_rare=True
            ),
        },
    ),
    "speech": KindWords(
        _("Ask what it is about"),
        _("Callers say a name or a few words, or press a key."),
        "ask",
        {
            "prompt": FieldWords(_HEARD),
            "phrases": FieldWords(
                _("What callers may say"),
                _(
                    "Several ways to say it, with commas between them. A key is for those who would rather press."
                ),
                row=_("Phrase"),
                add=_("Add a phrase"),
            ),
            "name": FieldWords(
                _("Kept under the name"), _("Small letters and _. Empty: it is not kept."), is_rare=True
            ),
            "seconds": FieldWords(_("Listen for"), unit=_S, is_rare=True),
            "confidence": FieldWords(_("Ask again when less sure than"), unit=_("percent"), is_rare=True),
            "tries": FieldWords(_("Tries"), is_rare=True),
            "again_prompt": FieldWords(
                _("Said when it was not understood"), _("Empty: it is simply asked again."), is_rare=True
            ),
        },
        {"phrases": [{"exit": "p1", "name": "", "says": "", "key": "1"}]},
    ),
    "hours": KindWords(
        _("Opening hours"),
        _("Goes one way while you are open and another while you are closed."),
        "decide",
        {"hours": FieldWords(_("Working hours"))},
    ),
    "notice": KindWords(
        _("Notice"),
        _("A text that callers hear only between two dates."),
        "speak",
        {
            "prompt": FieldWords(_HEARD),
            "from": FieldWords(pgettext_lazy("beginning", "From")),
            "until": FieldWords(pgettext_lazy("end", "Until")),
        },
    ),
    "condition": KindWords(
        _("Condition"),
        _("Goes different ways for different callers: region, level, language, time, what they keyed in."),
        "decide",
        {
            "branches": FieldWords(
                _("Branches"),
                _("The first branch that fits is taken."),
                row=_("Branch"),
                add=_("Add a branch"),
            )
        },
        {"branches": [{"exit": "b1", "name": "", "when": [{"field": "level", "op": "is", "value": "vip"}]}]},
    ),
    "lookup": KindWords(
        _("Look-up"),
        _("Asks a system of yours over HTTPS: an order, a customer, a balance."),
        "decide",
        {
            "method": FieldWords(_("Method"), is_rare=True),
            "url": FieldWords(
                _("Address"),
                _("What callers keyed in stands in braces: {order}. {caller_number} is known too."),
                example="https://shop.example/orders/{order}",
            ),
            "body": FieldWords(_("What is sent"), _("Only with POST."), is_rare=True),
            "timeout_seconds": FieldWords(_("Give up after"), unit=_S, is_rare=True),
            "keep": FieldWords(
                _("What is kept of the answer"),
                _("A name, and where it stands in the JSON: order.status"),
                row=_("Kept value"),
                add=_("Keep a value"),
            ),
            "found_when": FieldWords(
                _("Found when this stands in the answer"),
                _("Empty: any answer counts as found."),
                is_rare=True,
            ),
            "wait_prompt": FieldWords(_("Said while it takes long"), is_rare=True),
        },
    ),
    "answer": KindWords(
        pgettext_lazy("step of a call flow", "Answer"),
        _("Says what a look-up found. Who hangs up after it was served without an agent."),
        "speak",
        {
            "prompt": FieldWords(_HEARD),
            "says": FieldWords(_("Then says"), row=_("Value"), add=_("Say a value")),
        },
    ),
    "language": KindWords(
        _("Language choice"),
        _("Callers choose the language of everything that follows."),
        "ask",
        {
            "prompt": FieldWords(_HEARD),
            "keys": FieldWords(_("Keys"), row=_("Key"), add=_("Add a language")),
            "seconds": _SECONDS,
        },
        {"keys": {"1": "zh", "2": "en"}},
    ),
    "split": KindWords(
        _("A/B split"),
        _("Sends shares of the callers different ways, always the same way for the same number."),
        "decide",
        {"shares": FieldWords(_("Shares"), _("Together 100 percent."), row=_("Share"), add=_("Add a share"))},
        {"shares": [{"exit": "a", "percent": 50}, {"exit": "b", "percent": 50}]},
    ),
    "set": KindWords(
        _("Priority and skills"),
        _("Puts the caller forward, or asks for agents who can do something."),
        "decide",
        {
            "priority": FieldWords(_("Counts as having waited longer"), unit=_S),
            "skills": FieldWords(_("Skills asked for"), row=_("Skill"), add=_("Add a skill")),
            "tag": FieldWords(_("Tag of the call"), is_rare=True),
        },
    ),
    "queue": KindWords(
        _("Queue"), _("Callers wait here for an agent. The flow ends."), "reach", {"queue": _QUEUE}
    ),
    "agent": KindWords(
        _("Agent"),
        _("Rings one agent."),
        "reach",
        {
            "agent": FieldWords(_("Agent")),
            "queue": FieldWords(_("On the terms of the queue"), _("Recording, wrap-up and reports.")),
            "seconds": FieldWords(_("Ring for"), unit=_S, is_rare=True),
        },
    ),
    "external": KindWords(
        _("Outside number"),
        _("Connects to a telephone outside."),
        "reach",
        {
            "number": FieldWords(_("Number"), _("With its country code."), example="+862112345678"),
            "seconds": FieldWords(_("Ring for"), unit=_S, is_rare=True),
        },
    ),
    "voicemail": KindWords(
        _("Voicemail"),
        _("Records a message for the agents of a queue."),
        "reach",
        {"queue": _QUEUE, "prompt": FieldWords(_HEARD, _("Empty: the usual words."))},
    ),
    "callback": KindWords(
        _("Callback"),
        _("Offers to call back; the place in the line is kept."),
        "reach",
        {"queue": _QUEUE, "prompt": FieldWords(_HEARD, _("Empty: the usual words."))},
    ),
    "survey": KindWords(
        _("Survey"),
        _("Asks for a mark by keys."),
        "ask",
        {"survey": FieldWords(_("Survey"))},
    ),
    "back": KindWords(
        _("Back to the agent"),
        _(
            "Brings a caller back whom an agent sent here in the middle of a talk. Others come to the number's queue."
        ),
        "reach",
    ),
    "hangup": KindWords(
        _("Hang up"),
        _("Says goodbye, if you like, and ends the call."),
        "reach",
        {"prompt": FieldWords(_HEARD, _("Empty: nothing is said."))},
    ),
}

EXIT_WORDS: dict[str, Text] = {
    "next": pgettext_lazy("way out of a step", "then"),
    "timeout": _("nothing pressed"),
    "wrong": _("wrong key"),
    "failed": pgettext_lazy("way out of a step", "failed"),
    "closed": pgettext_lazy("way out of a step", "closed"),
    "open": pgettext_lazy("way out of a step", "open"),
    "holiday": _("holiday"),
    "else": _("otherwise"),
    "found": _("found"),
    "not_found": _("not found"),
    "unavailable": _("no answer"),
    "refused": _("declined"),
    "unheard": _("not understood"),
}

SAID_AS: dict[str, Text] = {
    "digits": _("digit by digit"),
    "number": _("as a number"),
    "money": _("as an amount"),
    "date": _("as a date"),
}

LANGUAGES: dict[str, Text] = {
    "zh": _("Chinese"),
    "en": _("English"),
}


def kind_label(kind: str) -> str:
    return str(KIND_WORDS[kind].label) if kind in KIND_WORDS else kind


def exit_label(kind: str, name: str) -> str:
    """A key, a named way, or what a branch or share is called in the document."""
    if kind == "menu" and len(name) == 1:
        return str(_("key %(key)s") % {"key": name})
    return str(EXIT_WORDS.get(name, name))


def field_label(kind: str, name: str) -> str:
    words = KIND_WORDS[kind].fields.get(name) if kind in KIND_WORDS else None
    return str(words.label) if words else name


def language_label(code: str) -> str:
    return str(LANGUAGES.get(code, code))
