"""The kinds of switch a test can be run on: `rehearsal` always, `freeswitch` where one is on PATH (with sipp)."""

from __future__ import annotations

import shutil

import pytest

from tests.contract.driver import SwitchUnderTest

KINDS = ["rehearsal", pytest.param("freeswitch", marks=[pytest.mark.freeswitch, pytest.mark.sipp])]


def under_test(kind: str) -> type[SwitchUnderTest]:
    """The class that starts a switch of this kind; skips the test where what it needs is not on PATH."""
    if kind == "freeswitch":
        for program in ("freeswitch", "sipp"):
            if not shutil.which(program):
                pytest.skip(f"no {program} on PATH")
        from tests.contract.real import FreeSwitchUnderTest

        return FreeSwitchUnderTest
    rehearsal = pytest.importorskip("tests.contract.rehearsed", reason="no rehearsal switch yet")
    return rehearsal.RehearsalUnderTest
