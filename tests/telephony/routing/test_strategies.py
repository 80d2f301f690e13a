"""How each strategy orders the free, and what groups, preferences, scores and capacity do to it."""

import pytest

from telephony.models import Queue
from telephony.routing import STRATEGIES, Assignment, Availability, RoutableAgent, Router, Step, Work


def router_with(*agents: RoutableAgent) -> Router:
    """All of them free, the first for longest."""
    router = Router()
    for number, agent in enumerate(agents):
        router.put_agent(agent)
        router.agent_became_free(agent.id, float(number))
    return router


def agent(number: int, **fields: object) -> RoutableAgent:
    return RoutableAgent(number, fields.pop("skills", {}), fields.pop("queues", {1: 1}), **fields)


def call(name: str = "call", at: float = 100.0, **fields: object) -> Work:
    return Work(name, fields.pop("queue_id", 1), at, **fields)


def asked(made: Assignment | None) -> tuple[object, ...]:
    return (made.agent_id, *made.together) if made else ()


def test_a_queue_can_choose_exactly_the_strategies_there_are() -> None:
    assert set(Queue.Strategy.values) == set(STRATEGIES)


def test_least_busy_asks_whoever_has_worked_least_today() -> None:
    router = router_with(agent(1, busy_seconds=900), agent(2, busy_seconds=300), agent(3, busy_seconds=600))
    made = router.work_arrived(call(strategy="least_busy"), 100)
    assert asked(made) == (2,)
    assert made.explanation.as_dict()["rank"] == {"position": 1, "lacks_preferred": 0, "busy_seconds": 300}
    assert made.explanation.runner_up_agent == 3


def test_seconds_worked_meanwhile_change_the_order_of_the_free_without_a_tick() -> None:
    router = router_with(agent(1, busy_seconds=900), agent(2, busy_seconds=300))
    router.work_arrived(call("asked before", strategy="least_busy"), 100)
    router.work_left("asked before")
    router.agent_became_free(2, 101)
    router.put_agent(agent(2, busy_seconds=1_200, idle_since=101))
    assert router.next_tick_at is None
    assert asked(router.work_arrived(call(at=102, strategy="least_busy"), 102)) == (1,)


def test_round_robin_asks_each_in_turn_however_long_they_are_idle() -> None:
    router = router_with(agent(1, turn=5), agent(2, turn=3), agent(3, turn=4))
    order = []
    for moment in range(100, 106):
        made = router.work_arrived(call(at=moment, strategy="round_robin"), moment)
        order += asked(made)
        router.work_left("call")
        router.agent_became_free(made.agent_id, -float(moment))
    assert order == [2, 3, 1, 2, 3, 1]


def test_a_ring_group_rings_so_many_free_phones_at_once() -> None:
    router = router_with(agent(1), agent(2), agent(3), agent(4, queues={2: 1}), agent(5))
    made = router.work_arrived(call(strategy="ring_group", together=3), 100)
    assert asked(made) == (1, 2, 3)
    assert made.explanation.runner_up_agent == 5
    assert asked(router.work_arrived(call("next", 101), 101)) == (5,)
    assert router.work_arrived(call("third", 102), 102) is None


def test_a_ring_group_call_is_back_in_line_when_the_last_phone_has_failed() -> None:
    router = router_with(agent(1), agent(2), agent(3))
    router.work_arrived(call(strategy="ring_group", together=2), 100)
    router.work_arrived(call("later", 101, excluded=frozenset({3})), 101)
    assert router.offer_failed("call", 1, 110, retry_agent_at=115) is None
    assert asked(router.agent_became_free(1, 111)) == (1,)
    assert asked(router.offer_failed("call", 2, 120)) == (3,)


def test_the_first_answer_ends_the_ringing_of_all_for_the_router() -> None:
    router = router_with(agent(1), agent(2), agent(3))
    router.work_arrived(call(strategy="ring_group", together=3), 100)
    router.work_left("call")
    assert router.agent_became_free(2, 105) is None
    assert asked(router.work_arrived(call("next", 106), 106)) == (2,)
    assert router.offer_failed("call", 3, 107) is None
    assert router.waiting_count() == 1


def test_together_means_nothing_to_other_strategies() -> None:
    router = router_with(agent(1), agent(2))
    assert asked(router.work_arrived(call(strategy="longest_idle", together=5), 100)) == (1,)


def test_an_unknown_strategy_is_refused_and_nothing_waits() -> None:
    router = router_with(agent(1))
    with pytest.raises(ValueError, match="no routing strategy named 'random'"):
        router.work_arrived(call(strategy="random"), 100)
    assert router.waiting_count() == 0
    assert asked(router.work_arrived(call(), 100)) == (1,)


@pytest.mark.parametrize("strategy", ["most_skilled", "longest_idle", "ring_group"])
def test_who_has_a_preferred_skill_is_asked_first_and_nobody_waits_for_it(strategy: str) -> None:
    router = router_with(agent(1, skills={7: 9}), agent(2, skills={7: 1, 8: 4}))
    french = {"requirements": ((7, 1),), "preferred": ((8, 3),), "strategy": strategy}
    assert router.work_arrived(call(**french), 100).agent_id == 2
    assert router.work_arrived(call("next", **french), 101).agent_id == 1


def test_a_group_restricts_and_a_step_opens_it_again() -> None:
    seniors = frozenset({4})
    router = router_with(agent(1), agent(2, groups=seniors))
    assert asked(router.work_arrived(call("vip", group_id=4), 100)) == (2,)
    waiting = call("second vip", 100, group_id=4, steps=(Step(20),))
    assert router.work_arrived(waiting, 100) is None
    assert [asked(made) for made in router.tick(120)] == [(1,)]


def test_agents_of_a_further_queue_may_help_at_their_own_position() -> None:
    router = router_with(agent(1, queues={2: 3}), agent(2, queues={2: 2}), agent(3, queues={3: 1}))
    assert router.work_arrived(call("alone"), 100) is None
    assert asked(router.work_arrived(call("helped", queue_ids=(2,)), 100)) == (2,)
    waiting = call("later helped", 100, steps=(Step(10, queue_ids=(2,)),))
    assert router.work_arrived(waiting, 100) is None
    assert [asked(made) for made in router.tick(110)] == [(1,)]


def test_the_higher_score_is_asked_first_and_the_strategy_decides_among_equals() -> None:
    router = router_with(agent(1), agent(2), agent(3))
    scored = {"scores": {2: 0.8, 3: 0.8}, "features": {2: {"spoke_before": 3}}}
    made = router.work_arrived(call(**scored), 100)
    assert asked(made) == (2,)
    assert made.explanation.as_dict()["rank"]["score"] == 0.8
    assert asked(router.work_arrived(call("next", **scored), 101)) == (3,)
    assert asked(router.work_arrived(call("last", **scored), 102)) == (1,)


def test_the_agent_of_last_time_is_waited_for_until_the_step_expires() -> None:
    router = router_with(agent(1), agent(2))
    router.agent_became_busy(2)
    sticky = call(target_agent=2, steps=(Step(15),))
    assert router.work_arrived(sticky, 100) is None
    assert asked(router.agent_became_free(2, 110)) == (2,)
    router.work_left("call")
    assert router.work_arrived(call("again", 120, target_agent=2, steps=(Step(15),)), 120) is None
    assert [asked(made) for made in router.tick(135)] == [(1,)]


def test_who_is_on_a_call_gets_nothing_else_whatever_their_capacity() -> None:
    both = {"capacity": {"voice": 2, "chat": 3}, "idle_since": 0.0}
    router = Router()
    router.put_agent(agent(1, in_hand={"voice": 1}, **both))
    router.tick(1)
    assert router.work_arrived(call("chat", kind="chat"), 100) is None
    assert router.explain("chat", 100).verdicts[0].as_dict() == {
        "agent": 1,
        "outcome": "no_capacity",
        "holds": {"voice": 1},
    }


def test_chats_are_taken_up_to_capacity_and_a_call_only_with_empty_hands() -> None:
    router = Router()
    both = {"capacity": {"voice": 1, "chat": 2}, "idle_since": 0.0}
    for held, kind, expected in (
        ({"chat": 1}, "chat", (1,)),
        ({"chat": 2}, "chat", ()),
        ({"chat": 1}, "voice", ()),
        ({"chat": 0}, "voice", (1,)),
    ):
        router.put_agent(agent(1, in_hand=held, **both))
        router.tick(1)
        assert asked(router.work_arrived(call("one", kind=kind), 100)) == expected
        router.work_left("one")
        router.agent_became_busy(1, Availability.BUSY)


def test_no_capacity_for_calls_is_never_asked_for_one() -> None:
    router = router_with(agent(1, capacity={"chat": 2}))
    assert router.work_arrived(call(), 100) is None
