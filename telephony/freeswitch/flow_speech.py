"""The node that listens to speech, as dialplan: the switch records, our web understands, keys say the same.

The recording is named by the leg, the step and the try alone. What was said never comes here: our web answers with the
way out.
"""

from __future__ import annotations

from telephony.flows.document import Node
from telephony.flows.kinds import KEYS
from telephony.flows.kinds import setting as set_to
from telephony.flows.terms import FlowTerms
from telephony.freeswitch.flow_lines import (
    NO_KEY,
    SILENCE,
    Action,
    Block,
    ask,
    entered,
    extension,
    go,
    left,
    node_id,
    saying,
    setting,
    value_name,
)

FOLDER = "utterances"
SILENCE_LEVEL, SILENCE_SECONDS = 200, 2
_FILE = f"${{recordings_dir}}/{FOLDER}/${{uuid}}-${{cc_step}}-${{cc_silent}}.wav"


def speech(node: Node, terms: FlowTerms) -> list[str]:
    """`n-`: entered; `m-`: asked again; `l-`: listened to; `k-`: a key or an utterance; `w-`: our web has not
    understood yet; `r-`: not understood; `d-<key>`: what was pressed.
    """
    name = node_id(node.id)
    lines = [
        *_asked(node, terms),
        *_listened(name, node),
        *extension(f"ask-{name}", Block(left(node, "unheard"))),
        *extension(f"w-{name}", Block([setting("max_forwards", 70), ("sleep", "300"), ask(node)])),
        *extension(f"r-{name}", *_again(node)),
    ]
    for row in node.settings.get("phrases") or ():
        if (key := row.get("key")) and key in KEYS:
            kept = understood(node, row["exit"])
            lines += extension(f"d-{name}-{key}", Block([*kept, *left(node, row["exit"], key)]))
    return lines + extension(f"d-{name}-other", Block([go(f"r-{name}")]), pattern=f"^d-{name}-.*$")


def understood(node: Node, exit_name: str) -> list[Action]:
    """What the way out is called is kept for conditions; the caller's own words are not on the switch."""
    name = str(set_to(node, "name"))
    return [setting(f"cc_v_{value_name(name)}", exit_name)] if name else []


def _asked(node: Node, terms: FlowTerms) -> list[str]:
    """Keys typed ahead count. The prompt is heard to its end or to the first key."""
    name = node_id(node.id)
    again = set_to(node, "again_prompt")
    heard = f"0 0 1 1000 {NO_KEY} ${{cc_say}} {SILENCE} cc_more"
    said = extension(
        f"n-{name}",
        Block([*entered(node), setting("cc_silent", "")], "destination_number", f"^n-{name}$"),
        *saying(node.settings.get("prompt"), terms),
        Block([setting("cc_ahead", "$2"), go(f"d-{name}-$1")], "${cc_ahead}", "^(.)(.*)$", "on-true"),
        Block([("play_and_get_digits", heard), go(f"l-{name}")]),
        pattern=f"^n-{name}$" if again else f"^[nm]-{name}$",
    )
    if not again:
        return said
    return said + extension(
        f"m-{name}", *saying(again, terms), Block([("play_and_get_digits", heard), go(f"l-{name}")])
    )


def _listened(name: str, node: Node) -> list[str]:
    seconds = int(set_to(node, "seconds"))
    recorded: list[Action] = [
        ("mkdir", f"${{recordings_dir}}/{FOLDER}"),
        setting("playback_terminators", "any"),
        setting("playback_terminator_used", ""),
        ("record", f"{_FILE} {seconds} {SILENCE_LEVEL} {SILENCE_SECONDS}"),
        ("unset", "playback_terminators"),
        setting("cc_looked_us", "${strmicroepoch()}"),
        go(f"k-{name}"),
    ]
    return [
        *extension(
            f"l-{name}", Block([go(f"d-{name}-$1")], "${cc_more}", "^(.)$", "on-true"), Block(recorded)
        ),
        *extension(
            f"k-{name}",
            Block([go(f"d-{name}-$1")], "${playback_terminator_used}", "^([0-9*#])$", "on-true"),
            Block([ask(node)]),
        ),
    ]


def _again(node: Node) -> list[Block]:
    """Each try is an x more, which is also what its recording is called by."""
    tries = max(0, int(set_to(node, "tries")) - 1)
    return [
        Block(left(node, "unheard"), "${cc_silent}", f"^x{{{tries},}}$", "on-true"),
        Block([setting("cc_silent", "${cc_silent}x"), go(f"m-{node_id(node.id)}")]),
    ]
