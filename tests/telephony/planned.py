"""A caller, rules and groups as the tests of planning have them."""

from telephony.models import (
    AgentGroup,
    CallerProfile,
    GroupMember,
    RoutingRule,
)

CALLER = "+8613812342211"


def profile(floor, **known) -> None:
    with floor.inside():
        CallerProfile.objects.create(e164=CALLER, **known)


def rule(floor, **values) -> RoutingRule:
    with floor.inside():
        return RoutingRule.objects.create(**{"name": f"Rule {RoutingRule.objects.count()}"} | values)


def group(floor, name: str, until=None) -> AgentGroup:
    """With one agent in it."""
    agent = floor.agent(is_ready=False)
    with floor.inside():
        made = AgentGroup.objects.create(name=name)
        GroupMember.objects.create(group=made, agent=agent, until=until)
    return made


def routing(floor, call_id) -> dict:
    return floor.stay(call_id).routing
