"""Whom we call outside sees our number, and nothing else of the house: neither an agent's extension nor a caller's."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from telephony import facts
from tests.contract.driver import HOT_LINE, SwitchUnderTest
from tests.contract.flow_rows import lay, node
from tests.contract.talks import begin
from tests.contract.web import Route

EXTENSION, CALLER, CUSTOMER, OURS = "66441199", "13855557777", "+8613877776666", "+862155508888"
CHOSEN = "+862155509119"
"""The number the tenant shows, another one than was dialled."""
REFUSED = "SIP/2.0 486 Busy Here"
_COPIED = ("via:", "from:", "to:", "call-id:", "cseq:")


class Carrier:
    """Reads the first call that goes out, and refuses each: on the wire there is no more to see than it sees."""

    def __init__(self, port: int) -> None:
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._line.bind(("127.0.0.1", port))
        self._line.settimeout(15)

    def invitation(self) -> str:
        while True:
            packet, sender = self._line.recvfrom(65_536)
            said = packet.decode("utf-8", "replace")
            if said.startswith("INVITE "):
                copied = [line for line in said.split("\r\n") if line.lower().startswith(_COPIED)]
                answer = "\r\n".join([REFUSED, *copied, "Content-Length: 0", "", ""])
                self._line.sendto(answer.encode(), sender)
                return said

    def close(self) -> None:
        self._line.close()


@pytest.fixture
def outgoing(line: SwitchUnderTest) -> Iterator[Any]:
    """All that the far end is told of a call that is made to the outside, as text."""
    carrier = Carrier(int(line.settings.gateway.rpartition(":")[2])) if _is_real(line) else None

    def told(leg_id: UUID) -> str:
        return carrier.invitation() if carrier else _shown_in_record(line, leg_id)

    yield told
    if carrier:
        carrier.close()


def _is_real(line: SwitchUnderTest) -> bool:
    return line.api("rehearsal list").startswith("-ERR")


def _shown_in_record(line: SwitchUnderTest, leg_id: UUID) -> str:
    """Of a switch without wires: who calls, as the leg knows it. The record is whole when the end is told."""
    line.log.wait(facts.LegHungUp, 15, leg_id=leg_id)
    [path] = line.settings.spool_dir.glob(f"*{leg_id}.cdr.json")
    profile = json.loads(path.read_bytes())["callflow"][-1]["caller_profile"]
    shown = {name: profile[name] for name in ("caller_id_name", "caller_id_number", "destination_number")}
    return json.dumps(shown)


def test_a_customer_who_is_called_sees_our_number_and_no_extension(
    line: SwitchUnderTest, outgoing: Any
) -> None:
    line.registered_phone(EXTENSION)
    if not _is_real(line):
        line.carrier(answer_after=None)
    call_id = uuid4()
    line.offer(call_id, EXTENSION, call_id=call_id, dials=CUSTOMER, shown_number=OURS)
    line.log.wait(facts.LegCreated, 15, leg_id=call_id)
    told = outgoing(call_id)
    assert OURS.removeprefix("+") in told
    assert CUSTOMER.removeprefix("+") in told
    assert EXTENSION not in told


def test_who_takes_calls_outside_sees_our_number_and_not_the_callers(
    line: SwitchUnderTest, outgoing: Any
) -> None:
    """A flow's outside number: the caller's own is ours to keep."""
    lay(line, node("x", "external", {"number": CUSTOMER, "seconds": 5}, failed="end"), node("end", "hangup"))
    assert isinstance(line.web.routes[HOT_LINE], Route)
    if not _is_real(line):
        line.carrier(answer_after=None)
    line.call(number=CALLER, name="Li Lei")
    out = line.log.wait(facts.LegCreated, 15, direction=facts.Direction.OUTBOUND)
    told = outgoing(out.leg_id)
    assert HOT_LINE.removeprefix("+") in told
    assert CALLER not in told
    assert "Li Lei" not in told


@pytest.mark.parametrize("shown", ["", CHOSEN])
def test_a_backup_line_sees_the_number_that_was_chosen_or_the_one_dialled(
    line: SwitchUnderTest, outgoing: Any, shown: str
) -> None:
    if not _is_real(line):
        line.carrier(answer_after=None)
    emergency = Route("acme", HOT_LINE, None, "backup", backup_number=CUSTOMER, shown_number=shown)
    line.web.routes[HOT_LINE] = emergency
    line.call(number=CALLER, name="Li Lei")
    out = line.log.wait(facts.LegCreated, 15, direction=facts.Direction.OUTBOUND)
    told = outgoing(out.leg_id)
    assert (shown or HOT_LINE).removeprefix("+") in told
    assert [
        one for one in (CALLER, "Li Lei", *([HOT_LINE.removeprefix("+")] if shown else [])) if one in told
    ] == []


@pytest.mark.parametrize("how", ["asked", "sent"])
def test_whom_an_agent_asks_or_sends_a_caller_to_sees_the_number_that_was_chosen(
    line: SwitchUnderTest, outgoing: Any, how: str
) -> None:
    talk = begin(line)
    if not _is_real(line):
        line.carrier(answer_after=None)
    ask = talk.consult if how == "asked" else talk.onward
    told = outgoing(ask(dials=CUSTOMER.removeprefix("+"), shown_number=CHOSEN))
    assert CHOSEN.removeprefix("+") in told
    assert [one for one in (HOT_LINE.removeprefix("+"), "1001", "13800001111") if one in told] == []
