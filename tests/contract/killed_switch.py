"""kill -9 of a switch under test."""

from __future__ import annotations

from tests.contract.driver import SwitchUnderTest, wait_until


def kill_and_start_again(line: SwitchUnderTest) -> None:
    """A new run with nothing on it and nobody registered; returns when it is heard and ready."""
    assert line.process is not None
    before = line.switch.core_uuid
    line.process.kill()
    line.process.wait()
    line._launch()
    wait_until(lambda: line.switch.core_uuid not in ("", before), 30, "the switch did not come back")
    wait_until(line._is_ready, 20, "the switch did not become ready")
    for party in line.parties:
        party.stop()
    line.parties.clear()
    # What the dead one did not tell the end of is nobody's news any more.
    line.log.begin()
