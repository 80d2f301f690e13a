"""The switch's own lists, read for a resync."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

from telephony.freeswitch import inventory

RECORDINGS = Path(__file__).parents[2] / "recordings"
LEG = UUID("b6229850-0a70-437f-b771-6642ea6c041b")


def dump(**changes: str) -> str:
    event = json.loads((RECORDINGS / "CHANNEL_ANSWER.inbound.json").read_text())
    return json.dumps(event | changes)


def test_an_empty_list_has_no_rows() -> None:
    assert inventory.leg_ids('{"row_count": 0}\n') == []
    assert inventory.registrations("-ERR no reply\n") == []


def test_legs_are_listed_by_id() -> None:
    listed = json.dumps({"row_count": 2, "rows": [{"uuid": str(LEG)}, {"uuid": "odd"}, {}]})
    assert inventory.leg_ids(listed) == [LEG]


def test_a_leg_that_has_just_gone_is_left_out() -> None:
    assert inventory.live_leg("-ERR No such channel!\n") is None
    assert inventory.live_leg(dump(**{"Answer-State": "hangup"})) is None


def test_a_waiting_caller_is_told_from_a_talking_one() -> None:
    waiting = {"variable_cc_place": "waiting", "variable_cc_tenant": "acme", "variable_cc_queue": "7"}
    leg = inventory.live_leg(dump(**waiting, variable_cc_queued_us="1795181566658839"))
    assert (leg.leg_id, leg.tenant, leg.queue_id, leg.is_waiting) == (LEG, "acme", 7, True)
    assert leg.queued_at.microsecond == 658839
    bond = {"variable_signal_bond": "4286cd14-879c-47ed-aca9-f3932c1b28c3", "variable_bridge_uuid": "x"}
    talking = inventory.live_leg(dump(**waiting, **bond))
    assert (talking.is_waiting, str(talking.bridged_leg_id)) == (False, bond["variable_signal_bond"])
