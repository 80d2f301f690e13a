"""A request that is too large is refused in words while it comes: nothing of it lies on our disk."""

import asyncio

import pytest

from contactcenter.middleware.body_limit import BodyLimit

PIECE = bytes(64 * 1024)
GIGABYTES = 2 * 2**30


class Web:
    """As Django: takes the body whole before it does anything."""

    def __init__(self):
        self.taken = 0

    async def __call__(self, scope, receive, send):
        more = True
        while more:
            message = await receive()
            self.taken += len(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"taken"})


def post(pieces, *, length=None, language="en", most=1_000_000):
    web, sent, asked = Web(), [], iter(range(pieces))
    headers = [(b"accept-language", language.encode()), (b"host", b"acme.localhost")]
    headers += [(b"content-length", str(length).encode())] if length is not None else []
    scope = {"type": "http", "method": "POST", "path": "/prompts/", "headers": headers, "query_string": b""}

    async def receive():
        place = next(asked)
        return {"type": "http.request", "body": PIECE, "more_body": place < pieces - 1}

    async def send(message):
        sent.append(message)

    asyncio.run(BodyLimit(web, most)(scope, receive, send))
    return web, sent[0], b"".join(one.get("body", b"") for one in sent).decode(), pieces - len(list(asked))


def test_what_fits_goes_through():
    web, start, text, _read = post(3, length=3 * len(PIECE))
    assert (start["status"], text, web.taken) == (200, "taken", 3 * len(PIECE))


@pytest.mark.parametrize("length", ["9" * 5000, "9" * 19])
def test_a_length_longer_than_any_number_is_refused_as_well(length):
    _web, start, _text, read = post(9, length=length)
    assert (start["status"], read) == (413, 0)


@pytest.mark.parametrize("length", ["x", "-1", "²"])
def test_a_length_that_is_none_is_counted_as_it_comes(length):
    assert post(3, length=length)[1]["status"] == 200
    assert post(GIGABYTES // len(PIECE), length=length)[1]["status"] == 413


def test_two_gigabytes_are_refused_by_their_length_before_a_byte_is_read():
    web, start, text, read = post(9, length=GIGABYTES)
    assert (start["status"], web.taken, read) == (413, 0, 0)
    assert (b"connection", b"close") in start["headers"]
    assert "20 MB" in text


@pytest.mark.parametrize("length", [None, 10, 0])
def test_who_does_not_tell_the_length_is_refused_while_it_comes(length):
    web, start, text, read = post(GIGABYTES // len(PIECE), length=length)
    assert start["status"] == 413
    assert web.taken <= 1_000_000
    assert read == 1_000_000 // len(PIECE) + 1
    assert "20 MB" in text


def test_the_refusal_is_in_the_browsers_language():
    assert "20 MB" in post(1, length=GIGABYTES, language="zh-hans")[2]
    assert "文件" in post(1, length=GIGABYTES, language="zh-hans")[2]
