"""Who is asked first, and whose turn it is."""

import pytest

from telephony.routing import Assignment, Availability, RoutableAgent, Router, Step, Work
from telephony.routing import lines as lines_module


def agent(number: int, *, position: int = 1, **skills: int) -> RoutableAgent:
    return RoutableAgent(number, {int(name[1:]): level for name, level in skills.items()}, {1: position})


def work(name: str, at: float, **fields: object) -> Work:
    return Work(name, fields.pop("queue_id", 1), at, **fields)


def router_with(*agents: RoutableAgent, free_at: tuple[float, ...] = ()) -> Router:
    """Agents known, and free in turn at those moments."""
    router = Router()
    for each in agents:
        router.put_agent(each)
    for each, moment in zip(agents, free_at, strict=False):
        assert router.agent_became_free(each.id, moment) is None
    return router


def pair(made: Assignment | None) -> tuple[object, object] | None:
    return made and (made.work_id, made.agent_id)


def test_the_longest_idle_of_equals_is_asked() -> None:
    router = router_with(agent(1), agent(2), agent(3), free_at=(30, 10, 20))
    assert pair(router.work_arrived(work("call", 40), 40)) == ("call", 2)


def test_the_nearer_position_is_asked_before_the_longer_idle() -> None:
    router = router_with(agent(1, position=2), agent(2, position=1), free_at=(1, 2))
    assert pair(router.work_arrived(work("call", 40), 40)) == ("call", 2)


def test_the_higher_level_is_asked_before_the_longer_idle() -> None:
    router = router_with(agent(1, s7=3), agent(2, s7=8), free_at=(1, 2))
    assert pair(router.work_arrived(work("call", 9, requirements=((7, 3),)), 9)) == ("call", 2)


def test_another_strategy_looks_at_idle_time_alone() -> None:
    router = router_with(agent(1, s7=3), agent(2, s7=8), free_at=(1, 2))
    asked = work("call", 9, requirements=((7, 3),), strategy="longest_idle")
    assert pair(router.work_arrived(asked, 9)) == ("call", 1)


def test_equal_agents_are_told_apart_by_their_ids() -> None:
    router = router_with(agent(2), agent(1), free_at=(5, 5))
    assert pair(router.work_arrived(work("call", 9), 9)) == ("call", 1)


def test_a_skill_below_the_level_asked_is_not_enough() -> None:
    router = router_with(agent(1, s7=2), free_at=(1,))
    assert router.work_arrived(work("call", 9, requirements=((7, 3),)), 9) is None


def test_an_agent_of_another_queue_is_not_asked() -> None:
    router = router_with(agent(1), free_at=(1,))
    assert router.work_arrived(work("call", 9, queue_id=2), 9) is None


def test_the_longest_waiting_caller_comes_first_and_priority_counts_as_waiting() -> None:
    router = router_with(agent(1))
    router.work_arrived(work("early", 0), 0)
    router.work_arrived(work("vip", 30, priority=60), 30)
    assert pair(router.agent_became_free(1, 40)) == ("vip", 1)
    router.work_left("vip")
    assert pair(router.agent_became_free(1, 41)) == ("early", 1)


def test_work_for_one_agent_waits_for_that_agent_whatever_their_queue() -> None:
    router = router_with(agent(1), agent(2), free_at=(1,))
    assert router.work_arrived(work("transfer", 5, queue_id=None, target_agent=2), 5) is None
    assert pair(router.agent_became_free(2, 6)) == ("transfer", 2)


def test_an_excluded_agent_is_passed_over_on_both_sides() -> None:
    router = router_with(agent(1), agent(2), free_at=(1, 2))
    assert pair(router.work_arrived(work("a", 5, excluded=frozenset({1})), 5)) == ("a", 2)
    router.agent_became_busy(1)
    router.work_arrived(work("b", 6, excluded=frozenset({1})), 6)
    router.work_arrived(work("c", 7), 7)
    assert pair(router.agent_became_free(1, 8)) == ("c", 1)


def test_a_missed_offer_goes_to_the_next_agent_and_keeps_its_place() -> None:
    router = router_with(agent(1), agent(2))
    router.work_arrived(work("first", 0), 0)
    router.work_arrived(work("second", 1), 1)
    assert pair(router.agent_became_free(1, 5)) == ("first", 1)
    assert router.offer_failed("first", 1, 25, retry_agent_at=35) is None
    assert pair(router.agent_became_free(2, 26)) == ("first", 2)


def test_an_agent_who_missed_is_asked_again_only_after_the_back_off() -> None:
    router = router_with(agent(1), free_at=(0,))
    assert pair(router.work_arrived(work("call", 1), 1)) == ("call", 1)
    router.offer_failed("call", 1, 21, retry_agent_at=31)
    assert router.next_tick_at == 31
    assert router.tick(30.9) == []
    assert [pair(made) for made in router.tick(31)] == [("call", 1)]


def test_an_agent_who_presses_ready_ends_the_back_off() -> None:
    router = router_with(agent(1), free_at=(0,))
    router.work_arrived(work("call", 1), 1)
    router.offer_failed("call", 1, 21, retry_agent_at=31)
    assert pair(router.agent_became_free(1, 22)) == ("call", 1)


def test_one_who_chose_not_ready_during_the_ringing_is_not_asked_again() -> None:
    router = router_with(agent(1), free_at=(0,))
    router.work_arrived(work("call", 1), 1)
    router.agent_became_busy(1, Availability.NOT_READY)
    router.offer_failed("call", 1, 21, retry_agent_at=31)
    assert router.tick(99) == []


def test_neither_side_of_an_open_offer_is_offered_again() -> None:
    router = router_with(agent(1), agent(2), free_at=(0,))
    assert pair(router.work_arrived(work("call", 1), 1)) == ("call", 1)
    assert router.agent_became_free(2, 2) is None
    assert router.agent_became_free(1, 2) is None
    router.remove_agent(1)
    router.put_agent(agent(1))
    assert router.agent_became_free(1, 2) is None
    assert pair(router.work_arrived(work("next", 3), 3)) == ("next", 2)
    assert router.work_arrived(work("third", 4), 4) is None


def test_a_caller_who_hangs_up_is_not_offered() -> None:
    router = router_with(agent(1))
    router.work_arrived(work("gone", 0), 0)
    router.work_left("gone")
    assert router.agent_became_free(1, 5) is None


def test_a_step_lets_more_agents_in_when_its_time_comes() -> None:
    router = router_with(agent(1, s7=2), free_at=(0,))
    steps = (Step(10, ((7, 2),)), Step(20))
    assert router.work_arrived(work("call", 0, requirements=((7, 9),), steps=steps), 0) is None
    assert router.tick(9.9) == []
    (made,) = router.tick(10)
    assert pair(made) == ("call", 1)
    assert made.explanation.step == 1


def test_the_preferred_agent_is_waited_for_and_then_anybody_will_do() -> None:
    router = router_with(agent(1), agent(2), free_at=(0,))
    router.work_arrived(work("call", 5, target_agent=2, steps=(Step(15),)), 5)
    assert router.tick(19) == []
    assert [pair(made) for made in router.tick(20)] == [("call", 1)]


def test_a_caller_found_again_after_a_restart_is_at_the_step_they_had_reached() -> None:
    router = router_with(agent(1), free_at=(0,))
    found = work("call", 0, requirements=((7, 9),), steps=(Step(10),))
    assert pair(router.work_arrived(found, 60)) == ("call", 1)


def test_a_rebuilt_router_matches_at_the_first_tick_in_the_right_order() -> None:
    router = Router()
    for number, since in ((1, 5.0), (2, 3.0)):
        router.put_agent(RoutableAgent(number, queues={1: 1}, idle_since=since))
    for name, at in (("late", 9.0), ("early", 7.0), ("latest", 9.5)):
        assert router.work_arrived(work(name, at), 10) is None
    assert [pair(made) for made in router.tick(10)] == [("early", 2), ("late", 1)]


def test_new_skills_count_from_the_moment_they_are_told() -> None:
    router = router_with(agent(1))
    router.work_arrived(work("call", 0, requirements=((7, 3),)), 0)
    assert router.agent_became_free(1, 1) is None
    router.put_agent(RoutableAgent(1, {7: 3}, {1: 1}, idle_since=1))
    assert [pair(made) for made in router.tick(2)] == [("call", 1)]


def test_telling_again_changes_nothing_twice() -> None:
    router = router_with(agent(1))
    router.work_arrived(work("call", 0), 0)
    router.work_arrived(work("call", 0), 1)
    assert router.waiting_count() == 1
    assert pair(router.agent_became_free(1, 2)) == ("call", 1)
    assert router.work_arrived(work("call", 0), 3) is None
    router.work_left("call")
    router.work_left("call")
    assert router.agent_became_free(1, 4) is None


@pytest.mark.parametrize("count", [1, 7])
def test_lines_nobody_uses_are_cleared_and_found_again(monkeypatch, count: int) -> None:
    monkeypatch.setattr(lines_module, "KEPT", 3)
    router = Router()
    router.put_agent(agent(1))
    for number in range(count * 5):
        router.work_arrived(work(f"{number}", 0, queue_id=None, target_agent=1), number)
        router.work_left(f"{number}")
        router.work_arrived(work(f"k{number}", 0, queue_id=None, target_agent=number + 5), number)
        router.work_left(f"k{number}")
    assert len(list(router._lines)) <= 4
    router.work_arrived(work("last", 1), 1)
    assert pair(router.agent_became_free(1, 2)) == ("last", 1)


def test_agents_forget_closed_lines_by_and_by(monkeypatch) -> None:
    """Each call with other wishes: only the lines that are open, and a few just closed, are remembered."""
    monkeypatch.setattr(lines_module, "KEPT", 10)
    router = Router()
    for number in range(120):
        router.put_agent(agent(number, s1=9))
    for number in range(1_000):
        wishes = ((1, number % 9), (2, -number))
        assert router.work_arrived(work(f"{number}", number, requirements=wishes), number) is None
        router.work_left(f"{number}")
    assert all(len(rostered.places) <= 30 for rostered in router._roster)
    router.work_arrived(work("last", 1_000, requirements=((1, 9),)), 1_000)
    assert pair(router.agent_became_free(7, 1_001)) == ("last", 7)


def test_ten_thousand_abandoned_callers_leave_no_trace() -> None:
    router = Router()
    for number in range(10_000):
        router.work_arrived(work(f"{number}", number), number)
    for number in range(9_990):
        router.work_left(f"{9_995 - number}")
    (line,) = router._lines
    assert len(line.waiting) < 200
    router.put_agent(agent(1))
    assert pair(router.agent_became_free(1, 1)) == ("0", 1)
