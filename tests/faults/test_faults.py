"""What fits into a test run: a killed and a paused worker, a moved clock, spoilt frames. `make faults` has the rest."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.faults import (
    checker,
    f1_killed_worker,
    f3_killed_sweeper,
    f9_paused_leader,
    f10_clock_jump,
    f13_malformed_frames,
    f14_spoilt_spool,
)
from tests.faults.history import SeenLeg
from tests.faults.plant import a_plant

pytestmark = pytest.mark.timeout(240)


def test_killed_and_paused_workers_cost_no_caller_anything(django_db_setup: None) -> None:
    with a_plant("rehearsal", agents=5, talk=(2, 4)) as plant:
        plant.start_worker()
        plant.wait_for_routing()
        plant.make_all_ready()
        plant.start_worker()
        plant.keep_busy(9)
        chance = random.Random(1)  # noqa: S311 - a story that can be told again, no secret
        for _kill in range(2):
            f1_killed_worker.kill_one(plant, chance, is_whole=False)
        f9_paused_leader.pause_leader(plant, pause=4)
        verdict = plant.finish()
        assert verdict.is_clean, str(verdict)
        assert verdict.seen["offers"] >= 5
        assert f9_paused_leader.offers_of_an_old_epoch(plant.history) == []


@pytest.mark.parametrize("fault", [f10_clock_jump, f13_malformed_frames], ids=["F10", "F13"])
def test_a_fault_that_needs_no_switch(fault) -> None:
    result = fault.run("rehearsal", **fault.SHORT)
    assert result.passed, result.seen


@pytest.mark.parametrize("fault", [f3_killed_sweeper, f14_spoilt_spool], ids=["F3", "F14"])
def test_a_fault_of_the_spool(fault, django_db_setup: None) -> None:
    result = fault.run("rehearsal", **fault.SHORT)
    assert result.passed, result.seen


# --- a checker that finds nothing is worth nothing until it has found something

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def caller(came: float, *, bridged: float | None = None, ended: float | None = None) -> SeenLeg:
    leg = SeenLeg(leg_id=uuid4(), created_at=after(came), is_caller=True, queued_at=after(came))
    leg.bridged_at = None if bridged is None else after(bridged)
    leg.ended_at = None if ended is None else after(ended)
    return leg


def test_a_talk_cut_short_and_a_caller_who_got_nobody_are_found() -> None:
    def was_dropped(leg: SeenLeg, ended_from: float) -> bool:
        return checker._was_dropped(leg, leg.bridged_at, after(ended_from), least_talk=4)

    assert was_dropped(caller(0, bridged=1, ended=3), 100)
    assert was_dropped(caller(0, bridged=1, ended=4.8), 100)
    assert not was_dropped(caller(0, bridged=1, ended=5), 100)
    assert not was_dropped(caller(0, bridged=1, ended=3), 2)
    ours = replace(caller(0, bridged=1, ended=3), cause=checker.END_OF_STORY)
    assert not was_dropped(ours, 3.02), "the switch's clock ticks"
    assert was_dropped(ours, 5)
    assert checker._was_lost(caller(0, ended=3), after(100))
    assert not checker._was_lost(caller(0, ended=3), after(2))


def picked_up(at: float, *, bridged: float | None = None, ended: float | None = None) -> SeenLeg:
    """The leg of an agent's phone."""
    leg = caller(at - 1, bridged=bridged, ended=ended)
    leg.is_caller, leg.queued_at, leg.answered_at = False, None, after(at)
    return leg


def test_a_talk_is_as_long_as_its_phone_counts_it() -> None:
    """Which counts from its answer: what it waited for the caller is no shorter talk, and no longer one."""
    late, phone = caller(0, bridged=3, ended=5.1), picked_up(1, bridged=3, ended=5.1)
    late.partners.add(phone.leg_id)
    legs = {one.leg_id: one for one in (late, phone)}
    assert checker.picked_up_at(late, legs) == after(1)
    assert not checker._was_dropped(late, after(1), after(100), least_talk=4)
    late.ended_at = after(4.8)
    assert checker._was_dropped(late, after(1), after(100), least_talk=4), "3.8 s after the answer"


def test_a_phone_whose_answer_nobody_heard_is_judged_from_the_joining() -> None:
    lonely, phone = caller(0, bridged=3, ended=6), picked_up(1, bridged=3)
    lonely.partners.add(phone.leg_id)
    phone.answered_at = None
    legs = {one.leg_id: one for one in (lonely, phone)}
    assert checker.picked_up_at(lonely, legs) == checker.picked_up_at(lonely, {}) == after(3)
    phone.answered_at = after(5)
    assert checker.picked_up_at(lonely, legs) == after(3), "a talk does not begin after the two were joined"
    assert checker.picked_up_at(caller(0, ended=6), {}) is None


def test_a_second_partner_is_a_dropped_talk_however_long_it_was() -> None:
    twice = caller(0, bridged=1, ended=60)
    twice.partners |= {uuid4(), uuid4()}
    assert checker._was_dropped(twice, after(1), after(100), least_talk=4)


def test_an_agent_who_picked_up_and_heard_nobody_is_found() -> None:
    assert checker._heard_nobody(picked_up(1, bridged=4.2))
    assert checker._heard_nobody(picked_up(1, ended=7))
    assert not checker._heard_nobody(picked_up(1, bridged=1.1, ended=60))
    assert not checker._heard_nobody(picked_up(1, ended=1.02)), "another was quicker"
    rung = picked_up(1, ended=60)
    rung.answered_at = None
    assert not checker._heard_nobody(rung)


def test_an_offer_over_the_head_of_an_earlier_caller_is_found() -> None:
    first, second = caller(0, bridged=9, ended=20), caller(1, bridged=6, ended=20)
    early = checker.OfferRow(second.leg_id, after(5), after(20))
    late = checker.OfferRow(first.leg_id, after(8), after(20))
    assert len(checker.out_of_order([first, second], [early, late])) == 1
    in_order = [
        checker.OfferRow(first.leg_id, after(5), after(20)),
        checker.OfferRow(second.leg_id, after(8), None),
    ]
    assert checker.out_of_order([first, second], in_order) == []


def test_offers_of_one_moment_pass_over_nobody_but_those_left_out() -> None:
    first, second, third = caller(0, bridged=9), caller(1, bridged=6), caller(2, bridged=6)
    both = [checker.OfferRow(leg.leg_id, after(5), None) for leg in (third, second)]
    assert checker.out_of_order([second, third], both) == []
    passed = checker.out_of_order([first, second, third], both)
    assert len(passed) == 2
    assert all(f"before {first.leg_id}" in words for words in passed)


def test_two_legs_at_once_for_one_caller_are_found() -> None:
    legs = [
        SeenLeg(
            leg_id=uuid4(),
            created_at=after(at),
            is_caller=False,
            call_id=uuid4(),
            agent_id=7,
            ended_at=after(at + 2),
        )
        for at in (0, 1, 5)
    ]
    assert len(checker._offered_twice(legs)) == 1


def test_a_charge_missing_doubled_or_for_nothing_is_found(tmp_path: Path) -> None:
    paid, unpaid, short = (caller(number, bridged=number + 1, ended=20) for number in range(3))
    for leg, seconds in ((paid, 9), (unpaid, 9), (short, 0)):
        leg.answered_at = after(1)
        record = {"variables": {"uuid": str(leg.leg_id), "billsec": str(seconds)}}
        (tmp_path / f"{leg.leg_id}.cdr.json").write_text(json.dumps(record))
    everyone, free = [paid, unpaid, short], checker.free_in(tmp_path)
    assert free == {short.leg_id}
    found = checker._wrong_charges(everyone, free, lambda _asked: [(paid.leg_id,), (paid.leg_id,)])
    assert sorted(found) == sorted([f"{paid.leg_id} charged 2 times", f"{unpaid.leg_id} not charged"])
    found = checker._wrong_charges(everyone, free, lambda _asked: [(leg.leg_id,) for leg in everyone])
    assert found == [f"{short.leg_id} charged for nothing"]


def test_what_was_told_in_the_last_moment_of_a_switch_that_died_may_be_unheard() -> None:
    just, early, alive = caller(19.8, ended=20), caller(19, ended=20), caller(19.8, ended=20)
    just.answered_at, early.answered_at, alive.answered_at = after(19.9), after(19.1), after(19.9)
    everyone = [just, early, alive]
    unseen, came_too_early = uuid4(), uuid4()
    arrived = [(unseen, after(19.95)), (came_too_early, after(19))]
    last_words = checker._last_words(everyone, {just.leg_id, early.leg_id}, lambda _asked: arrived)
    assert last_words == {just.leg_id, unseen}
    found = checker._wrong_charges(everyone, set(), lambda _asked: [], last_words)
    assert sorted(found) == sorted(f"{leg.leg_id} not charged" for leg in (early, alive))
    told = [(unseen, after(20)), (came_too_early, after(20))]
    wrong, heard_once = checker._without_a_call(everyone, lambda _asked: told, last_words)
    unended = {f"{leg.leg_id} has no ended call" for leg in (early, alive)}
    assert set(wrong) == unended | {f"{came_too_early} was never seen"}
    assert heard_once == 2
    still_open = [(leg.leg_id, None) for leg in everyone]
    wrong, heard_once = checker._without_a_call(everyone, lambda _asked: still_open, last_words)
    assert (len(wrong), heard_once) == (3, 0)
