"""A call's routing told in four steps: what was known, which rules fitted, what was asked, who was chosen."""

from datetime import timedelta

import pytest

from telephony.actions.routing import plan_stay
from telephony.console import explanations
from telephony.models import Call, CallerProfile, Offer, QueueStay, RoutingRule
from telephony.queries.routables import work_of
from telephony.routing import RoutableAgent, Router
from tests.telephony.office import Office


@pytest.fixture
def story(floor):
    """A VIP waits, is planned by two rules, and rings Ann rather than Ben."""
    ann, ben = floor.agent(), floor.agent()
    with floor.inside():
        CallerProfile.objects.create(e164="+8613812342211", level="vip", tags=[])
        for name, level in (("VIP first", "vip"), ("Gold next", "gold")):
            RoutingRule.objects.create(
                name=name,
                conditions=[{"field": "level", "op": "is", "value": level}],
                effects=[{"do": "priority", "seconds": 60}],
            )
    call_id = floor.caller()
    with floor.inside():
        stay = floor.stay(call_id)
        plan_stay(stay)
        stay.save()
        router = Router(keeps_inputs=True)
        for place, agent in enumerate((ann, ben)):
            since = stay.entered_at.timestamp() - 60 + place
            router.put_agent(RoutableAgent(agent.pk, {}, {floor.queue.pk: 1}, since))
        router.tick(stay.entered_at.timestamp())
        made = router.work_arrived(work_of(stay), stay.entered_at.timestamp() + 3)
        kept = made.explanation.as_dict() | {"inputs": made.inputs}
        at = stay.entered_at + timedelta(seconds=3)
        offer = Offer.objects.create(
            call_id=call_id,
            stay=stay,
            agent=ann,
            offered_at=at,
            expires_at=at + timedelta(seconds=20),
            explanation=kept,
        )
    return {"call_id": call_id, "ann": ann, "ben": ben, "offer": offer}


def told(floor, story) -> explanations.ToldStay:
    with floor.inside():
        (found,) = explanations.told_stays(Call.objects.get(pk=story["call_id"]))
        return found


def test_a_call_is_told_in_four_steps(floor, story):
    found = told(floor, story)
    assert ("Customer level", "VIP") in found.facts
    assert [(rule.name, rule.fits, rule.why, rule.effects) for rule in found.rules] == [
        ("VIP first", True, "", ["counts as having waited 1:00 longer"]),
        ("Gold next", False, "asked: Customer level is Gold; found: VIP", []),
    ]
    assert found.asks == [("0:00", "every agent of the queue")]
    (offer,) = found.offers
    assert offer.reason == (
        "Of 2 agents who were free and suited, this one came first: best skills, then longest idle. "
        "The caller had waited 0:03."
    )
    assert [(one.agent, one.words) for one in offer.others] == [
        (story["ben"].name, "free, number 2 in order: idle for less long")
    ]
    assert (offer.replayed, offer.replayed_words) == (
        "same",
        "Decided again from what was stored: the same answer.",
    )


@pytest.mark.usefixtures("at_once")
def test_what_the_worker_stores_is_told_and_decided_again_alike(floor):
    ann, ben = floor.agent(), floor.agent()
    office = Office(floor)
    call_id = office.caller()
    with floor.inside():
        (found,) = explanations.told_stays(Call.objects.get(pk=call_id))
    (offer,) = found.offers
    assert (offer.offer.agent_id, offer.replayed) == (ann.pk, "same")
    assert [(one.agent, one.words) for one in offer.others] == [
        (ben.name, "free, number 2 in order: idle for less long")
    ]
    assert [label for label, _value in offer.details] == ["Idle for", "Next would have been"]


def test_a_stored_decision_that_was_tampered_with_is_told(floor, story):
    with floor.inside():
        offer = Offer.objects.get(pk=story["offer"].pk)
        for candidate in offer.explanation["inputs"]["match"]["candidates"]:
            if candidate["agent"] == story["ann"].pk:
                candidate["idle_since"] = None
        offer.save()
    (offer,) = told(floor, story).offers
    assert offer.replayed == "different"
    assert offer.replayed_words == f"Decided again from what was stored: {story['ben'].name} instead."


def test_an_older_version_of_a_rule_is_told_without_what_it_does_now(floor, story):
    with floor.inside():
        RoutingRule.objects.filter(name="VIP first").update(version=2, effects=[])
    rule = told(floor, story).rules[0]
    assert (rule.name, rule.version, rule.fits, rule.effects) == ("VIP first", 1, True, [])


def test_a_call_from_before_there_were_explanations_is_told_without(floor, story):
    with floor.inside():
        Offer.objects.update(explanation={})
        QueueStay.objects.update(routing={})
    found = told(floor, story)
    assert (found.facts, found.rules, found.asks, found.offers[0].reason) == ([], [], [], "")


def test_the_call_page_shows_the_four_steps(floor, story, member, client_of):
    for language, heads in (
        ("en", ("Facts collected", "Rules analysed", "Agents matched", "Routed")),
        ("zh-hans", ("收集信息", "分析规则", "匹配坐席", "分配结果")),
    ):
        boss = client_of(member(floor.tenant, "supervisor"))
        boss.cookies["django_language"] = language
        page = boss.get(f"/calls/{story['call_id']}/").content.decode()
        places = [page.index(f"<h3>{head}</h3>") for head in heads]
        assert places == sorted(places)
        assert "13812342211" not in page
