"""The web process of the fan-out benchmark: many sockets that hear a queue's state and, each, what is theirs alone."""

import asyncio
import itertools
from typing import Any

from benchmarks.screen_app import SCHEMA, configure

configure()

from channels.generic.websocket import AsyncJsonWebsocketConsumer, AsyncWebsocketConsumer  # noqa: E402
from channels.routing import URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

from tenants.hub import hub  # noqa: E402
from tenants.mailbox import Mailbox  # noqa: E402

EVERYBODY = "queues"
_places = itertools.count()


def own(place: int) -> str:
    """The audience, and the group, of one socket alone."""
    return f"agent.{place}"


class HubSocket(AsyncWebsocketConsumer):
    """The road of news of tenants.sockets.MemberSocket, without sign-in and snapshot."""

    channel_layer_alias = "none"  # as in the product: there is no channel layer

    async def connect(self) -> None:
        await self.accept()
        self.mailbox, self.place = Mailbox(), next(_places)
        self.audiences = (EVERYBODY, own(self.place))
        await asyncio.gather(*(hub().join(SCHEMA, audience, self.mailbox, 60) for audience in self.audiences))
        self.task = asyncio.create_task(self._forward())
        await self.send(text_data=f'{{"type":"ready","place":{self.place}}}')

    async def _forward(self) -> None:
        while True:
            await self.send(text_data=(await self.mailbox.get()).decode())

    async def disconnect(self, code: int) -> None:
        self.task.cancel()
        for audience in self.audiences:
            await hub().leave(SCHEMA, audience, self.mailbox)


class GroupSocket(AsyncJsonWebsocketConsumer):
    """The stock way: two groups, a dict for each message, sent as JSON."""

    async def connect(self) -> None:
        await self.accept()
        self.place = next(_places)
        self.joined = (EVERYBODY, own(self.place))
        for group in self.joined:
            await self.channel_layer.group_add(group, self.channel_name)
        await self.send_json({"type": "ready", "place": self.place})

    async def news(self, event: dict[str, Any]) -> None:
        await self.send_json(event["message"])

    async def disconnect(self, code: int) -> None:
        for group in self.joined:
            await self.channel_layer.group_discard(group, self.channel_name)


application = URLRouter([path("hub", HubSocket.as_asgi()), path("group", GroupSocket.as_asgi())])
