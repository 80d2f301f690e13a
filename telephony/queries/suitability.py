"""Scores of the agents who are signed in, for one caller: read only for queues that rank by score."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from telephony.models import Agent, Offer
from telephony.queries.caller_facts import SPOKE_WITHIN, talks_with
from telephony.queries.hours import local_time
from telephony.routing.scores import score

HIGHEST_LEVEL = 10
LANGUAGES = {
    "zh": ("chinese", "mandarin", "putonghua", "中文", "汉语", "普通话", "国语"),
    "en": ("english", "英语", "英文"),
}
"""What a skill is called that stands for a customer's language."""


def scores_of(
    queue_id: int, asks: dict[str, Any], facts: dict[str, Any], at: datetime
) -> dict[str, dict[str, Any]]:
    """Agent id as text → `{"score", "features"}`, for those online in the queue and the queues its steps add."""
    queues = {queue_id, *asks["queues"], *(queue for step in asks["steps"] for queue in step["queues"])}
    agents = list(_signed_in(queues, at))
    talks = talks_with(str(facts.get("caller_number") or ""), since=at - SPOKE_WITHIN)
    handled = _handled_today([agent.pk for agent in agents], at)
    busiest = max(handled.values(), default=0)
    wanted = [skill for skill, _level in (*asks["requirements"], *asks["preferred"])]
    return {
        str(agent.pk): score(
            {
                "spoke_before": min(talks.get(agent.pk, 0), 2) / 2,
                **_language(agent, str(facts.get("language") or "")),
                **_skill(agent, wanted),
                "handled_today": handled.get(agent.pk, 0) / busiest if busiest else 0,
            }
        )
        for agent in agents
    }


def _signed_in(queues: set[int], at: datetime) -> Iterable[Agent]:
    lasting = Q(queue_agents__until=None) | Q(queue_agents__until__gt=at)
    agents = Agent.objects.filter(lasting, queue_agents__queue_id__in=queues, is_active=True)
    return agents.filter(presence=Agent.Presence.ONLINE).distinct().prefetch_related("agent_skills__skill")


def _language(agent: Agent, language: str) -> dict[str, float]:
    """Nothing when the caller's language is not known."""
    names = LANGUAGES.get(language[:2].lower())
    if not names:
        return {}
    levels = [one.level for one in agent.agent_skills.all() if one.skill.name.casefold() in names]
    return {"same_language": max(levels, default=0) / HIGHEST_LEVEL}


def _skill(agent: Agent, wanted: list[int]) -> dict[str, float]:
    """The mean level over what the call asks for."""
    if not wanted:
        return {}
    levels = {one.skill_id: one.level for one in agent.agent_skills.all()}
    return {"skill": sum(levels.get(skill, 0) for skill in wanted) / len(wanted) / HIGHEST_LEVEL}


def _handled_today(agent_ids: list[int], at: datetime) -> dict[int, int]:
    midnight = local_time(at).replace(hour=0, minute=0, second=0, microsecond=0)
    bridged = Offer.objects.filter(
        agent_id__in=agent_ids, offered_at__gte=midnight, offered_at__lte=at, answered_at__isnull=False
    )
    return dict(bridged.values_list("agent_id").annotate(count=Count("pk")).order_by())
