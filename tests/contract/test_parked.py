"""A parked caller: music, picked up by one of two, back in the line after a while."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from telephony import facts
from telephony.facts import HeldWhy
from tests.contract.driver import SwitchUnderTest, wait_until
from tests.contract.talks import begin
from tests.contract.tones import voices, write_music


@pytest.fixture
def house(line: SwitchUnderTest) -> Iterator[SwitchUnderTest]:
    """A line whose queue has music of its own."""
    music = write_music(line, "7.wav")
    yield line
    music.unlink()


def test_a_parked_caller_hears_music_and_is_picked_up(house: SwitchUnderTest) -> None:
    talk = begin(house)
    talk.park()
    held = house.log.wait(facts.CallerHeld, leg_id=talk.caller)
    assert (held.why, held.by_leg_id, held.for_leg_id) == (HeldWhy.PARK, None, None)
    talk.gone(talk.agent)
    assert talk.hear(caller=talk.caller) == {"caller": {"music"}}
    plain = house.offer(talk.caller, "1001")
    talk.gone(plain.offer_id)
    assert house.switch.exists(talk.caller), "only who comes to pick up gets a parked caller"
    taking = house.offer(talk.caller, "1002", is_parked=True)
    house.log.wait(facts.LegsBridged, offer_id=taking.offer_id)
    assert talk.hear(caller=talk.caller, colleague=taking.offer_id) == {
        "caller": {"colleague"},
        "colleague": {"caller"},
    }
    house.switch.hang_up(taking.offer_id)
    talk.gone(talk.caller)
    assert voices(talk.recording(taking.offer_id)) == [{"colleague"}, {"caller"}]


def test_of_two_who_pick_up_a_parked_caller_in_the_same_moment_one_gets_them(house: SwitchUnderTest) -> None:
    """Time and again: where both took the caller at once, all three were hung up, once in five times."""
    talk = begin(house)
    holder = talk.agent
    for _ in range(4):
        talk.park(by=holder)
        talk.gone(holder)
        taking = {
            house.offer(talk.caller, username, is_parked=True).offer_id: name
            for username, name in (("1001", "agent"), ("1002", "colleague"))
        }
        lost = wait_until(
            lambda taking=taking: [one for one in house.log.all(facts.LegHungUp) if one.leg_id in taking],
            15,
            "both are there",
        )[0]
        assert lost.cause == "LOSE_RACE"
        holder = next(one for one in taking if one != lost.leg_id)
        joined = house.log.wait(facts.LegsBridged, offer_id=holder)
        assert talk.caller in (joined.leg_id, joined.other_leg_id)
        time.sleep(0.5)
        assert [one for one in taking if house.switch.exists(one)] == [holder]
        assert talk.hear(caller=talk.caller) == {"caller": {taking[holder]}}
        met = [one for one in house.log.all(facts.LegsBridged) if one.offer_id in taking]
        assert len(met) == 1, "nobody was taken away from anybody"
    house.switch.hang_up(talk.caller)
    talk.gone(holder)


def test_a_caller_who_was_parked_too_long_is_in_the_line_again(house: SwitchUnderTest) -> None:
    talk = begin(house)
    talk.park(seconds=1)
    talk.gone(talk.agent)
    talk.waits_again()
