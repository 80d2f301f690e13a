"""Bytes of the event socket become frames and events, wherever the stream is cut and whatever is in it."""

from __future__ import annotations

import random

import pytest

from telephony.freeswitch.connection import BadFrame, Framer, parse_event
from tests.telephony.freeswitch.event_server import GREETING, answer, event, raw_event, reply

HOSTILE = "Bob%0Avariable_cc_tenant: globex%0AEvent-Name: CHANNEL_HANGUP_COMPLETE\nContent-Length: 0\n\n"


def test_a_stream_may_be_cut_at_every_byte() -> None:
    stream = GREETING + reply("+OK") + event({"Event-Name": "X", "name": "王芳\n\n"}) + answer("äöü\n\n+OK")
    whole = [(frame.headers, frame.body) for frame in Framer().feed(stream)]
    assert len(whole) == 4
    for cut in range(1, len(stream)):
        framer = Framer()
        frames = framer.feed(stream[:cut]) + framer.feed(stream[cut:])
        assert [(frame.headers, frame.body) for frame in frames] == whole


def test_lengths_count_bytes_not_letters() -> None:
    first, second = Framer().feed(answer("王芳王芳") + reply("+OK next"))
    assert first.text == "王芳王芳"
    assert second.text == "+OK next"


def test_a_hostile_value_stays_in_its_header() -> None:
    [frame] = Framer().feed(event({"Event-Name": "CHANNEL_ANSWER", "variable_name": HOSTILE}))
    found = parse_event(frame.body)
    assert found == {"Event-Name": "CHANNEL_ANSWER", "variable_name": HOSTILE}


def test_the_first_of_repeated_headers_counts() -> None:
    [frame] = Framer().feed(b"Content-Type: command/reply\nReply-Text: +OK\nReply-Text: -ERR\n\n")
    assert frame.text == "+OK"


def test_bytes_that_are_no_text_are_replaced() -> None:
    body = b'{"Event-Name": "CHANNEL_ANSWER", "variable_name": "caf\xe9 \xff"}'
    [frame] = Framer().feed(raw_event(body))
    assert parse_event(frame.body)["variable_name"] == "caf\ufffd \ufffd"


@pytest.mark.parametrize("length", ["-1", "1e3", "99999999999", "٣", "0x10", " "])
def test_an_impossible_length_ends_the_connection(length: str) -> None:
    with pytest.raises(BadFrame):
        Framer().feed(f"Content-Length: {length}x\n\n".encode())


def test_a_header_without_an_end_ends_the_connection() -> None:
    with pytest.raises(BadFrame):
        Framer().feed(b"x" * 70_000)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'"x"', b"\xff"])
def test_a_body_that_is_no_event_is_an_error_not_a_crash(body: bytes) -> None:
    with pytest.raises(ValueError):
        parse_event(body)


def test_noise_raises_nothing_but_a_bad_frame() -> None:
    luck = random.Random(7)
    alphabet = [
        b"\n",
        b"\n\n",
        b"Content-Length: ",
        b"12",
        b": ",
        b"{",
        b"\xff",
        b"x",
        b"Content-Type: text/event-json",
    ]
    for _ in range(5000):
        framer = Framer()
        try:
            for _ in range(4):
                framer.feed(b"".join(luck.choices(alphabet, k=12)))
        except BadFrame:
            continue
