"""The same suite for every switch there is: `rehearsal` always, `freeswitch` where one is on PATH (with sipp)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.driver import SwitchUnderTest
from tests.contract.kinds import KINDS, under_test


@pytest.fixture(scope="session", params=KINDS)
def running_switch(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SwitchUnderTest]:
    kind = under_test(request.param)
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
