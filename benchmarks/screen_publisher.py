"""Sends stamped queue rows at a steady pace by one of the paths; prints the seconds it took."""

import asyncio
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.screen_app import AUDIENCE, GROUP, SCHEMA, configure

configure()

ROW = {
    "id": 7,
    "name": "售后服务",
    "waiting": 12,
    "longest_wait_seconds": 83.4,
    "agents": {"ready": 4, "talking": 9, "wrap_up": 2, "not_ready": 3},
    "service_level": 78.6,
    "offered": 812,
    "answered": 779,
    "abandoned": 21,
    "flow_out": 12,
    "note": "a row as long as those the floor shows for one queue of a busy day",
}


def message(number: int) -> dict[str, Any]:
    return {"type": "queue", "number": number, "sent": time.time_ns(), "row": ROW | {"version": number}}


def paced(rate: float, events: int, send: Callable[[dict[str, Any]], object]) -> None:
    """One every 1/rate seconds of the clock; late ones follow at once."""
    began = time.monotonic()
    for number in range(events):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        send(message(number))


def by_hub(rate: float, events: int) -> None:
    from tenants import realtime

    channel = realtime.channel_of(SCHEMA, AUDIENCE)
    paced(rate, events, lambda news: realtime._deliver(channel, realtime.encode(news)))


def by_group_sync(rate: float, events: int) -> None:
    from asgiref.sync import async_to_sync
    from channels.layers import get_channel_layer

    send = async_to_sync(get_channel_layer().group_send)
    paced(rate, events, lambda news: send(GROUP, {"type": "news", "message": news}))


def by_group(rate: float, events: int) -> None:
    asyncio.run(_group(rate, events))


async def _group(rate: float, events: int) -> None:
    from channels.layers import get_channel_layer

    layer, began = get_channel_layer(), time.monotonic()
    for number in range(events):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        await layer.group_send(GROUP, {"type": "news", "message": message(number)})


if __name__ == "__main__":
    publish = {"hub": by_hub, "group": by_group, "group_sync": by_group_sync}[sys.argv[1]]
    started = time.monotonic()
    publish(float(sys.argv[2]), int(sys.argv[3]))
    print(time.monotonic() - started)
