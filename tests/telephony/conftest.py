import pytest

from tests.fakes.switch import FakeClock, FakeSwitch
from tests.telephony.arriving import number, spare  # noqa: F401  (fixtures)
from tests.telephony.floor import Floor
from tests.telephony.housing import cells  # noqa: F401  (a fixture)
from tests.telephony.line import boss, line, sent, today  # noqa: F401  (fixtures)
from tests.telephony.prepared import lines, outside_line  # noqa: F401  (fixtures)
from tests.telephony.watching import agent, office  # noqa: F401  (fixtures of a watched floor)


@pytest.fixture
def floor(acme, member, now) -> Floor:
    """acme's floor."""
    return Floor(acme, member, FakeSwitch(FakeClock(now)))


@pytest.fixture
def other_floor(globex, member, now) -> Floor:
    """globex's floor, which is to hear nothing of acme's."""
    return Floor(globex, member, FakeSwitch(FakeClock(now)), number="+442079460000")
