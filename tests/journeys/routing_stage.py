"""Gives acme rules, a group and a caller worth knowing, and takes them away again; run as a program beside the product.

The rules touch nobody but the VIP and those with a tag, so that other journeys go on as before.
"""

import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from tenants.context import enter

    with enter("acme"):
        clear()
        if "furnish" in sys.argv:
            furnish()


def furnish() -> None:
    from telephony.models import Agent, AgentGroup, AgentSkill, CallerProfile, GroupMember, RoutingRule, Skill

    french = Skill.objects.create(name="French")
    seniors = AgentGroup.objects.create(name="Seniors")
    for agent, level in zip(Agent.objects.order_by("extension"), (2, 7), strict=False):
        AgentSkill.objects.create(agent=agent, skill=french, level=level)
        if level > 5:
            GroupMember.objects.create(group=seniors, agent=agent)
    CallerProfile.objects.update_or_create(
        e164="+8613800000002", defaults={"level": "vip", "tags": ["fridge"], "language": "zh-hans"}
    )
    is_vip, tagged = (
        {"field": "level", "op": "is", "value": "vip"},
        {"field": "tags", "op": "has", "value": "fridge"},
    )
    night = {"field": "time", "op": "between", "value": ["23:58", "23:59"]}
    to_seniors = {"do": "group", "group_id": seniors.pk, "for_seconds": 45}
    prefers = {"do": "skill", "skill_id": french.pk, "level": 5, "is_preferred": True}
    rules = (
        ("VIP first", [is_vip], [{"do": "priority", "seconds": 300}, to_seniors]),
        ("Fridge owners to French speakers", [tagged], [prefers]),
        ("The last minutes of the day", [tagged, night], [{"do": "priority", "seconds": -60}]),
    )
    for position, (name, conditions, effects) in enumerate(rules, start=1):
        RoutingRule.objects.create(name=name, position=position, conditions=conditions, effects=effects)


def clear() -> None:
    from telephony.models import AgentGroup, AgentSkill, CallerProfile, RoutingRule, Skill

    RoutingRule.objects.filter(position__lt=4).delete()
    AgentSkill.objects.filter(skill__name="French").delete()
    Skill.objects.filter(name="French").delete()
    AgentGroup.objects.filter(name="Seniors").delete()
    CallerProfile.objects.filter(e164="+8613800000002").delete()


if __name__ == "__main__":
    main()
