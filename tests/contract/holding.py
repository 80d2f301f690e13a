"""Hold, and its end, asked as the worker asks them: what comes too soon for the switch is asked again in a moment."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from telephony.switch import NotYet
from tests.contract.driver import SwitchUnderTest, wait_until


def put_on_hold(line: SwitchUnderTest, agent_leg: UUID) -> None:
    wait_until(lambda: is_taken(line.switch.hold, agent_leg), 5, "not put on hold")


def take_back(line: SwitchUnderTest, agent_leg: UUID) -> None:
    wait_until(lambda: is_taken(line.switch.unhold, agent_leg), 5, "not taken back")


def is_taken(change: Callable[[UUID], None], leg_id: UUID) -> bool:
    """It was sent, and need not be asked again."""
    try:
        change(leg_id)
    except NotYet:
        return False
    return True
