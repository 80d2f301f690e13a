"""What callers send as their name."""

import pytest

from telephony.text import name_or_nothing


@pytest.mark.parametrize("sent", ["", "+447700900104", "138 1234 2211", "(020) 7946-0101", "13812342211\x00"])
def test_a_number_sent_as_a_name_is_no_name(sent):
    assert name_or_nothing(sent, 255) == ""


def test_a_name_stays_a_name():
    assert name_or_nothing("Wang Fang\r\n7", 255) == "Wang Fang 7"
