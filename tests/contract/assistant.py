"""A process beside the product that furnishes acme for the stories of routing and does what a supervisor would do.

`python -m tests.contract.assistant` reads one JSON list a line, `["pull", {"call_id": …, "to_agent_id": …}]`, and
answers each with one line of JSON. One process for all stories, because starting Django costs more than most of them.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import django

AGENTS = ("ann", "bob", "cyd")
EXTENSIONS = {"ann": "1001", "bob": "1002", "cyd": "1003", "dan": "1004"}
REMEMBERED = "+8613900000007"
IMPORTANT = "+8613900000008"
SHANGHAI = "+862155501234"


def furnish() -> dict[str, Any]:
    """`{"agents": {name: id}, "queues": {name: id}, "skills", "groups", "rules": …}`; everybody is ready."""
    from telephony.models import AgentGroup, AgentSkill, GroupMember, Skill

    agents = {name: _agent(name) for name in AGENTS}
    law, english = (Skill.objects.create(name=name) for name in ("Law", "English"))
    for name, skill, level in (("ann", law, 4), ("bob", law, 9), ("ann", english, 7)):
        AgentSkill.objects.create(agent=agents[name], skill=skill, level=level)
    groups = {name: AgentGroup.objects.create(name=name) for name in ("away", "vip", "shanghai")}
    there = {"vip": agents["bob"], "shanghai": agents["ann"], "away": _agent("dan", is_here=False)}
    for name, agent in there.items():
        GroupMember.objects.create(group=groups[name], agent=agent)
    queues = _queues(agents, law, english, groups)
    rules = _rules(queues, groups)
    _history(agents["ann"], queues["least busy"])
    _spoke(agents["cyd"], REMEMBERED)
    named = {"agents": agents, "queues": queues, "groups": groups, "rules": rules}
    found = {kind: {name: row.pk for name, row in rows.items()} for kind, rows in named.items()}
    return found | {"skills": {"law": law.pk, "english": english.pk}}


def _agent(name: str, *, is_here: bool = True) -> Any:
    from telephony.actions import a1_hash
    from telephony.models import Agent, Device
    from tenants.people.models import Member

    extension = EXTENSIONS[name]
    member = Member.objects.create(username=name, name=name, roles=["agent"])
    state = {"presence": "online", "routing_status": "ready"} if is_here else {}
    agent = Agent.objects.create(member=member, name=name, extension=extension, **state)
    hashed = a1_hash(extension, "acme.localhost", "phone-secret")
    since = datetime.now(UTC) if is_here else None
    Device.objects.create(agent=agent, sip_username=extension, a1_hash=hashed, registered_at=since)
    return agent


def _queues(agents: dict[str, Any], law: Any, english: Any, groups: dict[str, Any]) -> dict[str, Any]:
    from telephony.models import Queue, QueueAgent, QueueSkill, QueueStep

    terms: dict[str, dict[str, Any]] = {
        "most skilled": {},
        "preferred": {"strategy": "longest_idle"},
        "longest idle": {"strategy": "longest_idle"},
        "least busy": {"strategy": "least_busy"},
        "in turn": {"strategy": "round_robin"},
        "all at once": {"strategy": "ring_group", "ring_group_size": 3},
        "widening": {"strategy": "longest_idle"},
        "remembering": {"strategy": "longest_idle", "sticky_days": 7, "sticky_seconds": 60},
        "by rules": {"strategy": "longest_idle"},
        "overflowing": {"overflow_after_seconds": 2},
        "backstop": {},
        "empty": {},
    }
    times = {"wrap_up_seconds": 0, "offer_seconds": 60, "max_wait_seconds": 600, "is_recorded": False}
    queues = {name: Queue.objects.create(name=name, **times, **own) for name, own in terms.items()}
    for name, queue in queues.items():
        there = {"overflowing": (), "empty": (), "backstop": ("cyd",)}.get(name, AGENTS)
        for agent in there:
            QueueAgent.objects.create(queue=queue, agent=agents[agent])
    queues["overflowing"].overflow_queue = queues["backstop"]
    queues["overflowing"].save()
    QueueSkill.objects.create(queue=queues["most skilled"], skill=law, min_level=3)
    QueueSkill.objects.create(queue=queues["preferred"], skill=english, is_preferred=True)
    QueueStep.objects.create(queue=queues["widening"], after_seconds=0, group=groups["away"])
    QueueStep.objects.create(queue=queues["widening"], after_seconds=2)
    return queues


def _rules(queues: dict[str, Any], groups: dict[str, Any]) -> dict[str, Any]:
    from telephony.models import CallerProfile, RoutingRule

    CallerProfile.objects.create(e164=IMPORTANT, level="vip")
    told = {
        "vip": (
            {"field": "level", "op": "is", "value": "vip"},
            [
                {"do": "group", "group_id": groups["vip"].pk, "for_seconds": None},
                {"do": "priority", "seconds": 300},
            ],
        ),
        "shanghai": (
            {"field": "region", "op": "is", "value": "Shanghai"},
            [{"do": "group", "group_id": groups["shanghai"].pk, "for_seconds": None}],
        ),
    }
    return {
        name: RoutingRule.objects.create(
            name=name, queue=queues["by rules"], conditions=[condition], effects=effects
        )
        for name, (condition, effects) in told.items()
    }


def _history(agent: Any, queue: Any) -> None:
    """One long talk of today."""
    from telephony.models import Call, Offer

    now = datetime.now(UTC)
    call = Call.objects.create(
        id=uuid.uuid4(), arrived_at=now, ended_at=now, state="ended", exit="answered", queue=queue
    )
    Offer.objects.create(
        call=call,
        agent=agent,
        offered_at=now,
        expires_at=now,
        ended_at=now,
        outcome="bridged",
        talk_seconds=600,
    )


def _spoke(agent: Any, caller_number: str) -> None:
    from telephony.models import Call

    at = datetime.now(UTC) - timedelta(minutes=5)
    Call.objects.create(
        id=uuid.uuid4(),
        caller_number=caller_number,
        agent=agent,
        arrived_at=at,
        answered_at=at,
        ended_at=at,
        state="ended",
        exit="answered",
    )


def _act(name: str) -> Callable[..., None]:
    def act(call_id: str, **wishes: Any) -> None:
        from telephony import actions

        getattr(actions, name)(call_id=uuid.UUID(call_id), at=datetime.now(UTC), by="Boss", **wishes)

    return act


def words(call_id: str) -> list[dict[str, Any]]:
    from tests.contract.offered import told

    return told(uuid.UUID(call_id))


ACTS: dict[str, Callable[..., Any]] = {
    "furnish": furnish,
    "pull": _act("pull_call"),
    "reprioritise": _act("reprioritise_call"),
    "redirect": _act("redirect_call"),
    "words": words,
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from tenants.context import enter
    from tenants.errors import DomainError

    for line in sys.stdin:
        what, wishes = json.loads(line)
        with enter("acme"):
            try:
                answer = ACTS[what](**wishes)
            except DomainError as refusal:
                answer = {"refused": refusal.code}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
