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


def test_the_list_of_calls_says_who_waits_where_and_since_when() -> None:
    other = UUID("4286cd14-879c-47ed-aca9-f3932c1b28c3")
    rows = [
        {"uuid": str(LEG), "dest": "wait", "callstate": "ACTIVE", "presence_data": "7@1795181566658839"},
        {"uuid": str(other), "dest": "wait", "callstate": "EARLY", "presence_data": "7@$(reboot)"},
    ]
    waits, odd = inventory.glimpses(json.dumps({"rows": rows}))
    assert (waits.place, waits.is_answered, waits.queue_id) == ("waiting", True, 7)
    assert waits.queued_at.timestamp() == 1795181566.658839
    assert (odd.place, odd.is_answered, odd.queue_id, odd.queued_at) == ("waiting", False, None, None)


def test_of_two_who_are_joined_neither_waits_whatever_the_caller_did_before() -> None:
    other = UUID("4286cd14-879c-47ed-aca9-f3932c1b28c3")
    joined = {"uuid": str(LEG), "dest": "wait", "callstate": "ACTIVE", "presence_data": "7@1795181566658839"}
    [caller, agent] = inventory.glimpses(
        json.dumps({"rows": [joined | {"b_uuid": str(other), "b_callstate": "HELD"}]})
    )
    assert (caller.other_leg_id, caller.place, caller.queue_id, caller.is_answered) == (other, "", None, True)
    assert (agent.leg_id, agent.other_leg_id, agent.is_answered) == (other, LEG, True)
