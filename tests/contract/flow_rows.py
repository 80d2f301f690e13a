"""Flows for the contract suite: a document, its sounds, and where the switch finds them."""

from __future__ import annotations

import hashlib
import math
import struct
import wave
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from telephony.flows.document import parse
from telephony.flows.terms import FlowTerms, QueueTerms
from telephony.freeswitch.flow_document import file_name, flow_document, write_flows
from tests.contract.driver import HOT_LINE, SwitchUnderTest
from tests.contract.web import Route

VERSION = 31
PROMPT_SECONDS = 0.4


def node(node_id: str, kind: str, settings: Mapping[str, Any] | None = None, **exits: str) -> dict[str, Any]:
    """Exits that are keys are written k1, k2, star, hash."""
    names = {"star": "*", "hash": "#", "else_": "else"} | {f"k{digit}": str(digit) for digit in range(10)}
    return {
        "id": node_id,
        "kind": kind,
        "settings": dict(settings or {}),
        "exits": {names.get(name, name): target for name, target in exits.items()},
    }


def lay(
    line: SwitchUnderTest, *nodes: dict[str, Any], start: str = "", number: str = HOT_LINE, **changes: Any
) -> FlowTerms:
    """The number leads into this flow; each prompt 1 to 9 sounds for PROMPT_SECONDS in both languages."""
    raw = {"format": 1, "languages": ["en", "zh"], "start": start or nodes[0]["id"], "nodes": list(nodes)}
    sounds = {
        prompt: {language: sound(line, f"{prompt}-{language}") for language in ("en", "zh")}
        for prompt in range(1, 10)
    }
    values: dict[str, Any] = {
        "tenant": "acme",
        "version_id": VERSION,
        "document": parse(raw),
        "sounds": sounds,
        "queues": {
            8: QueueTerms(max_wait_seconds=120, priority=5),
            9: QueueTerms(max_wait_seconds=300, may_wait=False),
        },
    }
    terms = FlowTerms(**values | changes)
    write_flows(line.directory / "conf", {file_name("acme", terms.version_id): flow_document(terms)})
    line.web.routes[number] = Route(
        tenant="acme", number=number, queue_id=7, flow_version_id=terms.version_id
    )
    return terms


def sound(line: SwitchUnderTest, name: str, seconds: float = PROMPT_SECONDS) -> str:
    """A tone as prompts are: 8 kHz, one side, named by a hash."""
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    path = line.directory / "prompts" / "acme" / f"{sha256}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        write_tone(path, seconds)
    return sha256


def write_tone(path: Path, seconds: float) -> None:
    samples = [int(8000 * math.sin(2 * math.pi * 660 * at / 8000)) for at in range(int(8000 * seconds))]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
