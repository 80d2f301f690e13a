"""The same suite for every switch there is: `rehearsal` always, `freeswitch` where one is on PATH (with sipp)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.contract.driver import SwitchUnderTest

KINDS = ["rehearsal", pytest.param("freeswitch", marks=[pytest.mark.freeswitch, pytest.mark.sipp])]


def _under_test(kind: str) -> type[SwitchUnderTest]:
    if kind == "freeswitch":
        for program in ("freeswitch", "sipp"):
            if not shutil.which(program):
                pytest.skip(f"no {program} on PATH")
        from tests.contract.real import FreeSwitchUnderTest

        return FreeSwitchUnderTest
    rehearsal = pytest.importorskip("tests.contract.rehearsed", reason="no rehearsal switch yet")
    return rehearsal.RehearsalUnderTest


@pytest.fixture(scope="session", params=KINDS)
def running_switch(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SwitchUnderTest]:
    kind = _under_test(request.param)
    switch = kind(tmp_path_factory.mktemp(request.param))
    switch.start()
    yield switch
    switch.stop()


@pytest.fixture
def line(running_switch: SwitchUnderTest) -> Iterator[SwitchUnderTest]:
    """A quiet switch with a beating router and one number, +862155500001, that leads to acme's queue 7."""
    running_switch.begin_test()
    yield running_switch
    running_switch.end_test()
