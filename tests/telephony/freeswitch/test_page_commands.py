"""A page that was loaded again is asked where it is now; every other phone is where it was."""

import json
from uuid import UUID

import pytest

from telephony.freeswitch import page_commands
from telephony.switch import UnsafeValue

LEG = UUID("097cee7b-d056-4e77-8f7a-f258b52d980f")
CONTACT = (
    "sofia/internal/sip:l8j9kp0k@oacguil7hi1s.invalid;transport=ws;fs_nat=yes;"
    "fs_path=sip%3Al8j9kp0k%40127.0.0.1%3A57170%3Btransport%3Dws"
)


def dump(user: str, domain: str = "acme.localhost") -> str:
    return json.dumps({"variable_dialed_user": user, "variable_dialed_domain": domain})


def test_a_page_is_asked_for_by_its_own_name():
    asked = page_commands.asked_contact(dump("page-0123456789abcdef01234567"))
    assert asked == "api sofia_contact internal/page-0123456789abcdef01234567@acme.localhost"


@pytest.mark.parametrize("said", [dump("1001"), dump(""), dump("page-01234567", ""), "-ERR No such channel!"])
def test_nobody_else_is_asked(said: str):
    assert page_commands.asked_contact(said) is None


def test_what_the_switch_says_next_goes_to_the_line_of_now():
    moved = page_commands.move(LEG, CONTACT)
    assert moved == f"api uuid_setvar {LEG} sip_route_uri sip:127.0.0.1:57170;transport=ws"
    assert page_commands.move(LEG, f"{CONTACT}s").endswith("transport=wss")


@pytest.mark.parametrize(
    "said",
    [
        "error/user_not_registered",
        "sofia/internal/sip:1001@192.0.2.7:5060",
        CONTACT.replace("127.0.0.1", "evil.example"),
        CONTACT.replace("57170", "57170%20hangup"),
    ],
)
def test_a_page_without_a_line_is_left_where_it_was(said: str):
    assert page_commands.move(LEG, said) is None


def test_a_domain_that_could_change_a_command_is_refused():
    with pytest.raises(UnsafeValue):
        page_commands.asked_contact(dump("page-01234567", "acme.localhost hupall"))
