"""Every way of choosing an agent, on both switches: who is rung, and what is stored of why.

One worker and one set of phones for all stories of a switch. The switch asks the stand-in, which sends each number to
a queue; all else is the product: what the call asks for, the decision, the command, the phones that ring.
"""

from __future__ import annotations

import pytest

from telephony import facts
from telephony.routing import replay
from tests.contract.assistant import AGENTS, IMPORTANT, REMEMBERED, SHANGHAI
from tests.contract.driver import wait_until
from tests.contract.routing_floor import Stage, floor, whole_floor  # noqa: F401  (fixtures)

pytestmark = pytest.mark.timeout(180)

CAME_FIRST = "Of %s agents who were free and suited, this one came first: %s. The caller had waited …."
THE_ONLY_ONE = "The only agent who was free and suited. The caller had waited …."
MEANT_FOR_THEM = "The call was meant for this agent; it had waited …."


# ---- strategies


def test_most_skilled_first_and_nobody_without_the_skill(floor: Stage) -> None:  # noqa: F811
    offer = floor.only_offer("most skilled")
    law = floor.made["skills"]["law"]
    assert offer.agent == "bob"
    assert offer.explanation["rank"]["missing_levels"] == 1
    assert offer.explanation["runner_up_agent"] == str(floor.agent("ann"))
    assert offer.asked["requirements"] == [[law, 3]]
    lacking = offer.verdict(floor.agent("cyd"))
    assert (lacking["outcome"], lacking["needs"], lacking["has"]) == ("lacks_skill", 3, 0)
    assert (offer.told.strategy, offer.told.asks) == ("Most skilled first", [["0:00", "Law 3 or more"]])
    assert offer.told.reason == CAME_FIRST % (2, "best skills, then longest idle")
    assert offer.told.others == {
        "ann": "free, number 2 in order: lower skill levels",
        "cyd": "does not have Law, level 3 is needed",
        "dan": "not in this queue",
    }


def test_a_preferred_skill_ranks_and_excludes_nobody(floor: Stage) -> None:  # noqa: F811
    offer = floor.only_offer("preferred")
    assert (offer.agent, offer.explanation["rank"]["lacks_preferred"]) == ("ann", 0)
    others = {name: offer.verdict(floor.agent(name))["outcome"] for name in ("bob", "cyd")}
    assert others == {"bob": "behind", "cyd": "behind"}
    assert offer.told.asks == [["0:00", "English 1 or more preferred"]]
    assert offer.told.why_not("bob", "cyd") == {"without the preferred skill"}


def test_longest_idle_first(floor: Stage) -> None:  # noqa: F811
    expected = floor.idle_longest(*AGENTS)
    offer = floor.only_offer("longest idle")
    assert (offer.agent, offer.explanation["strategy"]) == (expected, "longest_idle")
    since = {name: offer.verdict(floor.agent(name))["idle_since"] for name in AGENTS}
    assert min(since, key=since.__getitem__) == expected
    assert offer.told.strategy == "Longest idle first"
    assert offer.told.reason == CAME_FIRST % (3, "longest idle")
    assert offer.told.why_not(*(name for name in AGENTS if name != expected)) == {"idle for less long"}


def test_the_least_busy_of_today_first(floor: Stage) -> None:  # noqa: F811
    expected = floor.idle_longest("bob", "cyd")
    offer = floor.only_offer("least busy")
    assert (offer.agent, offer.explanation["rank"]["busy_seconds"]) == (expected, 0.0)
    assert offer.verdict(floor.agent("ann"))["busy_seconds"] == 600
    assert offer.told.strategy == "Least busy today first"
    assert offer.told.reason == CAME_FIRST % (3, "least busy today")
    assert offer.told.others["ann"] == "free, number 3 in order: busier today"


def test_each_in_turn(floor: Stage) -> None:  # noqa: F811
    asked = [floor.only_offer("in turn") for _call in range(4)]
    assert sorted(offer.agent for offer in asked[:3]) == sorted(AGENTS)
    assert asked[3].agent == asked[0].agent
    assert {offer.explanation["strategy"] for offer in asked} == {"round_robin"}
    assert {offer.told.strategy for offer in asked} == {"In turn"}
    assert {offer.told.reason for offer in asked} == {CAME_FIRST % (3, "next in turn")}
    others = [name for name in AGENTS if name != asked[3].agent]
    assert asked[3].told.why_not(*others) == {"asked more recently"}


def test_all_at_once_and_the_first_to_pick_up_talks(floor: Stage) -> None:  # noqa: F811
    call_id = floor.caller("all at once")
    offers = floor.offered(call_id, times=3)
    assert [(offer.agent, offer.is_group) for offer in offers] == [(name, True) for name in AGENTS]
    assert set(replay(offers[0].explanation["inputs"])) == {floor.agent(name) for name in AGENTS}
    floor.line.switch.answer(offers[1].id)
    joined = floor.line.log.wait(facts.LegsBridged, 30, offer_id=offers[1].id)
    assert {joined.leg_id, joined.other_leg_id} == {call_id, offers[1].id}
    ended = [floor.line.log.wait(facts.LegHungUp, 30, leg_id=offers[other].id) for other in (0, 2)]
    assert [(fact.cause, fact.answered_at) for fact in ended] == [("LOSE_RACE", None)] * 2
    outcomes = ["lost_race", "bridged", "lost_race"]
    wait_until(lambda: [offer.outcome for offer in floor.offers(call_id)] == outcomes, 30, "no race was lost")
    missed = "select max(missed_offers) from acme.telephony_agent"
    assert floor.product.rows(missed) == [(0,)]
    bridges = [
        fact for fact in floor.line.log.all(facts.LegsBridged) if call_id in (fact.leg_id, fact.other_leg_id)
    ]
    assert len(bridges) == 1
    [told] = floor.told(call_id)
    how = "rung together with others, the first to answer takes it"
    assert (told.strategy, {offer["agent"] for offer in told.offers}) == ("All at once", set(AGENTS))
    assert {told.reason_of(offer) for offer in told.offers} == {CAME_FIRST % (3, how)}
    assert told.last["others"]["dan"] == "not in this queue"
    floor.go_home(call_id)


# ---- whom a call asks for


def test_a_step_widens_the_choice_after_its_time(floor: Stage) -> None:  # noqa: F811
    offer = floor.only_offer("widening")
    assert offer.explanation["step"] == 1
    assert offer.explanation["waited_seconds"] >= 2
    assert (offer.asked["group"], offer.explanation["trigger"]) == (None, "tick")
    assert offer.told.asks == [["0:00", "only agents of away"], ["0:02", "every agent of the queue"]]
    assert offer.told.reason == CAME_FIRST % (3, "longest idle")


def test_the_agent_who_spoke_with_the_caller_last_is_asked_first(floor: Stage) -> None:  # noqa: F811
    if floor.idle_longest(*AGENTS) == "cyd":
        floor.only_offer("longest idle")
    offer = floor.only_offer("remembering", REMEMBERED)
    assert (offer.agent, offer.asked["target_agent"]) == ("cyd", floor.agent("cyd"))
    assert offer.verdict(floor.agent("ann"))["outcome"] == "not_wanted"
    assert offer.told.asks == [["0:00", "only cyd"], ["1:00", "every agent of the queue"]]
    assert offer.told.reason == MEANT_FOR_THEM
    assert set(offer.told.others.values()) == {"not the agent the call is meant for"}


def test_a_vip_is_sent_to_their_group_and_comes_earlier(floor: Stage) -> None:  # noqa: F811
    call_id = floor.caller("by rules", IMPORTANT)
    [offer] = floor.offered(call_id)
    _queue, _exit, priority, routing = floor.stay(call_id)
    assert (offer.agent, offer.asked["group"]) == ("bob", floor.made["groups"]["vip"])
    assert (priority, offer.explanation["priority"]) == (300, 300)
    fitting = {rule["name"]: rule["fits"] for rule in routing["rules"]}
    assert fitting == {"vip": True, "shanghai": False}
    assert (routing["facts"]["level"], routing["facts"]["caller_number"]) == ("vip", IMPORTANT)
    assert offer.verdict(floor.agent("ann"))["outcome"] == "not_in_group"
    [told] = floor.told(call_id)
    longer = "counts as having waited 5:00 longer"
    assert (told.priority, told.asks) == (longer, [["0:00", "only agents of vip"]])
    assert told.rules["vip"] == ["fits", "", f"only agents of vip; {longer}"]
    assert (told.reason, told.others["ann"]) == (THE_ONLY_ONE, "not in the group vip")
    floor.go_home(call_id)


def test_the_region_of_the_number_chooses_the_group(floor: Stage) -> None:  # noqa: F811
    call_id = floor.caller("by rules", SHANGHAI)
    [offer] = floor.offered(call_id)
    routing = floor.stay(call_id)[3]
    assert (offer.agent, offer.asked["group"]) == ("ann", floor.made["groups"]["shanghai"])
    assert routing["facts"]["region"] == "Shanghai"
    assert [rule["name"] for rule in routing["rules"] if rule["fits"]] == ["shanghai"]
    [told] = floor.told(call_id)
    assert told.rules == {
        "vip": ["does not fit", "asked: Customer level is VIP; found: nothing", ""],
        "shanghai": ["fits", "", "only agents of shanghai"],
    }
    assert (told.reason, told.others["bob"]) == (THE_ONLY_ONE, "not in the group shanghai")
    floor.go_home(call_id)


# ---- while it waits


def test_an_overflow_keeps_the_time_waited(floor: Stage) -> None:  # noqa: F811
    call_id = floor.caller("overflowing")
    [offer] = floor.offered(call_id)
    first, second = floor.stays(call_id)
    assert (first[:2], second[:2]) == (("overflowing", "flow_out"), ("backstop", ""))
    assert offer.agent == "cyd"
    assert offer.explanation["waited_seconds"] >= 2
    assert second[3]["waiting_since"] == first[3]["at"]
    before, after = floor.told(call_id)
    assert (before.queue, before.offers, after.queue) == ("overflowing", [], "backstop")
    assert (after.reason, after.others["ann"]) == (THE_ONLY_ONE, "not in this queue")
    assert after.waited_seconds >= 2
    floor.go_home(call_id)
    assert [stay[1] for stay in floor.stays(call_id)] == ["flow_out", "abandoned"]


def test_a_supervisor_pulls_a_waiting_call_to_one_agent(floor: Stage) -> None:  # noqa: F811
    call_id = floor.caller("empty")
    assert floor.ask("pull", call_id=str(call_id), to_agent_id=floor.agent("cyd")) is None
    [offer] = floor.offered(call_id)
    assert (offer.agent, offer.asked["target_agent"]) == ("cyd", floor.agent("cyd"))
    [changed] = floor.stay(call_id)[3]["changes"]
    assert (changed["what"], changed["agent"], changed["by"]) == ("pulled", floor.agent("cyd"), "Boss")
    [told] = floor.told(call_id)
    assert (told.changes, told.reason) == ([["Boss", "gave the call to cyd"]], MEANT_FOR_THEM)
    floor.go_home(call_id)


def test_a_reprioritised_call_is_taken_before_one_that_waited_longer(floor: Stage) -> None:  # noqa: F811
    first, second = floor.caller("overflowing"), floor.caller("backstop")
    floor.go_home(first, second)
    busy = floor.caller("backstop")
    floor.offered(busy)
    first, second = floor.caller("backstop"), floor.caller("backstop")
    assert floor.ask("reprioritise", call_id=str(second), seconds=900) is None
    wait_until(lambda: floor.stay(second)[2] == 900, 30, "the priority was not kept")
    floor.line.switch.hang_up(busy)
    [offer] = floor.offered(second)
    assert (offer.agent, offer.explanation["priority"]) == ("cyd", 900)
    assert offer.explanation["runner_up_work"] is not None
    [told] = floor.told(second)
    longer = "counts as having waited 15:00 longer"
    assert (told.priority, told.changes) == (longer, [["Boss", f"set the priority: the call {longer}"]])
    assert floor.offers(first) == []
    floor.go_home(first, second)


def test_a_redirected_call_waits_in_the_other_queue_with_its_time(floor: Stage) -> None:  # noqa: F811
    call_id = floor.caller("empty")
    queue_id = floor.made["queues"]["backstop"]
    assert floor.ask("redirect", call_id=str(call_id), queue_id=queue_id) is None
    [offer] = floor.offered(call_id)
    first, second = floor.stays(call_id)
    assert (first[:2], second[:2], offer.agent) == (("empty", "flow_out"), ("backstop", ""), "cyd")
    assert second[3]["waiting_since"] == first[3]["at"]
    assert [change["what"] for change in first[3]["changes"]] == ["redirected"]
    before, after = floor.told(call_id)
    assert before.changes == [["Boss", "sent the call to the queue backstop"]]
    assert (after.queue, after.reason) == ("backstop", THE_ONLY_ONE)
    floor.go_home(call_id)


# ---- when something dies


def test_a_killed_worker_forgets_neither_the_words_nor_the_order(floor: Stage) -> None:  # noqa: F811
    ringing = floor.caller("backstop")
    [offer] = floor.offered(ringing)
    first, second = floor.caller("backstop"), floor.caller("backstop")
    before = floor.told(ringing)
    floor.product.kill_worker()
    floor.product.start_worker()
    assert floor.told(ringing) == before
    assert [row.id for row in floor.offers(ringing)] == [offer.id]
    floor.line.switch.hang_up(ringing)
    [offer] = floor.offered(first)
    assert (offer.agent, floor.offers(second)) == ("cyd", [])
    assert floor.told(first)[0].last["agent"] == "cyd"
    floor.line.switch.hang_up(first)
    [offer] = floor.offered(second)
    floor.go_home(second)


def test_a_killed_switch_leaves_the_words_as_they_were_and_the_next_caller_is_offered(floor: Stage) -> None:  # noqa: F811
    """Last: every phone has registered anew."""
    ringing = floor.caller("backstop")
    [offer] = floor.offered(ringing)
    waiting = floor.caller("backstop")
    before = floor.told(ringing), floor.told(waiting)
    floor.lose_switch()
    assert (floor.told(ringing), floor.told(waiting)) == before
    assert [(row.id, row.agent, row.outcome) for row in floor.offers(ringing)] == [
        (offer.id, "cyd", "caller_left")
    ]
    assert (before[0][0].reason, before[1][0].offers) == (THE_ONLY_ONE, [])
    assert [stay[:2] for stay in (*floor.stays(ringing), *floor.stays(waiting))] == [("backstop", "lost")] * 2
    lost = "select exit, hangup_cause, ended_by from acme.telephony_call where id = any(%s)"
    assert floor.product.rows(lost, [ringing, waiting]) == [("lost", "LOST", "system")] * 2
    missed = "select max(missed_offers) from acme.telephony_agent"
    assert floor.product.rows(missed) == [(0,)]
    again = floor.only_offer("backstop")
    assert (again.agent, again.told.reason) == ("cyd", THE_ONLY_ONE)
    assert again.told.others["ann"] == "not in this queue"
