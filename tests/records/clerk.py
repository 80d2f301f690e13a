"""A process beside the product that furnishes acme for scripted calls, and reads what was kept of them.

`python -m tests.records.clerk` reads one JSON list a line, `["records", {"call_ids": […]}]`, and answers with one line.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import django

PASSWORD = "phone-secret"
SHORT = 5
"""Seconds; who gives up sooner has abandoned shortly."""
QUEUES: dict[str, dict[str, Any]] = {
    "main": {"wrap_up_seconds": 0},
    "wrap": {"wrap_up_seconds": 3},
    "long": {"wrap_up_seconds": 120},
    "pair": {"wrap_up_seconds": 0, "strategy": "longest_idle"},
    "other": {"wrap_up_seconds": 0},
}
STAFF = {"main": "a", "wrap": "a", "long": "a", "pair": "ab", "other": "b"}


def furnish(lanes: int) -> list[dict[str, Any]]:
    """For each lane `{"queues": {name: {"id", "number"}}, "agents": {letter: {"id", "username", "name"}}}`."""
    from tenants.context import enter

    with enter("public"):
        _terms(lanes)
    return [_lane(number) for number in range(lanes)]


def number_of(lane: int, queue: str) -> str:
    return f"+86215550{lane:02d}{list(QUEUES).index(queue):02d}"


def _terms(lanes: int) -> None:
    from tenants.billing.demo import prices
    from tenants.models import Contract, Number, Plan, Tenant

    acme = Tenant.objects.get(schema_name="acme")
    for lane in range(lanes):
        for queue in QUEUES:
            given = {"country": "CN", "currency": "CNY", "tenant": acme, "state": "assigned"}
            Number.objects.create(e164=number_of(lane, queue), **given)
    plan = Plan.objects.create(code="team", name="Team", currency="CNY")
    Contract.objects.create(tenant=acme, plan=plan, starts_on=date(2026, 1, 1), seats=500)
    prices()


def _lane(lane: int) -> dict[str, Any]:
    from telephony.actions import a1_hash
    from telephony.models import Agent, Device, Entry, Queue, QueueAgent
    from tenants.people.models import Member

    agents, queues = {}, {}
    for place, letter in enumerate("abc"):
        extension = f"{1001 + 3 * lane + place}"
        member = Member.objects.create(username=f"m{extension}", name=f"{letter}{lane}", roles=["agent"])
        agent = Agent.objects.create(member=member, name=member.name, extension=extension)
        hashed = a1_hash(extension, "acme.localhost", PASSWORD)
        Device.objects.create(agent=agent, sip_username=extension, a1_hash=hashed)
        agents[letter] = agent
    for name, terms in QUEUES.items():
        times = {
            "offer_seconds": 4,
            "max_wait_seconds": 600,
            "is_recorded": False,
            "short_abandon_seconds": SHORT,
        }
        queue = Queue.objects.create(name=f"{name}{lane}", **times, **terms)
        Entry.objects.create(number_e164=number_of(lane, name), queue=queue)
        for letter in STAFF[name]:
            QueueAgent.objects.create(queue=queue, agent=agents[letter])
        queues[name] = {"id": queue.pk, "number": number_of(lane, name)}
    known = {
        letter: {"id": agent.pk, "username": agent.extension, "name": agent.name}
        for letter, agent in agents.items()
    }
    return {"queues": queues, "agents": known}


def call_back(number: str, queue_id: int) -> str:
    from telephony.actions.callbacks import ask_worker_to_look, enter_callback

    at = datetime.now(UTC)
    callback, _new = enter_callback(number=number, queue_id=queue_id, at=at, language="en", source="agent")
    ask_worker_to_look(callback.pk)
    return str(callback.pk)


def dispose(call_id: str, agent_id: int) -> str:
    """The outcome is chosen and the wrap-up ended, as the agent's page does it; and when."""
    from telephony import actions
    from telephony.models import Disposition

    chosen, _new = Disposition.objects.get_or_create(name="Sold")
    at = datetime.now(UTC)
    actions.finish_wrap_up(
        agent_id=agent_id, call_id=uuid.UUID(call_id), at=at, disposition_id=chosen.pk, note="yes"
    )
    return at.isoformat()


def records(call_ids: list[str]) -> list[dict[str, Any]]:
    from telephony.models import Call

    found = Call.objects.filter(pk__in=call_ids).select_related("queue", "agent", "disposition")
    return [_record(call) for call in found]


def _record(call: Any) -> dict[str, Any]:
    from telephony.queries.timelines import lines_of
    from telephony.timeline import Kind, seconds_of

    lines = lines_of(call, now=datetime.now(UTC))
    caller = next((leg for leg in call.legs.all() if leg.pk == call.pk), None)
    return {
        "type": call.direction,
        "number": call.number,
        "caller": call.caller_number or call.caller_raw,
        "name": call.caller_name,
        "exit": call.exit,
        "ended_by": call.ended_by,
        "queue": call.queue.name if call.queue else None,
        "agent": call.agent.name if call.agent else None,
        "disposition": call.disposition.name if call.disposition else None,
        "talk": call.talk_seconds,
        "hold": call.hold_seconds,
        "wrap_up": call.wrap_up_seconds,
        "length": _seconds(call.arrived_at, call.ended_at),
        "stays": [
            [stay.queue.name, stay.exit, stay.agent.name if stay.agent else None, stay.wait_seconds]
            for stay in call.stays.order_by("entered_at")
        ],
        "short": [stay.is_short_abandon for stay in call.stays.order_by("entered_at")],
        "offers": [
            [offer.agent.name, offer.outcome, offer.talk_seconds, offer.hold_seconds]
            for offer in call.offers.order_by("offered_at")
        ],
        "legs": sorted(leg.kind for leg in call.legs.all()),
        "unsettled": sum(leg.settled_at is None for leg in call.legs.all()),
        "billed": caller.billable_seconds if caller else None,
        "answered_for": _seconds(caller.answered_at, caller.ended_at)
        if caller and caller.answered_at
        else 0.0,
        "charges": _charges(call),
        "message": getattr(getattr(call, "voicemail", None), "seconds", None),
        "line": {kind.value: seconds_of(lines.caller, kind) for kind in Kind},
        "line_whole": sum(one.seconds for one in lines.caller),
        "line_gaps": _gaps(lines.caller),
        "agent_lines": [
            {
                "agent": offer.agent.name,
                "talk": _lasting(line, Kind.TALK, Kind.ROOM),
                "hold": _lasting(line, Kind.HOLD),
                "consult": _lasting(line, Kind.CONSULT),
                "record": [offer.talk_seconds, offer.hold_seconds, offer.consult_seconds],
                "gaps": _gaps(line),
            }
            for offer, line in lines.agents
        ],
    }


def _lasting(line: list[Any], *kinds: Any) -> float:
    """Exact, where the record has whole seconds."""
    return sum((one.end - one.start).total_seconds() for one in line if one.kind in kinds)


def _gaps(line: list[Any]) -> int:
    return sum(one.end != following.start for one, following in zip(line, line[1:], strict=False))


def _charges(call: Any) -> list[int]:
    """Seconds of each charge made for the call's legs."""
    from tenants.billing.models import Charge
    from tenants.context import enter

    legs = [leg.pk for leg in call.legs.all()]
    with enter("public"):
        return sorted(Charge.objects.filter(leg_id__in=legs).values_list("billable_seconds", flat=True))


def _seconds(start: Any, end: Any) -> float | None:
    return (end - start).total_seconds() if start and end else None


def report() -> dict[str, Any]:
    """What the report's page says of the day, what its file says, and what is unexplained."""
    import csv
    import io
    import re

    from django.test import Client

    from tenants.people.models import Member

    boss, _new = Member.objects.get_or_create(username="boss", defaults={"name": "Boss", "roles": ["owner"]})
    client = Client(SERVER_NAME="acme.localhost")
    client.force_login(boss)
    page = client.get("/reports/").content.decode()
    body = client.get("/reports/export.csv?table=days").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    table = rows[rows.index([]) + 1 :]
    card = page.split('aria-labelledby="days-title"')[1].split("</section>")[0]
    found = re.findall(r"<tr>(.*?)</tr>", card, re.S)[1:]
    cells = [re.findall(r"<t[hd].*?</t[hd]>", row, re.S) for row in found]
    shown = [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in cells]
    return {"shown": shown, "head": table[0], "kept": table[1:], "unexplained": "unexplained: 0" in page}


ACTS: dict[str, Callable[..., Any]] = {
    "furnish": furnish,
    "call_back": call_back,
    "dispose": dispose,
    "records": records,
    "report": report,
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from django.conf import settings

    from tenants.context import enter

    settings.ALLOWED_HOSTS = ["*"]
    for line in sys.stdin:
        what, wishes = json.loads(line)
        with enter("acme"):
            answer = ACTS[what](**wishes)
        sys.stdout.write(json.dumps(answer, default=str) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
