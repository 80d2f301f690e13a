"""Recordings of two tenants lying on the disk of the test, and who may hear them."""

import wave
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from telephony.models import Agent, AgentGroup, Call, CustodyEntry, Queue, Recording
from tenants.context import enter
from tenants.people.models import AuditEntry

NUMBER = "+8613812342211"
SECONDS = 4


def a_call(at: datetime, **more: Any) -> Call:
    ended = {"answered_at": at, "ended_at": at + timedelta(seconds=60), "exit": "answered", "state": "ended"}
    return Call.objects.create(arrived_at=at, **ended | more)


def a_sound(folder: Path, path: str) -> None:
    """Two channels: loud on the left in the first half, on the right in the second."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        half = SECONDS * 4000
        sound.writeframes(b"\x00\x40\x00\x00" * half + b"\x00\x00\x00\x40" * half)


def a_recording(call: Call, folder: Path, schema: str, **more: Any) -> Recording:
    path = f"{schema}/2026-11-20/{call.pk}.wav"
    a_sound(folder, path)
    known = {"agent": call.agent, "queue": call.queue, "number": call.caller_number, "seconds": SECONDS}
    return Recording.objects.create(
        call=call,
        leg=call.pk,
        path=path,
        started_at=call.arrived_at,
        ended_at=call.ended_at,
        **known | more,
    )


def furnish(acme: Any, globex: Any, member: Any, now: datetime, folder: Path) -> SimpleNamespace:
    """acme: Ann and Ben each with a recorded call; Lee leads Ann's group, Kim leads one without agents; globex: one."""
    roles = {
        "ann": "agent", "ben": "agent", "boss": "admin", "lee": "supervisor", "kim": "supervisor",
        "sue": "supervisor", "judge": "inspector", "cash": "finance",
    }  # fmt: skip
    made = SimpleNamespace(
        people={name: member(acme, role, name=name.title()) for name, role in roles.items()}, folder=folder
    )
    with enter("acme"):
        made.queue = Queue.objects.create(name="Sales")
        for place, name in enumerate(("ann", "ben")):
            agent = Agent.objects.create(
                member=made.people[name], name=name.title(), extension=f"100{place + 1}"
            )
            call = a_call(now + timedelta(minutes=place), queue=made.queue, agent=agent, caller_number=NUMBER)
            setattr(made, name, a_recording(call, folder, "acme"))
        group = AgentGroup.objects.create(name="North")
        group.members.create(agent=Agent.objects.get(name="Ann"))
        group.leaders.add(made.people["lee"])
        AgentGroup.objects.create(name="South").leaders.add(made.people["kim"])
    with enter("globex"):
        made.foreign = a_recording(a_call(now), folder, "globex")
    return made


def ledger(*verbs: str) -> list[tuple[str, str]]:
    """(verb, who) of acme, in order."""
    with enter("acme"):
        found = CustodyEntry.objects.filter(verb__in=verbs).order_by("position")
        return [(entry.verb, entry.actor_name) for entry in found]


def audited(verb: str) -> int:
    with enter("acme"):
        return AuditEntry.objects.filter(verb=verb).count()
