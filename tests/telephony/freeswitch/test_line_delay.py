"""The round trip of a leg, from the switch's reports to a variable of the leg."""

from uuid import uuid4

import pytest

from telephony.freeswitch.line_delay import Delays, milliseconds

LEG = str(uuid4())


def report(seconds: str, leg: str = LEG) -> dict[str, str]:
    return {"Event-Name": "RECV_RTCP_MESSAGE", "Unique-ID": leg, "Rtt0-Avg": seconds}


def test_a_leg_s_delay_is_told_once_and_again_when_it_has_moved() -> None:
    delays, other = Delays(), str(uuid4())
    assert delays.command(report("0.121400")) == f"api uuid_setvar {LEG} cc_delay_ms 121"
    assert delays.command(report("0.130000")) == ""
    assert delays.command(report("0.130000", other)) == f"api uuid_setvar {other} cc_delay_ms 130"
    assert delays.command(report("0.240000")) == f"api uuid_setvar {LEG} cc_delay_ms 240"


@pytest.mark.parametrize("said", ["", "0.000000", "nan", "inf", "-1", "11.0", "1;hupall"])
def test_what_is_no_round_trip_is_told_to_nobody(said: str) -> None:
    assert milliseconds(report(said)) is None
    assert Delays().command(report(said)) == ""


def test_a_leg_that_is_no_leg_is_in_no_command() -> None:
    assert Delays().command(report("0.1", "x\nhupall")) == ""
