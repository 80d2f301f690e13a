"""A port that was promised to the carrier is the carrier's, however many phones have rung in between."""

from __future__ import annotations

from tests.contract.ports import Ports


def test_a_kept_port_is_given_to_nobody_else_and_the_others_come_round_again() -> None:
    ports = Ports()
    kept = ports.keep()
    given = [ports.take(4) for _ in range(Ports.BLOCK)]
    assert kept not in {port for first in given for port in range(first, first + 4)}
    assert len(set(given)) < len(given)
