"""What a leader chooses from on the floor: views they saved, the groups they see, every skill."""

from typing import Any

from django.db.models import QuerySet

from telephony.models import AgentGroup, FloorView, Skill
from telephony.queries.supervision import agents_led_by


def views_of(member: Any) -> QuerySet[FloorView]:
    return FloorView.objects.filter(member=member)


def default_view(member: Any) -> FloorView | None:
    return views_of(member).filter(is_default=True).first()


def groups_seen_by(member: Any) -> QuerySet[AgentGroup]:
    """A supervisor who leads groups sees those; everybody else who leads sees all."""
    every = AgentGroup.objects.all()
    return every if agents_led_by(member) is None else every.filter(leaders=member)


def skills() -> QuerySet[Skill]:
    return Skill.objects.all()
