"""Nodes that wait for keys, as dialplan: menu, digits, language. Keys pressed too early count at the next of them."""

from __future__ import annotations

import re

from telephony.flows.document import Node
from telephony.flows.kinds import KEYS
from telephony.flows.kinds import setting as set_to
from telephony.flows.terms import FlowTerms
from telephony.freeswitch.flow_lines import (
    NO_KEY,
    SILENCE,
    Action,
    Block,
    entered,
    extension,
    go,
    hear,
    language_code,
    left,
    node_id,
    recording,
    saying,
    setting,
    value_name,
)


def menu(node: Node, terms: FlowTerms) -> list[str]:
    """`n-`: entered; `m-`: asked again; `d-<key>`: what was pressed. Silence and wrong keys are counted apart."""
    name = node_id(node.id)
    lines = _one_key(node, terms, [setting("cc_silent", ""), setting("cc_wrong", "")])
    for key in KEYS:
        if key in node.exits:
            lines += extension(f"d-{name}-{key}", Block(left(node, key, key)))
    repeat = set_to(node, "repeat_key")
    if repeat and repeat in KEYS and repeat not in node.exits:
        lines += extension(f"d-{name}-{repeat}", Block([go(f"m-{name}")]))
    lines += extension(f"d-{name}-", *_again(node, "timeout", "cc_silent", int(set_to(node, "timeouts"))))
    wrong_prompt = set_to(node, "wrong_prompt")
    said = hear(wrong_prompt, terms) if wrong_prompt else []
    again = _again(node, "wrong", "cc_wrong", int(set_to(node, "wrongs")))
    return lines + extension(f"d-{name}-wrong", *said, *again, pattern=f"^d-{name}-.+$")


def _one_key(node: Node, terms: FlowTerms, first: list[Action]) -> list[str]:
    """Asks for one key and goes to `d-<node>-<key>`; to `d-<node>-` when none came."""
    name, milliseconds = node_id(node.id), int(set_to(node, "seconds")) * 1000
    asked = f"1 1 1 {milliseconds} {NO_KEY} ${{cc_say}} {SILENCE} cc_key"
    return extension(
        f"n-{name}",
        Block([*entered(node), *first], "destination_number", f"^n-{name}$"),
        *saying(node.settings.get("prompt"), terms),
        Block([setting("cc_ahead", "$2"), go(f"d-{name}-$1")], "${cc_ahead}", "^(.)(.*)$", "on-true"),
        Block([("play_and_get_digits", asked), go(f"d-{name}-${{cc_key}}")]),
        pattern=f"^[nm]-{name}$",
    )


def _again(node: Node, exit_name: str, counter: str, times: int) -> list[Block]:
    """Asked again so many times, then out. The count is one x for each."""
    return [
        Block(left(node, exit_name), f"${{{counter}}}", f"^x{{{times},}}$", "on-true"),
        Block([setting(counter, f"${{{counter}}}x"), go(f"m-{node_id(node.id)}")]),
    ]


def collect(node: Node, terms: FlowTerms) -> list[str]:
    """Digits up to the end key, the longest allowed, or a pause. A secret is kept in no path and in no record."""
    name, kept = node_id(node.id), variable_of(node)
    least, most = int(set_to(node, "min")), max(int(set_to(node, "max")), int(set_to(node, "min")))
    return [
        *extension(
            f"n-{name}",
            Block([*entered(node), setting("cc_silent", "")], "destination_number", f"^n-{name}$"),
            *saying(node.settings.get("prompt"), terms),
            *_unheard(node),
            *_asked(node, kept, most),
            pattern=f"^[nm]-{name}$",
        ),
        *extension(f"d-{name}", *_judged(node, kept, least, most)),
    ]


def _unheard(node: Node) -> list[Block]:
    """A secret's keys are in no log, and while they are pressed the talk's recording is silent."""
    if not set_to(node, "is_secret"):
        return []
    return [Block([setting("sensitive_dtmf", "true"), recording("mask")])]


def variable_of(node: Node) -> str:
    prefix = "cc_s_" if set_to(node, "is_secret") else "cc_v_"
    return prefix + value_name(str(node.settings.get("name", "")))


def _asked(node: Node, kept: str, most: int) -> list[Block]:
    """What was typed ahead is the beginning of the entry."""
    name, milliseconds = node_id(node.id), int(set_to(node, "seconds")) * 1000
    end_key = str(set_to(node, "end_key"))
    end = end_key if end_key and end_key in KEYS else NO_KEY
    done = go(f"d-{name}")
    whole = f"1 {most} 1 {milliseconds} {end} ${{cc_say}} {SILENCE} {kept} . {milliseconds}"
    rest = f"1 {most - 1} 1 {milliseconds} {end} silence {SILENCE} cc_more . {milliseconds}"
    more: list[Action] = [("play_and_get_digits", rest)] if most > 1 else [setting("cc_more", "")]
    return [
        Block([setting("cc_ahead", "$1"), done], "${cc_ahead}", f"^{re.escape(end)}(.*)$", "on-true"),
        Block(
            [
                setting("cc_begun", "$1"),
                setting("cc_ahead", ""),
                *more,
                setting(kept, "${cc_begun}${cc_more}"),
                setting("cc_begun", ""),
                setting("cc_more", ""),
                done,
            ],
            "${cc_ahead}",
            "^(.+)$",
            "on-true",
        ),
        Block([("play_and_get_digits", whole), done]),
    ]


def _judged(node: Node, kept: str, least: int, most: int) -> list[Block]:
    is_secret = bool(set_to(node, "is_secret"))
    over: list[Action] = [("unset", "sensitive_dtmf"), *([recording("unmask")] if is_secret else [])]
    shown = "" if is_secret else f"${{{kept}}}"
    forgotten = setting(kept, "")
    tries = max(0, int(set_to(node, "tries")) - 1)
    return [
        Block([*over, *left(node, "next", shown)], f"${{{kept}}}", f"^[0-9*#]{{{least},{most}}}$", "on-true"),
        Block([forgotten, *over, *left(node, "failed")], "${cc_silent}", f"^x{{{tries},}}$", "on-true"),
        Block([forgotten, setting("cc_silent", "${cc_silent}x"), go(f"m-{node_id(node.id)}")]),
    ]


def language(node: Node, terms: FlowTerms) -> list[str]:
    """Once: who says nothing, or something else, goes on in the language they hear."""
    name = node_id(node.id)
    lines = _one_key(node, terms, [])
    for key, chosen in node.settings.get("keys", {}).items():
        if key in KEYS:
            spoken = setting("cc_lang", language_code(chosen))
            lines += extension(f"d-{name}-{key}", Block([spoken, *left(node, "next", key)]))
    return lines + extension(f"d-{name}-other", Block(left(node, "next")), pattern=f"^d-{name}-.*$")
