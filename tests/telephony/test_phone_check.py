"""What passes a phone check, at each limit."""

import pytest

from telephony.phone_check import MEASURES, OF_SOUND, Sparing, judge, sparing
from tests.telephony.test_phones_chosen import GOOD


def verdict(name: str, value: object, **more: object) -> tuple[str, bool]:
    judged = judge(GOOD | {name: value} | more, has_relay=True)
    return next(one["verdict"] for one in judged.results if one["name"] == name), judged.has_passed


@pytest.mark.parametrize(
    "measure", [one for one in MEASURES if one.name != "headroom"], ids=lambda one: one.name
)
def test_each_figure_passes_warns_and_fails_at_its_limits(measure) -> None:
    worse = -0.1 if measure.good > measure.bad else 0.1
    assert verdict(measure.name, measure.good)[0] == "pass"
    assert verdict(measure.name, measure.good + worse)[0] == "warn"
    assert verdict(measure.name, measure.bad)[0] == "warn"
    if measure.low <= measure.bad + worse <= measure.high:
        assert verdict(measure.name, measure.bad + worse) == ("fail", False)
    for nonsense in (measure.high + 1, measure.low - 1, float("nan"), "7", True, None, [1]):
        told, has_passed = verdict(measure.name, nonsense)
        assert (told, has_passed) == ("unknown", not measure.needed)


def test_a_voice_that_does_not_stand_out_fails_though_each_figure_alone_would_do() -> None:
    assert not judge(GOOD | {"level": -41, "noise": -49}).has_passed
    assert judge(GOOD | {"level": -35, "noise": -50}).has_passed


def test_a_relay_that_was_not_reached_fails_only_where_there_is_one() -> None:
    assert judge(GOOD | {"relay_failed": True}).has_passed
    assert not judge(GOOD | {"relay_failed": True}, has_relay=True).has_passed


def test_sound_that_finds_no_way_fails_and_where_nobody_can_be_called_it_is_said_why() -> None:
    assert not judge(GOOD | {"sound_failed": True}).has_passed
    told = judge(GOOD | {"sound_failed": True}, why_no_echo="rehearsal")
    assert told.has_passed
    assert [one["why"] for one in told.results if one["name"] in OF_SOUND] == ["rehearsal"] * 3
    assert all("why" not in one for one in judge(GOOD | {"loss": 0}).results)


@pytest.mark.parametrize(
    ("down", "up", "found"),
    [
        (5000, 4000, None),
        (5000, 300, None),
        (5000, 299.4, Sparing(bits=12_000, kbits=299)),
        (64, 5000, Sparing(bits=12_000, kbits=64)),
        (None, 120, Sparing(bits=12_000, kbits=120)),
        (None, None, None),
    ],
)
def test_a_narrow_line_either_way_is_spoken_to_sparingly(down, up, found) -> None:
    assert sparing(judge({"down": down, "up": up}).results) == found
