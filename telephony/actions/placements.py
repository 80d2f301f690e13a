"""Leaders put agents into queues, take them out, and change what they can, for a while or for good, while calls come.

The rows are changed at once and a `FloorChange` says what they were. At its end, if they are still as it left them,
they are put back by whoever acts for the cell (`end_due_changes`), so that nobody has to think of it.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from django.db import transaction

from telephony import events
from telephony.errors import QueueNotFound, TelephonyUnreachable
from telephony.floor_errors import EndsTooSoon, LevelOutOfRange, SkillNotFound
from telephony.floor_orders import LookAtAgent
from telephony.models import Agent, AgentSkill, FloorChange, Queue, QueueAgent, Skill
from telephony.orders import send_order
from tenants.context import current_schema, enter
from tenants.events import emit
from tenants.people.actions import record_audit

log = structlog.get_logger()

LEVELS = range(11)
Said = dict[str, int] | None
"""What a place says: {"position": 1} or {"level": 5}; None: there is none."""


@transaction.atomic
def put_into_queue(
    *, agent_ids: Collection[int], queue_id: int, at: datetime, until: datetime | None = None, by: str = ""
) -> int:
    """How many were not in it before. Those who are stay as they are. Raises QueueNotFound, EndsTooSoon."""
    queue = _queue(queue_id)
    return _for_each(
        agent_ids, lambda agent: _change_queue(agent, queue, {"position": 1}, at, until, by), at, until
    )


@transaction.atomic
def take_out_of_queue(
    *, agent_ids: Collection[int], queue_id: int, at: datetime, until: datetime | None = None, by: str = ""
) -> int:
    """How many were in it. A call in hand is not touched. Raises QueueNotFound, EndsTooSoon."""
    queue = _queue(queue_id)
    return _for_each(agent_ids, lambda agent: _change_queue(agent, queue, None, at, until, by), at, until)


@transaction.atomic
def move_to_queue(*, from_id: int, to_id: int, **how: Any) -> int:
    """Into one and out of the other; `how` as above. How many were moved. Raises QueueNotFound, EndsTooSoon."""
    return max(put_into_queue(queue_id=to_id, **how), take_out_of_queue(queue_id=from_id, **how))


@transaction.atomic
def set_skill_level(
    *,
    agent_ids: Collection[int],
    skill_id: int,
    level: int,
    at: datetime,
    until: datetime | None = None,
    by: str = "",
) -> int:
    """How many had another level. 0 takes the skill away. Raises SkillNotFound, LevelOutOfRange, EndsTooSoon."""
    skill = Skill.objects.filter(pk=skill_id).first()
    if skill is None:
        raise SkillNotFound
    if level not in LEVELS:
        raise LevelOutOfRange(field="level")
    wanted = {"level": level} if level else None
    return _for_each(agent_ids, lambda agent: _change_skill(agent, skill, wanted, at, until, by), at, until)


def end_due_changes(*, at: datetime) -> int:
    """Put back what was meant for a while that is over. Returns how many ended."""
    due = list(FloorChange.objects.filter(ended_at=None, until__lte=at).values_list("pk", flat=True))
    for change_id in due:
        end_change(change_id=change_id, at=at)
    return len(due)


@transaction.atomic
def end_change(*, change_id: int, at: datetime) -> None:
    """Put back what it changed, unless somebody has changed it since. Repeated, it does nothing."""
    change = FloorChange.objects.select_for_update(of=("self",)).filter(pk=change_id, ended_at=None).first()
    if change is None:
        return
    change.ended_at = at
    change.save(update_fields=["ended_at"])
    agent = Agent.objects.select_for_update(no_key=True).get(pk=change.agent_id)
    now = _said_of_queue(agent, change.queue) if change.queue else _said_of_skill(agent, change.skill)
    if change.until is None or now != change.after:
        return
    if change.queue is not None:
        _write_queue(agent, change.queue, change.before, None)
    else:
        _write_skill(agent, change.skill, change.before)
    record_audit(
        verb="ended the move of", subject=agent, before=_told(change, now), after=_told(change, change.before)
    )
    _tell(agent.pk, at)


def _for_each(
    agent_ids: Collection[int], change: Callable[[Agent], bool], at: datetime, until: datetime | None
) -> int:
    if until is not None and until <= at:
        raise EndsTooSoon(field="until")
    agents = (
        Agent.objects.select_for_update(no_key=True).filter(pk__in=agent_ids, is_active=True).order_by("pk")
    )
    changed = [agent.pk for agent in agents if change(agent)]
    for agent_id in changed:
        _tell(agent_id, at)
    return len(changed)


def _change_queue(
    agent: Agent, queue: Queue, wanted: Said, at: datetime, until: datetime | None, by: str
) -> bool:
    now = _said_of_queue(agent, queue, at)
    if (now is None) == (wanted is None):
        return False
    _write_queue(agent, queue, wanted, until)
    _note(agent, {"queue": queue}, now, wanted, at, until, by)
    return True


def _change_skill(
    agent: Agent, skill: Skill, wanted: Said, at: datetime, until: datetime | None, by: str
) -> bool:
    now = _said_of_skill(agent, skill)
    if now == wanted:
        return False
    _write_skill(agent, skill, wanted)
    _note(agent, {"skill": skill}, now, wanted, at, until, by)
    return True


def _said_of_queue(agent: Agent, queue: Queue, at: datetime | None = None) -> Said:
    """With `at` a place whose time was over then is none."""
    place = QueueAgent.objects.filter(agent=agent, queue=queue).first()
    if place is None or (at is not None and place.until is not None and place.until <= at):
        return None
    return {"position": place.position}


def _said_of_skill(agent: Agent, skill: Skill | None) -> Said:
    known = AgentSkill.objects.filter(agent=agent, skill=skill).first()
    return None if known is None else {"level": known.level}


def _write_queue(agent: Agent, queue: Queue, wanted: Said, until: datetime | None) -> None:
    if wanted is None:
        QueueAgent.objects.filter(agent=agent, queue=queue).delete()
    else:
        QueueAgent.objects.update_or_create(agent=agent, queue=queue, defaults={**wanted, "until": until})


def _write_skill(agent: Agent, skill: Skill | None, wanted: Said) -> None:
    if wanted is None:
        AgentSkill.objects.filter(agent=agent, skill=skill).delete()
    else:
        AgentSkill.objects.update_or_create(agent=agent, skill=skill, defaults=wanted)


def _note(
    agent: Agent,
    of: dict[str, Any],
    before: Said,
    after: Said,
    at: datetime,
    until: datetime | None,
    by: str,
) -> None:
    """A while within a while ends in what was before the first."""
    earlier = FloorChange.objects.filter(agent=agent, ended_at=None, until__isnull=False, **of).first()
    if earlier is not None:
        before = earlier.before
        FloorChange.objects.filter(pk=earlier.pk).update(ended_at=at)
    change = FloorChange.objects.create(
        agent=agent, before=before, after=after, made_at=at, made_by=by, until=until, **of
    )
    record_audit(
        verb="moved on the floor", subject=agent, before=_told(change, before), after=_told(change, after)
    )


def _told(change: FloorChange, said: Said) -> dict[str, Any]:
    what = f"queue {change.queue}" if change.queue else f"skill {change.skill}"
    until = {"until": change.until.isoformat()} if change.until else {}
    return {what: said, **until}


def _queue(queue_id: int) -> Queue:
    queue = Queue.objects.filter(pk=queue_id).first()
    if queue is None:
        raise QueueNotFound
    return queue


def _tell(agent_id: int, at: datetime) -> None:
    emit(events.AgentPlacesChanged(occurred_at=at, agent_id=agent_id))
    transaction.on_commit(partial(_tell_worker, current_schema(), agent_id))


def _tell_worker(schema_name: str, agent_id: int) -> None:
    """Without a worker nothing is lost: it reads the rows when it starts."""
    try:
        with enter(schema_name):
            send_order(LookAtAgent(agent_id=agent_id), member=None)
    except TelephonyUnreachable:
        log.info("An agent was moved while no telephony worker listened.", tenant=schema_name)


@transaction.atomic
def tell_of_places(*, agent_id: int, at: datetime) -> None:
    """Another process changed them: here, too, it is news."""
    if Agent.objects.filter(pk=agent_id).exists():
        emit(events.AgentPlacesChanged(occurred_at=at, agent_id=agent_id))
