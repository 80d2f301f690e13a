"""In a call each leg is moved by itself or by one command of ours, never by another leg: conf/call.xml as it stands.

Two who move one leg in the same moment lose it: docs/decisions/0076.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from telephony.freeswitch.configuration import OUR_FILES

PLANS = sorted((OUR_FILES / "conf").glob("*.xml"))
MOVES = ("uuid_transfer(", "uuid_dual_transfer(", "uuid_bridge(", "uuid_park(")
WAITS = {"aside": "aside-round", "awaits": "awaits-round"}
"""Who stands there for long may be fetched from outside at any moment: rounds are executed, not transferred to."""


def test_no_plan_moves_another_leg() -> None:
    assert len(PLANS) > 4
    assert [path.name for path in PLANS if any(move in path.read_text() for move in MOVES)] == []


def test_no_command_of_ours_moves_two_legs_to_different_places() -> None:
    ours = [path for path in OUR_FILES.rglob("*.py") if "uuid_dual_transfer" in path.read_text()]
    assert ours == []


def test_who_waits_in_a_call_does_so_in_rounds_that_are_executed() -> None:
    plan = ET.parse(OUR_FILES / "conf" / "call.xml")  # noqa: S314 - our own file
    for name, its_round in WAITS.items():
        extension = plan.find(f".//extension[@name='{name}']")
        assert extension is not None
        done = [
            (one.get("application"), str(one.get("data")).split(" ")[0]) for one in extension.iter("action")
        ]
        assert done.count(("execute_extension", its_round)) == 24
        assert [where for what, where in done if what == "transfer"] == [name]
        assert done[-1] == ("transfer", name)
