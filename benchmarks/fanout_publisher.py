"""Sends a queue's row to everybody and, between, small messages to one socket after the other, by one of the paths."""

import asyncio
import sys
import time
from collections.abc import Iterator

from benchmarks.fanout import OWN_FROM
from benchmarks.fanout_app import EVERYBODY, own
from benchmarks.screen_app import SCHEMA
from benchmarks.screen_publisher import message


def stream(size: int, seconds: int, everybody: int, each: int) -> Iterator[tuple[float, str, int]]:
    """(when, to whom, number), in time."""
    shared = [(place / everybody, EVERYBODY, place) for place in range(seconds * everybody)]
    alone = [(place / each, own(place % size), OWN_FROM + place) for place in range(seconds * each)]
    yield from sorted(shared + alone)


async def by_hub(news: Iterator[tuple[float, str, int]]) -> None:
    from tenants import realtime

    began = time.monotonic()
    for when, audience, number in news:
        await asyncio.sleep(max(0.0, began + when - time.monotonic()))
        realtime._deliver(realtime.channel_of(SCHEMA, audience), realtime.encode(message(number)))


async def by_group(news: Iterator[tuple[float, str, int]]) -> None:
    from channels.layers import get_channel_layer

    layer, began = get_channel_layer(), time.monotonic()
    for when, group, number in news:
        await asyncio.sleep(max(0.0, began + when - time.monotonic()))
        await layer.group_send(group, {"type": "news", "message": message(number)})


if __name__ == "__main__":
    send = by_group if sys.argv[1] == "group" else by_hub
    asyncio.run(send(stream(*(int(argument) for argument in sys.argv[2:6]))))
