"""One call's way through its flow, as its page tells it: nodes in order, what was pressed or said, seconds at each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telephony import queries
from telephony.console.flow_words import exit_label, kind_label
from telephony.models import Call, FlowStep


@dataclass(frozen=True, kw_only=True)
class WayStep:
    """`exit` is "" for a node the caller is in, or hung up in. `sure` in percent."""

    position: int
    title: str
    kind: str
    exit: str
    pressed: str
    said: str
    sure: int | None
    seconds: float | None


@dataclass(frozen=True, kw_only=True)
class Way:
    flow_id: int
    flow: str
    version: int
    steps: list[WayStep]


def told_way(call: Call) -> Way | None:
    """None of a call that went through no flow. Secrets are in no step: the switch never told them."""
    found = queries.way_of_call(call)
    if not found:
        return None
    version = found[0].version
    nodes = {str(node.get("id")): node for node in version.document.get("nodes", ())}
    steps = [_told(step, nodes.get(step.node, {})) for step in found]
    return Way(flow_id=version.flow_id, flow=version.flow.name, version=version.number, steps=steps)


def _told(step: FlowStep, node: Mapping[str, Any]) -> WayStep:
    kind = kind_label(step.kind)
    title = str(node.get("title") or "") or kind
    return WayStep(
        position=step.position,
        title=title,
        kind=kind if kind != title else "",
        exit=_exit(step, node.get("settings") or {}),
        pressed=step.value,
        said=step.said,
        sure=None if step.confidence is None else round(100 * step.confidence),
        seconds=(step.left_at - step.entered_at).total_seconds() if step.left_at else None,
    )


def _exit(step: FlowStep, settings: Mapping[str, Any]) -> str:
    """What the author called the way, where it has a name of its own."""
    rows = [
        row
        for name in ("branches", "phrases")
        for row in settings.get(name) or ()
        if isinstance(row, Mapping)
    ]
    named = {row.get("exit"): row.get("name") for row in rows}
    return str(named.get(step.exit) or exit_label(step.kind, step.exit)) if step.exit else ""
