"""How the demo's calls are routed: groups, hours, steps and rules, in the tenant's own language.

The hours are open day and night, or the demo's callers would only leave messages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from telephony.models import (
    Agent,
    AgentGroup,
    GroupMember,
    OpeningTime,
    Queue,
    QueueStep,
    RoutingRule,
    SpecialDay,
    WorkingHours,
)


@dataclass(frozen=True)
class Words:
    """`rules` are named in the order they are asked; `region` is one of `telephony.regions`."""

    seniors: str
    region_group: str
    region: str
    always: str
    office: str
    holidays: tuple[tuple[str, int, int], ...]
    rules: tuple[str, str, str, str]
    complained: str


CHINESE = Words(
    seniors="资深坐席",
    region_group="华南组",
    region="Guangdong",
    always="全天服务",
    office="客服工作时间",
    holidays=(("元旦", 1, 1), ("劳动节", 5, 1), ("国庆节", 10, 1)),
    rules=("VIP 客户找资深坐席", "投诉过的客户优先", "广东来电先找华南组", "排队人多时优先金牌客户"),
    complained="投诉过",
)
ENGLISH = Words(
    seniors="Senior team",
    region_group="London desk",
    region="London",
    always="Day and night",
    office="Office hours",
    holidays=(("New Year's Day", 1, 1), ("Christmas Day", 12, 25), ("Boxing Day", 12, 26)),
    rules=(
        "VIPs to the senior team",
        "Guests who complained come first",
        "London callers to the London desk",
        "Gold guests first when it is busy",
    ),
    complained="complained",
)


def furnish_rules(
    queues: Sequence[Queue], agents: Sequence[Agent], *, speaks_chinese: bool, year: int
) -> None:
    """For two queues and their agents, in order; what is there already stays as it is."""
    words = CHINESE if speaks_chinese else ENGLISH
    seniors = _group(words.seniors, agents[::3])
    regional = _group(words.region_group, agents[1:4])
    always = _hours(words.always, time(0), time(0), days=range(7))
    office = _hours(words.office, time(9), time(18), days=range(5))
    for name, month, day in words.holidays:
        on = f"{year}-{month:02d}-{day:02d}"
        SpecialDay.objects.get_or_create(hours=office, on=on, defaults={"name": name})
    if RoutingRule.objects.exists() or QueueStep.objects.exists():
        return
    _terms(queues[0], queues[1], always)
    for position, (name, conditions, effects) in enumerate(_rules(words, seniors, regional), start=1):
        RoutingRule.objects.create(name=name, position=position * 10, conditions=conditions, effects=effects)


def _group(name: str, agents: Sequence[Agent]) -> AgentGroup:
    group, _new = AgentGroup.objects.get_or_create(name=name)
    for agent in agents:
        GroupMember.objects.get_or_create(group=group, agent=agent)
    return group


def _hours(name: str, opens: time, closes: time, *, days: range) -> WorkingHours:
    hours, is_new = WorkingHours.objects.get_or_create(name=name)
    if is_new:
        spans = [OpeningTime(hours=hours, weekday=day, opens_at=opens, closes_at=closes) for day in days]
        OpeningTime.objects.bulk_create(spans)
    return hours


def _terms(main: Queue, second: Queue, always: WorkingHours) -> None:
    """Regulars first, then lower levels, then the neighbours; the second queue overflows into the first."""
    main.hours, main.sticky_days, main.sticky_seconds = always, 7, 10
    main.save(update_fields=["hours", "sticky_days", "sticky_seconds"])
    second.hours, second.strategy = always, Queue.Strategy.LONGEST_IDLE
    second.overflow_queue, second.overflow_after_seconds = main, 90
    second.save(update_fields=["hours", "strategy", "overflow_queue", "overflow_after_seconds"])
    QueueStep.objects.create(queue=main, after_seconds=30, level_drop=2)
    QueueStep.objects.create(queue=main, after_seconds=60, level_drop=2, with_queue=second)


def _rules(words: Words, seniors: AgentGroup, regional: AgentGroup) -> list[tuple[str, list, list]]:
    vip, complained, local, busy = words.rules
    return [
        (
            vip,
            [{"field": "level", "op": "is", "value": "vip"}],
            [
                {"do": "priority", "seconds": 120},
                {"do": "group", "group_id": seniors.pk, "for_seconds": 20},
            ],
        ),
        (
            complained,
            [{"field": "tags", "op": "has", "value": words.complained}],
            [{"do": "priority", "seconds": 60}],
        ),
        (
            local,
            [{"field": "region", "op": "is", "value": words.region}],
            [{"do": "group", "group_id": regional.pk, "for_seconds": 15}],
        ),
        (
            busy,
            [
                {"field": "level", "op": "one_of", "value": ["gold", "silver"]},
                {"field": "waiting", "op": "at_least", "value": 3},
            ],
            [{"do": "priority", "seconds": 30}],
        ),
    ]
