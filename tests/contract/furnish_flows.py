"""Furnishes acme with a published flow for each kind of node and each way a look-up may end, each with a number.

`python -m tests.contract.furnish_flows <port>` prints `{"numbers": {name: number}, "queue": id, …}`; on that port the
tenant's own service listens, under another address of this machine for each of its moods (`MOODS`).
"""

from __future__ import annotations

import io
import json
import os
import sys
import wave
from collections.abc import Iterator
from datetime import time
from typing import Any

import django

MOODS = {"found": 11, "unknown": 12, "hangs": 13, "500": 14, "2 GB": 15, "away": 16, "redirect": 17}
"""Host 127.0.0.<number>: so that one that fails shuts no other."""
REFUSED = "https://10.1.2.3/order"
BREAKER_AFTER = 5
SAID = [{"exit": "p1", "name": "Billing", "key": "1"}]
ALWAYS = {"from": "2020-01-01T00:00", "until": "2090-01-01T00:00"}


def host(mood: str) -> str:
    return f"127.0.0.{MOODS[mood]}"


def place(mood: str, port: int) -> str:
    """Host and port; nobody listens where it is away."""
    return f"{host(mood)}:{1 if mood == 'away' else port}"


def node(node_id: str, kind: str, exits: dict[str, str], **settings: Any) -> dict[str, Any]:
    return {"id": node_id, "kind": kind, "settings": settings, "exits": exits}


BYE = node("bye", "hangup", {})


def look_ups(port: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    ways = {"failed": "failed", "found": "found", "not_found": "unknown"}
    ends = [node(name, "hangup", {}) for name in ways.values()]
    keep = [{"name": name, "path": f"order.{name}"} for name in ("state", "name")]
    for mood in MOODS:
        url = f"http://{place(mood, port)}/order"
        yield f"lookup {mood}", [node("x", "lookup", ways, url=url, timeout_seconds=1, keep=keep), *ends]
    yield "lookup refused", [node("x", "lookup", ways, url=REFUSED, timeout_seconds=1), *ends]
    # One after the other, to a service that is broken: the last ones do not even ask it.
    url, most = f"http://{place('500', port)}/breaker", BREAKER_AFTER + 3
    chain = [
        node(f"x{turn}", "lookup", ways | {"failed": f"x{turn + 1}" if turn < most else "failed"}, url=url)
        for turn in range(1, most + 1)
    ]
    yield "lookup breaker", [*chain, *ends]


def kinds(made: dict[str, int], port: int) -> dict[str, list[dict[str, Any]]]:
    """Each with its node `x`; where it leads to when we are asked, and to `no` when we are not."""
    prompt, queue = made["prompt"], made["queue"]
    ends = [BYE, node("yes", "hangup", {}), node("no", "hangup", {}, prompt=prompt)]
    key = {"1": "yes", "timeout": "no", "wrong": "no"}
    by_key = [{"exit": "vip", "when": [{"field": "collected.code", "op": "is", "value": "47"}]}]
    coins = [{"exit": "a", "percent": 100}, {"exit": "b", "percent": 0}]
    code = node("c", "collect", {"next": "x", "failed": "no"}, prompt=prompt, name="code", min=2, max=2)
    days = [{"name": "code", "as": "number"}]
    one = {
        "say": [node("x", "say", {"next": "yes"}, prompt=prompt)],
        "menu": [node("x", "menu", key, prompt=prompt, seconds=20, timeouts=0)],
        "collect": [node("x", "collect", {"next": "yes", "failed": "no"}, prompt=prompt, name="code", seconds=20)],
        "hours": [node("x", "hours", {"open": "yes", "closed": "no"}, hours=made["always"])],
        "hours closed": [node("x", "hours", {"open": "no", "closed": "yes"}, hours=made["never"])],
        "notice": [
            node("x", "notice", {"next": "yes"}, prompt=prompt, **ALWAYS)
        ],
        "condition": [code, node("x", "condition", {"vip": "yes", "else": "no"}, branches=by_key)],
        "answer": [code, node("x", "answer", {"next": "yes"}, prompt=prompt, says=days)],
        "language": [node("x", "language", {"next": "yes"}, prompt=prompt, keys={"1": "zh"}, seconds=20)],
        "split": [node("x", "split", {"a": "yes", "b": "no"}, shares=coins)],
        "set": [
            node("x", "set", {"next": "yes"}, priority=30),
            node("yes", "queue", {}, queue=queue),
        ],
        "queue": [node("x", "queue", {}, queue=queue)],
        "queue ruled": [code, node("x", "queue", {}, queue=made["ruled"])],
        # Nobody sent this caller here: it leads where the number does.
        "back": [node("x", "back", {})],
        "agent": [node("x", "agent", {"unavailable": "yes"}, agent=made["agent"], queue=queue, seconds=5)],
        "external": [node("x", "external", {"failed": "yes"}, number="+862155509999", seconds=5)],
        "voicemail": [node("x", "voicemail", {}, queue=queue)],
        "callback": [node("x", "callback", {"refused": "no"}, queue=queue, prompt=prompt)],
        "survey": [node("x", "survey", {"next": "yes"}, survey=made["survey"])],
        "hangup": [node("x", "hangup", {}, prompt=prompt)],
        "speech": [
            node("x", "speech", {"p1": "yes", "unheard": "no"}, prompt=prompt, phrases=SAID, seconds=8, tries=1)
        ],
    }  # fmt: skip
    asks = {"next": "q", "failed": "q"}
    slow = [
        node("x", "lookup", {"failed": "no", "found": "yes", "not_found": "no"},
             url=f"http://{place('hangs', port)}/slow", timeout_seconds=10),
        node("q", "say", asks, prompt=prompt),
    ]  # fmt: skip
    found = one | {"lookup slow": slow, **dict(look_ups(port))}
    return {name: _with_ends(nodes, ends) for name, nodes in found.items()}


def _with_ends(nodes: list[dict[str, Any]], ends: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {one["id"] for one in nodes}
    return [*nodes, *(one for one in ends if one["id"] not in known)]


def furnish(port: int) -> dict[str, Any]:
    from telephony.models import Agent, Queue, Survey, WorkingHours

    queue = Queue.objects.create(name="Help", max_wait_seconds=600, wrap_up_seconds=0)
    always, never = (WorkingHours.objects.create(name=name) for name in ("Always", "Never"))
    for day in range(7):
        always.opening_times.create(weekday=day, opens_at=time(0), closes_at=time(0))
    agent = Agent.objects.order_by("pk").first()
    assert agent is not None
    made = {
        "queue": queue.pk,
        "ruled": _ruled(),
        "always": always.pk,
        "never": never.pk,
        "agent": agent.pk,
        "survey": Survey.objects.create(name="How was it?").pk,
        "prompt": _prompt(),
    }
    numbers = {
        name: _publish(name, nodes, f"+8621557{index:05d}", queue)
        for index, (name, nodes) in enumerate(kinds(made, port).items())
    }
    return made | {"numbers": numbers}


def _ruled() -> int:
    """A queue with a rule for each of two codes that a flow may have collected."""
    from telephony.models import Queue, RoutingRule

    queue = Queue.objects.create(name="Ruled", max_wait_seconds=600, wrap_up_seconds=0)
    for name, code, seconds in (("Orders", "47", 300), ("Complaints", "11", 20)):
        asked = {"field": "collected.code", "op": "is", "value": code}
        effect = {"do": "priority", "seconds": seconds}
        RoutingRule.objects.create(name=name, queue=queue, conditions=[asked], effects=[effect])
    return queue.pk


def _prompt() -> int:
    """Four tenths of a second of a tone, in English."""
    from django.utils import timezone

    from telephony.models import Prompt, PromptWording, Sound
    from telephony.sounds import processing, store

    made = processing.made_of(tone(0.4))
    store.keep("acme", made)
    now = timezone.now()
    sound = Sound.objects.create(
        sha256=made.sha256, seconds=made.seconds, bytes=len(made.content), made_at=now
    )
    prompt = Prompt.objects.create(name="Tone")
    PromptWording.objects.create(
        prompt=prompt,
        language="en",
        text="Tone",
        state=PromptWording.State.READY,
        sound=sound,
        changed_at=now,
    )
    return prompt.pk


def tone(seconds: float) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x00\x10\x00\x10\x00\xf0\x00\xf0" * int(seconds * 2000))
    return content.getvalue()


def _publish(name: str, nodes: list[dict[str, Any]], number: str, queue: Any) -> str:
    from django.utils import timezone

    from telephony.models import Entry, Flow, FlowVersion
    from tenants.context import enter
    from tenants.models import Number, Tenant

    start = "c" if any(one["id"] == "c" for one in nodes) else nodes[0]["id"]
    document = {"format": 1, "languages": ["en"], "start": start, "nodes": nodes}
    flow = Flow.objects.create(name=name, draft=document)
    flow.published = FlowVersion.objects.create(
        flow=flow, number=1, document=document, published_at=timezone.now()
    )
    flow.save()
    Entry.objects.create(number_e164=number, queue=queue, flow=flow)
    with enter("public"):
        acme = Tenant.objects.get(schema_name="acme")
        Number.objects.create(e164=number, country="CN", currency="CNY", tenant=acme, state="assigned")
    return number


def main(port: str) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from tenants.context import enter

    with enter("acme"):
        print(json.dumps(furnish(int(port))))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
