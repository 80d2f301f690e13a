"""The agent who last spoke with a caller: asked first for a while, and one of the things a score is made of."""

from telephony.models import (
    Agent,
    AgentSkill,
    Queue,
    Skill,
)
from tests.telephony.planned import profile, routing


def sticky(floor, **values) -> None:
    with floor.inside():
        Queue.objects.update(sticky_days=7, sticky_seconds=15, **values)


def test_the_agent_who_last_spoke_with_a_caller_is_asked_first(floor):
    sticky(floor)
    ann, bob = floor.agent(), floor.agent()
    for agent in (ann, bob):
        call_id, _offer = floor.talk(agent)
        floor.switch.end(call_id)
        floor.listen()
        floor.clock.pass_seconds(60)
    asks = routing(floor, floor.caller())["asks"]
    assert asks["target_agent"] == bob.pk
    assert [(step["after"], step["target_agent"]) for step in asks["steps"]] == [(15, None)]
    stranger = routing(floor, floor.caller(number="+8613912342211"))
    assert (stranger["last_agent"], stranger["asks"]["target_agent"]) == (None, None)


def spoken(floor) -> Agent:
    """An agent who has spoken with the usual caller, on a floor that remembers for 7 days."""
    sticky(floor)
    agent = floor.agent()
    call_id, _offer = floor.talk(agent)
    floor.switch.end(call_id)
    floor.listen()
    return agent


def test_nobody_is_remembered_who_cannot_be_asked(floor):
    agent = spoken(floor)
    with floor.inside():
        Agent.objects.filter(pk=agent.pk).update(presence="offline")
    gone = routing(floor, floor.caller())
    assert (gone["last_agent"]["why_not"], gone["asks"]["target_agent"]) == ("offline", None)
    with floor.inside():
        Agent.objects.filter(pk=agent.pk).update(presence="online")
        agent.queue_agents.all().delete()
    elsewhere = routing(floor, floor.caller())
    assert (elsewhere["last_agent"]["why_not"], elsewhere["asks"]["target_agent"]) == ("not_in_queue", None)


def test_a_talk_is_forgotten_after_so_many_days(floor):
    spoken(floor)
    floor.clock.pass_seconds(7 * 86400)
    assert routing(floor, floor.caller())["last_agent"] is None


def test_scores_name_what_they_are_made_of_and_are_off_until_switched_on(floor):
    agent, other = spoken(floor), floor.agent()
    with floor.inside():
        english = Skill.objects.create(name="English")
        AgentSkill.objects.create(agent=other, skill=english, level=8)
    profile(floor, language="en")
    assert routing(floor, floor.caller())["asks"]["scores"] == {}
    with floor.inside():
        Queue.objects.update(is_scored=True)
    assert routing(floor, floor.caller())["asks"]["scores"] == {
        str(agent.pk): {
            "score": 0.5,
            "features": {"spoke_before": 0.5, "same_language": 0.0, "handled_today": 1.0},
        },
        str(other.pk): {
            "score": 1.6,
            "features": {"spoke_before": 0.0, "same_language": 0.8, "handled_today": 0.0},
        },
    }
    with floor.inside():
        Queue.objects.update(is_scored=False)
    assert routing(floor, floor.caller())["asks"]["scores"] == {}
