"""What a phone in a page may say to the switch: register as itself, and speak within its calls."""

import pytest

from telephony.sip_frames import is_allowed, is_echo_call

ME = {"username": "page-0123456789ab", "domain": "acme.localhost"}
MINE = "<sip:page-0123456789ab@acme.localhost>"


def request(line: str, *, sender: str = MINE, to: str = MINE, more: str = "") -> str:
    return (
        f"{line} SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bK1\r\nMax-Forwards: 69\r\n"
        f"From: {sender};tag=abc\r\nTo: {to}\r\nCall-ID: 1\r\nCSeq: 1 X\r\n{more}Content-Length: 0\r\n\r\n"
    )


REGISTER = "REGISTER sip:acme.localhost"
CALLED = "INVITE sip:mod_sofia@127.0.0.1:5060"


@pytest.mark.parametrize(
    "frame",
    [
        request(REGISTER),
        request(REGISTER, more="Authorization: Digest username=x\r\n"),
        "SIP/2.0 200 OK\r\n\r\n",
        "\r\n\r\n",
        "\r\n",
        request(CALLED, to="<sip:13800001111@127.0.0.1>;tag=def"),
        request("BYE sip:mod_sofia@127.0.0.1:5060", to="<sip:13800001111@127.0.0.1>;tag=def"),
        request("ACK sip:mod_sofia@127.0.0.1:5060", to='"a; b" <sip:1@127.0.0.1>;tag=def'),
    ],
)
def test_what_our_page_says_passes(frame: str):
    assert is_allowed(frame, **ME)


@pytest.mark.parametrize(
    "frame",
    [
        request("REGISTER sip:globex.localhost"),
        request(REGISTER, sender="<sip:page-0123456789ab@globex.localhost>"),
        request(REGISTER, to="<sip:1001@acme.localhost>"),
        request(REGISTER, sender="<sip:1001@acme.localhost>"),
        request(REGISTER, sender="sip:page-0123456789ab@acme.localhost"),
        request(REGISTER, more="f: <sip:1001@acme.localhost>\r\n"),
        request(REGISTER, more="TO : <sip:1001@acme.localhost>\r\n"),
        request("INVITE sip:+8613800001111@acme.localhost"),
        request("INVITE sip:1002@acme.localhost", to="<sip:1002@acme.localhost>"),
        request("MESSAGE sip:1002@acme.localhost"),
        request("SUBSCRIBE sip:1002@acme.localhost", to=f"{MINE};tag=def"),
        request("OPTIONS sip:acme.localhost", to=f"{MINE};tag=def"),
        "INVITE sip:1002@acme.localhost SIP/2.0\nTo: <sip:1002@acme.localhost>;tag=x\n\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "event plain ALL\r\n\r\n",
        "SIP/2.1 200 OK\r\n\r\n",
    ],
)
def test_nothing_else_passes(frame: str):
    assert not is_allowed(frame, **ME)


ECHO = "<sip:echo@acme.localhost>"
CALLS_ECHO = "INVITE sip:echo@acme.localhost"


@pytest.mark.parametrize(
    "frame",
    [
        request(CALLS_ECHO, to=ECHO),
        request("ACK sip:echo@acme.localhost", to=f"{ECHO};tag=def"),
        request("CANCEL sip:echo@acme.localhost", to=ECHO),
        request("BYE sip:mod_sofia@127.0.0.1:5060", to=f"{ECHO};tag=def"),
        "SIP/2.0 200 OK\r\n\r\n",
        "\r\n\r\n",
    ],
)
def test_a_page_that_tries_its_way_for_sound_calls_the_echo(frame: str):
    assert is_echo_call(frame, **ME)


@pytest.mark.parametrize(
    "frame",
    [
        request(REGISTER),
        request(CALLS_ECHO, to="<sip:1002@acme.localhost>"),
        request(CALLS_ECHO, to="<sip:echo@globex.localhost>"),
        request(CALLS_ECHO, to=ECHO, sender="<sip:1001@acme.localhost>"),
        request("INVITE sip:1002@acme.localhost", to=ECHO),
        request("INVITE sip:echo@globex.localhost", to=ECHO),
        request("MESSAGE sip:echo@acme.localhost", to=ECHO),
        request("REFER sip:echo@acme.localhost", to=ECHO),
        request(CALLS_ECHO, to=ECHO, more="t: <sip:1002@acme.localhost>\r\n"),
    ],
)
def test_and_nobody_else(frame: str):
    assert not is_echo_call(frame, **ME)


def test_the_phone_s_own_line_calls_nobody_not_even_the_echo():
    assert not is_allowed(request(CALLS_ECHO, to=ECHO), **ME)
