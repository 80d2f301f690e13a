"""A floor that offers callbacks and has a line to the outside."""

import pytest

from tests.telephony.callbacks.desk import terms
from tests.telephony.office import Office


@pytest.fixture
def office(floor, settings) -> Office:
    settings.SWITCH = {**settings.SWITCH, "gateway": "127.0.0.1:5999"}
    made = Office(floor)
    terms(made)
    return made
