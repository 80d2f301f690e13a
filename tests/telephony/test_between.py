"""Commands that go to another cell come out of the road as they went in."""

from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID, uuid4

import orjson
import pytest

from telephony.switch import (
    ConsultCommand,
    EarCommand,
    EarMode,
    OfferCommand,
    OnwardCommand,
    OutsidePhone,
    ParkCommand,
    QueueEntry,
    RungPhone,
)
from telephony.worker.between import COMMANDS, read

A, B, C = (UUID(int=number) for number in (1, 2, 3))
ENTRY = QueueEntry(
    tenant="acme",
    queue_id=7,
    priority=0,
    max_wait_seconds=300,
    language="en",
    queued_at=datetime(2026, 11, 20, 8, tzinfo=UTC),
)
OF_ALL = {"tenant": "acme", "call_id": C, "timeout_seconds": 10}
MOBILE = OutsidePhone(dials="+8613800138000", shown_number="1", language="zh")
SENT = {
    "offer": {
        "command": OfferCommand(
            **OF_ALL,
            offer_id=B,
            caller_leg_id=C,
            agent_id=1,
            epoch=1,
            username="1001",
            domain="d",
            outside=MOBILE,
            together=(RungPhone(offer_id=uuid4(), agent_id=2, username="1002", outside=MOBILE),),
            is_parked=True,
        )
    },
    "consult": {
        "command": ConsultCommand(
            **OF_ALL,
            consult_id=B,
            agent_leg_id=A,
            caller_leg_id=C,
            entry=ENTRY,
            epoch=1,
            username="1002",
            outside=MOBILE,
        )
    },
    "send_to_number": {
        "command": OnwardCommand(
            **OF_ALL, onward_id=B, caller_leg_id=C, entry=ENTRY, dials="139", shown_number="1"
        )
    },
    "park": {"command": ParkCommand(tenant="acme", caller_leg_id=C, agent_leg_id=A, entry=ENTRY, seconds=60)},
    "listen": {
        "command": EarCommand(
            **OF_ALL, ear_id=B, agent_leg_id=A, agent_id=3, epoch=1, username="1003", domain="d"
        )
    },
    "conference": {"agent_leg_id": A, "caller_leg_id": C, "call_id": C},
    "set_ear": {"ear_leg_id": B, "mode": EarMode.BARGE},
    "move_ear": {"ear_leg_id": B, "agent_leg_id": A},
    "mask_recording": {"leg_id": A, "path": "acme/a.wav", "is_masked": True},
    "send_digits": {"leg_id": C, "digits": "12#"},
    "send_to_queue": {"leg_id": C, "entry": ENTRY},
}


@pytest.mark.parametrize("name", SENT)
def test_a_command_arrives_as_it_was_sent(name):
    values = SENT[name]
    plain = {
        key: asdict(value) if hasattr(value, "__dataclass_fields__") else value
        for key, value in values.items()
    }
    arrived = orjson.loads(orjson.dumps(plain))
    assert {key: read(COMMANDS[name][key], value) for key, value in arrived.items()} == values
