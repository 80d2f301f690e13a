"""The least a server must do: Redis to many sockets, by the `websockets` library alone; no Django, no Channels."""

import asyncio
import itertools
import os
import sys

import redis.asyncio
import websockets

from benchmarks.screen_app import SCHEMA

EVERYBODY = f"rt:{SCHEMA}:queues"


async def main(port: int) -> None:
    sockets: dict[str, set[websockets.ServerConnection]] = {EVERYBODY: set()}
    places = itertools.count()

    async def serve(socket: websockets.ServerConnection) -> None:
        place = next(places)
        own = f"rt:{SCHEMA}:agent.{place}"
        sockets[EVERYBODY].add(socket)
        sockets[own] = {socket}
        await socket.send(f'{{"type":"ready","place":{place}}}')
        try:
            await socket.wait_closed()
        finally:
            sockets[EVERYBODY].discard(socket)
            del sockets[own]

    async def hear() -> None:
        client = redis.asyncio.Redis.from_url(os.environ["BENCH_REDIS"])
        async with client.pubsub() as pubsub:
            await pubsub.psubscribe(f"rt:{SCHEMA}:*")
            async for message in pubsub.listen():
                if message["type"] == "pmessage":
                    listeners = sockets.get(message["channel"].decode(), ())
                    websockets.broadcast(listeners, message["data"].decode())

    async with websockets.serve(serve, "127.0.0.1", port, compression=None, ping_interval=None):
        await hear()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
