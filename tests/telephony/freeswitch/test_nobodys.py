"""Calls that are nobody's: no fact, row or bill speaks of them, and no caller can make theirs one of them."""

import orjson
import pytest

from telephony.freeswitch import cdr
from telephony.freeswitch.readers import is_nobodys
from telephony.freeswitch.translate import Source, translate

ECHO = {"variable_sip_req_user": "echo", "Caller-Context": "devices"}


@pytest.mark.parametrize("event", [ECHO, {"variable_cc_test": "0" * 32, "Caller-Context": "public"}])
def test_of_the_echo_and_of_drills_there_is_nothing_to_tell(event):
    assert is_nobodys(event)
    assert translate({"Event-Name": "CHANNEL_CREATE", **event}, Source("one")) is None


@pytest.mark.parametrize(
    "event",
    [
        ECHO | {"Caller-Context": "public"},
        ECHO | {"variable_sip_req_user": "echo1"},
        ECHO | {"variable_sip_req_user": "1002"},
        {"Caller-Destination-Number": "echo", "Caller-Context": "devices"},
    ],
)
def test_a_caller_who_dials_its_name_and_a_phone_that_dials_another_are_told(event):
    assert not is_nobodys(event)


def test_the_record_of_the_echo_settles_nothing():
    record = {"variables": {"sip_req_user": "echo"}, "callflow": [{"caller_profile": {"context": "devices"}}]}
    assert cdr.settle(orjson.dumps(record), Source("one")) == []
