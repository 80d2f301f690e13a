"""The web process of the browser benchmark: one socket on the product's hub, one as the Channels tutorial has it."""

import asyncio
import os

from django.conf import settings

SCHEMA, AUDIENCE, GROUP = "bench", "queues", "queues"


def configure() -> None:
    """Settings enough for both paths; no database, no tenants."""
    if settings.configured:
        return
    url = os.environ["BENCH_REDIS"]
    # Without this the stock layer dies of redis-py's own time limit of five seconds whenever a socket is quiet so long.
    hosts = [{"address": url, "socket_timeout": None}]
    layer = {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": hosts}}
    settings.configure(REDIS_URL=url, CHANNEL_LAYERS={"default": layer}, SECRET_KEY="only for the benchmark")


configure()

from channels.generic.websocket import AsyncJsonWebsocketConsumer, AsyncWebsocketConsumer  # noqa: E402
from channels.routing import URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

from tenants.hub import hub  # noqa: E402
from tenants.mailbox import Mailbox  # noqa: E402


class HubSocket(AsyncWebsocketConsumer):
    """What tenants.sockets.MemberSocket does with the news, without sign-in and snapshot."""

    channel_layer_alias = "none"  # as in the product: there is no channel layer

    async def connect(self) -> None:
        await self.accept()
        self.mailbox = Mailbox()
        await hub().join(SCHEMA, AUDIENCE, self.mailbox)
        self.task = asyncio.create_task(self._forward())
        await self.send(text_data='{"type":"ready"}')

    async def _forward(self) -> None:
        while True:
            body = await self.mailbox.get()
            await self.send(text_data=body.decode())

    async def disconnect(self, code: int) -> None:
        self.task.cancel()
        await hub().leave(SCHEMA, AUDIENCE, self.mailbox)


class GroupSocket(AsyncJsonWebsocketConsumer):
    """The stock way: join a group, get a dict, send it as JSON."""

    async def connect(self) -> None:
        await self.accept()
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.send_json({"type": "ready"})

    async def news(self, event: dict) -> None:
        await self.send_json(event["message"])

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(GROUP, self.channel_name)


application = URLRouter([path("hub", HubSocket.as_asgi()), path("group", GroupSocket.as_asgi())])
