"""What a waiting caller hears next, as a dialplan: the answers to the questions of conf/cc.xml. Pure.

A caller is told nothing but sounds of ours and of the tenant, named by us and by their checksums; no text stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from telephony.freeswitch.documents import UnsafeText

SENT_BACK = "transfer", "wait 'XML:${cc_dialplan}' cc"
VOICEMAIL = "transfer", "voicemail 'XML:${cc_dialplan}' cc"
KEY_PAUSE_MS = 3000
"""How long after the last word a key still counts."""
_PIECE = re.compile(r"[a-z0-9-]{1,40}(/[a-z0-9-]{1,40})?")
_OWN = re.compile(r"[a-z0-9_]{1,63}/[0-9a-f]{64}")
_KEY = re.compile(r"[0-9*#]")

Action = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What to say once, and what keys do meanwhile; a key of "" does nothing.

    `pieces` are names of our sounds below the language's folder; `own` is a sound of the tenant before them
    (`<schema>/<sha256>`), or "". `next_at` is the Unix second of the next question, by the switch's clock.
    """

    next_at: int
    language: str = "en"
    pieces: tuple[str, ...] = ()
    own: str = ""
    callback_key: str = ""
    cancel_key: str = ""
    voicemail_key: str = ""


def announcement(notice: Notice) -> str:
    """Say it and take a key. The caller can be fetched by an agent at any moment of it.

    It is executed in the middle of the waiting loop, which goes on after it: a caller who is sent anywhere in the
    moment an agent picks up is lost to the agent.
    """
    keys = {
        "cc_callback_key": notice.callback_key,
        "cc_cancel_key": notice.cancel_key,
        "cc_voicemail_key": notice.voicemail_key,
    }
    offered = "".join(_checked(_KEY, key) for key in keys.values() if key)
    actions = [
        ("set", "cc_place=waiting"),
        ("set", f"cc_announce_at={int(notice.next_at)}"),
        *(("set", f"{name}={key or 'none'}") for name, key in keys.items()),
        ("unset", "cc_key"),
        ("unset", "playback_timeout_sec"),
    ]
    said = sound(notice.pieces, notice.language, notice.own)
    if said and offered:
        digits = f"1 1 1 {KEY_PAUSE_MS} none {said} silence_stream://1 cc_key ^[{offered}]$"
        actions += [("play_and_get_digits", digits), ("execute_extension", "key 'XML:${cc_dialplan}' cc")]
    elif said:
        actions.append(("playback", said))
    return _document(actions)


def promised(pieces: Iterable[str], language: str) -> str:
    """The callback is written down: out of the line, told so, and goodbye."""
    return _document(
        [
            ("set", "cc_place=callback"),
            ("set", "cc_reason=callback"),
            ("unset", "playback_timeout_sec"),
            ("event", "Event-Name=CUSTOM,Event-Subclass=cc::fallback"),
            ("playback", sound(pieces, language)),
            ("hangup", "NORMAL_CLEARING"),
        ]
    )


def told(pieces: Iterable[str], language: str) -> str:
    """A sentence, and the caller waits on."""
    return _document(
        [
            ("set", "cc_place=waiting"),
            ("unset", "playback_timeout_sec"),
            ("playback", sound(pieces, language)),
        ]
    )


def sent_back(document: str) -> str:
    """The same for a switch whose plan is an older one: its callers are sent to the answer, and must be sent back."""
    return document.replace("</condition>", f"{_action(*SENT_BACK)}\n</condition>")


def message() -> str:
    """The caller is asked for a message."""
    return _document([VOICEMAIL])


def sound(pieces: Iterable[str], language: str, own: str = "") -> str:
    """One sound of all, or "" of none."""
    spoken = "zh" if language == "zh" else "en"
    files = [f"${{cc_prompts}}/{_checked(_OWN, own)}.wav"] if own else []
    files += [f"${{cc_sounds}}/{spoken}/{_checked(_PIECE, piece)}.wav" for piece in pieces]
    return f"file_string://{'!'.join(files)}" if files else ""


def _checked(pattern: re.Pattern[str], value: str) -> str:
    if not pattern.fullmatch(value):
        raise UnsafeText("A key or the name of a sound is not one.")
    return value


def _action(name: str, data: str) -> str:
    return f'<action application="{name}" data={quoteattr(data)}/>'


def _document(actions: Iterable[Action]) -> str:
    return "\n".join(
        [
            '<document type="freeswitch/xml">',
            '<section name="dialplan">',
            '<context name="cc">',
            '<extension name="answer">',
            "<condition>",
            *(_action(name, data) for name, data in actions),
            "</condition>",
            "</extension>",
            "</context>",
            "</section>",
            "</document>",
            "",
        ]
    )
