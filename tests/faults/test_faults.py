"""The short form of each fault, on the rehearsal switch. `make faults F=n` does the same for long (docs/faults.md)."""

import pytest

from tests.faults import checker
from tests.faults.catalogue import FAULTS, short_form

pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize("number", FAULTS, ids=[fault.ID for fault in FAULTS.values()])
def test_fault(number: int, django_db_setup: None) -> None:
    result = short_form(FAULTS[number])
    assert result.passed, result.seen


def test_each_wrong_is_found() -> None:
    """A checker that finds nothing is worth nothing until it has found something."""
    assert checker.Verdict({}, {"dropped": []}).is_clean
    assert not checker.Verdict({}, {"dropped": ["one"]}).is_clean
