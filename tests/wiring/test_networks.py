"""The networks we try phones in are as they say, and what is heard in them is judged by the phone check's limits."""

import struct
from random import Random

import pytest

from benchmarks.networks_judged import Heard, judge, mos
from benchmarks.wire import Line, Way


def packet(length: int = 200, protocol: int = 17, ports: tuple[int, int] = (4000, 5000)) -> bytes:
    head = bytes([0x45, 0]) + struct.pack("!H", length) + bytes(5) + bytes([protocol]) + bytes(10)
    return (head + struct.pack("!HH", *ports)).ljust(length, b"\0")


def test_a_line_takes_its_time_and_no_packet_overtakes_another() -> None:
    way = Way(Line(delay_ms=30, spread_ms=50), Random(1))
    taken = [way.arrives_at(packet(), at / 50) - at / 50 for at in range(500)]
    assert all(0.030 <= one <= 0.081 for one in taken)
    arrived = [one + at / 50 for at, one in enumerate(taken)]
    assert arrived == sorted(arrived)
    assert max(taken) - min(taken) > 0.04


def test_a_lossy_line_loses_its_share_and_a_narrow_one_what_does_not_fit() -> None:
    lossy = Way(Line(loss=0.08), Random(1))
    lost = sum(lossy.arrives_at(packet(), at / 50) is None for at in range(10_000))
    assert 700 < lost < 900
    narrow = Way(Line(kbits=64), Random(1))
    came = [narrow.arrives_at(packet(800), 0.0) for _ in range(20)]
    assert came[:3] == pytest.approx([0.1, 0.2, 0.3])
    assert [one is None for one in came] == [False] * 7 + [True] * 13


def test_where_only_the_relay_is_reached_no_other_sound_passes() -> None:
    way = Way(Line(only_port=3478), Random(1))
    assert way.arrives_at(packet(ports=(4000, 3478)), 0.0) is not None
    assert way.arrives_at(packet(ports=(3478, 4000)), 0.0) is not None
    assert way.arrives_at(packet(ports=(4000, 16_384)), 0.0) is None
    assert way.arrives_at(packet(protocol=6, ports=(4000, 443)), 0.0) is not None
    assert way.arrives_at(b"\x60" + bytes(60), 0.0) is None


def test_a_line_is_worth_what_the_standard_says() -> None:
    assert mos(loss=0, delay_ms=0) == pytest.approx(4.41, abs=0.01)
    assert mos(loss=0, delay_ms=400) == pytest.approx(3.05, abs=0.01)
    assert mos(loss=10, delay_ms=100) == pytest.approx(3.29, abs=0.01)
    assert mos(loss=100, delay_ms=5000) == 1


@pytest.mark.parametrize(
    ("lost", "round_trip", "passes", "failed", "is_right"),
    [
        (0, 0.05, True, [], True),
        (50, 0.05, True, ["loss"], False),
        (80, 0.7, False, ["loss", "sound_round_trip", "mos"], True),
        (0, 0.05, False, [], False),
    ],
)
def test_a_network_passes_or_fails_by_the_limits_of_the_check(
    lost, round_trip, passes, failed, is_right
) -> None:
    after = {"received": 1000 - lost, "lost": lost, "sent": 1000, "jitter": 0.01, "round_trip": round_trip}
    verdict = judge(Heard({}, after, 10, here=True, there=True), passes=passes)
    assert (verdict.failed, verdict.is_right) == (failed, is_right)
    assert not judge(Heard({}, after, 10, here=True, there=False), passes=passes).is_right
