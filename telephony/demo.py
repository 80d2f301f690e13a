"""The floor of a demo tenant in its own language: skills, queues, reasons, dispositions, agents and their phones."""

from dataclasses import dataclass

from django.utils import timezone

from telephony.actions import a1_hash
from telephony.demo_rules import furnish_rules
from telephony.models import (
    Agent,
    AgentSkill,
    Device,
    Disposition,
    Entry,
    NotReadyReason,
    Queue,
    QueueAgent,
    QueueSkill,
    Skill,
)
from tenants.demo.cast import Cast, CastAgent


@dataclass(frozen=True)
class Words:
    """`reasons` maps a name to whether it counts as work; `dispositions` a name to those below it."""

    main_queue: str
    second_queue: str
    skills: tuple[str, str, str]
    reasons: dict[str, bool]
    dispositions: dict[str, tuple[str, ...]]


CHINESE = Words(
    main_queue="售后服务",
    second_queue="售前咨询",
    skills=("普通话", "大家电", "粤语"),
    reasons={"小休": False, "用餐": False, "培训": True, "会议": True},
    dispositions={
        "报修": ("冰箱", "空调", "洗衣机"),
        "咨询": ("价格", "安装", "保修"),
        "投诉": (),
        "打错电话": (),
    },
)
ENGLISH = Words(
    main_queue="Bookings",
    second_queue="Changes and refunds",
    skills=("English", "Cruises", "French"),
    reasons={"Short break": False, "Lunch": False, "Training": True, "Meeting": True},
    dispositions={
        "Booked": ("Flight", "Hotel", "Cruise"),
        "Question": ("Prices", "Visas", "Luggage"),
        "Complaint": (),
        "Wrong number": (),
    },
)
LEVELS = (8, 6, 4)


def furnish(cast: Cast) -> None:
    """Runs inside the tenant's schema; a second run finds everything there."""
    words = CHINESE if cast.speaks_chinese else ENGLISH
    skills = [Skill.objects.get_or_create(name=name)[0] for name in words.skills]
    for name, is_productive in words.reasons.items():
        NotReadyReason.objects.get_or_create(name=name, defaults={"is_productive": is_productive})
    for name, parts in words.dispositions.items():
        parent, _new = Disposition.objects.get_or_create(name=name, queue=None, parent=None)
        for part in parts:
            Disposition.objects.get_or_create(name=part, queue=None, parent=parent)
    queues = _queues(words, skills)
    Entry.objects.get_or_create(number_e164=cast.number, defaults={"queue": queues[0]})
    agents = [
        _agent(agent, position, cast.domain, queues, skills) for position, agent in enumerate(cast.agents)
    ]
    furnish_rules(queues, agents, speaks_chinese=cast.speaks_chinese, year=timezone.localdate().year)


def _queues(words: Words, skills: list[Skill]) -> list[Queue]:
    found = []
    for name in (words.main_queue, words.second_queue):
        queue, is_new = Queue.objects.get_or_create(
            name=name, defaults={"max_wait_seconds": 180, "offer_seconds": 15, "wrap_up_seconds": 20}
        )
        if is_new:
            QueueSkill.objects.create(queue=queue, skill=skills[0], min_level=1)
        found.append(queue)
    return found


def _agent(who: CastAgent, position: int, domain: str, queues: list[Queue], skills: list[Skill]) -> Agent:
    agent, _new = Agent.objects.get_or_create(
        member=who.member, defaults={"name": who.member.name, "extension": who.extension}
    )
    device, _new = Device.objects.get_or_create(sip_username=agent.extension, defaults={"agent": agent})
    hashed = a1_hash(device.sip_username, domain, who.device_password)
    if device.a1_hash != hashed:
        device.a1_hash = hashed
        device.save(update_fields=["a1_hash"])
    for number, skill in enumerate(skills):
        if number == 0 or position % 2 == number - 1:
            level = LEVELS[(position + number) % len(LEVELS)]
            AgentSkill.objects.get_or_create(agent=agent, skill=skill, defaults={"level": level})
    for queue in queues:
        QueueAgent.objects.get_or_create(queue=queue, agent=agent, defaults={"position": 1})
    return agent
