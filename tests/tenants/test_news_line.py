"""What Redis says on a connection that listens, cut from bytes that come in any pieces."""

import asyncio

import pytest
import redis

from tenants.news_line import Incomplete, NewsLine, cut

BODY = '{"type":"call","name":"王小明\\r\\n$5\\r\\n"}'.encode()
MESSAGE = b"$7\r\nmessage\r\n$13\r\nrt:acme:floor\r\n$%d\r\n%s\r\n" % (len(BODY), BODY)
SAID = [
    (b"*3\r\n" + MESSAGE, [b"message", b"rt:acme:floor", BODY]),
    (b">3\r\n" + MESSAGE, [b"message", b"rt:acme:floor", BODY]),
    (b">3\r\n$9\r\nsubscribe\r\n$2\r\nrt\r\n:1\r\n", [b"subscribe", b"rt", 1]),
    (b"*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n", [b"unsubscribe", None, 0]),
    (b"*2\r\n$4\r\npong\r\n$0\r\n\r\n", [b"pong", b""]),
    (b"+PONG\r\n", b"PONG"),
]


@pytest.mark.parametrize(("sent", "meant"), SAID)
def test_each_thing_said_is_understood_and_its_end_found(sent, meant):
    assert cut(b"xx" + sent + b"+NEXT\r\n", 2) == (meant, 2 + len(sent))
    for length in range(len(sent)):
        with pytest.raises(Incomplete):
            cut(sent[:length])


def test_a_refusal_is_an_error():
    with pytest.raises(redis.ResponseError, match="NOAUTH"):
        cut(b"-NOAUTH Authentication required.\r\n")


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_pieces_of_any_size_give_the_same(size):
    async def story() -> list:
        line, heard = NewsLine("redis://127.0.0.1:1/0"), []
        line._reader = asyncio.StreamReader()
        sent = b"".join(one for one, _meant in SAID)
        for begin in range(0, len(sent), size):
            line._reader.feed_data(sent[begin : begin + size])
            heard += await line.read()
        line._reader.feed_eof()
        with pytest.raises(redis.ConnectionError):
            await line.read()
        return heard

    assert asyncio.run(story()) == [meant for _sent, meant in SAID]


def test_nothing_is_said_by_a_connection_that_is_gone():
    async def story() -> None:
        with pytest.raises(redis.ConnectionError):
            await NewsLine("redis://127.0.0.1:1/0").say("PING")

    asyncio.run(story())
