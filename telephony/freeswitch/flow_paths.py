"""How far a caller has come in a flow: the leg's own variables, in an event or in its record, → a fact. Pure.

cc_path is one part for each node that was left, `|node:kind:exit:value:entered:left`, moments in microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from telephony.facts import FlowStepped, StepTaken
from telephony.freeswitch.readers import moment, shown, uuid_of, whole

MOST_STEPS = 1_000
MOST_VALUES = 100
_PART = re.compile(
    r"([a-z0-9]{1,12}):([a-z]{1,16}):([a-z0-9_*#]{1,20}):([0-9*#]{0,40}):([0-9]{16}):([0-9]{16})"
)
_NODE = re.compile(r"[a-z0-9]{1,12}")
_VALUE = "cc_v_"


def flow_stepped(
    of_leg: Callable[[str], str],
    names: Mapping[str, object],
    said: dict[str, Any],
    *,
    kind: str,
    **caller: Any,
) -> FlowStepped | None:
    """None when the leg walked in no flow. `names`: all of the leg's variables, by name."""
    version_id = whole(of_leg("cc_flow"))
    if version_id is None:
        return None
    taken = path_of(of_leg("cc_path"))
    return FlowStepped(
        **said,
        version_id=version_id,
        taken=taken,
        current=_current(of_leg, taken, kind),
        language=of_leg("cc_lang")[:8],
        collected=collected_of(of_leg, names),
        **_masked(of_leg),
        **caller,
    )


def _masked(of_leg: Callable[[str], str]) -> dict[str, Any]:
    """Whose recording stands still while this caller keys in a secret; {} outside a recorded talk."""
    leg_id, path, since = (
        uuid_of(of_leg("cc_errand_by")),
        of_leg("cc_errand_file"),
        moment(of_leg("cc_errand_us")),
    )
    if leg_id is None or since is None or not path:
        return {}
    return {"masked_leg_id": leg_id, "masked_path": path[:255], "masked_since": since}


def path_of(path: str) -> tuple[StepTaken, ...]:
    """What cannot be read is left out; the places of the others stay."""
    taken = []
    for position, part in enumerate(path.strip("|").split("|")[:MOST_STEPS], start=1):
        found = _PART.fullmatch(part)
        entered = moment(found[5]) if found else None
        if found is None or entered is None:
            continue
        taken.append(
            StepTaken(
                position=position,
                node=found[1],
                kind=found[2],
                entered_at=entered,
                exit=found[3],
                value=found[4],
                left_at=moment(found[6]),
            )
        )
    return tuple(taken)


def _current(of_leg: Callable[[str], str], taken: Sequence[StepTaken], kind: str) -> StepTaken | None:
    """None of a caller who has left the last node of the way and come to no other."""
    node, entered = of_leg("cc_node"), moment(of_leg("cc_in_us"))
    if not _NODE.fullmatch(node) or entered is None:
        return None
    if taken and (taken[-1].node, taken[-1].entered_at) == (node, entered):
        return None
    return StepTaken(position=len(taken) + 1, node=node, kind=kind, entered_at=entered)


def collected_of(of_leg: Callable[[str], str], names: Mapping[str, object]) -> dict[str, str]:
    """What was keyed in or looked up, by name; what is secret is under another name and never read here."""
    found = sorted(name for name in names if name.startswith(_VALUE))[:MOST_VALUES]
    return {name.removeprefix(_VALUE): shown(of_leg(name))[:80] for name in found}
