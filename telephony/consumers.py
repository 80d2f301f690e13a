"""Two sockets: the agent's workspace and the supervisors' floor; audiences and a snapshot each. More: phone_socket."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from functools import partial
from typing import Any, Self
from uuid import uuid4

from django.urls import path

from telephony import policies
from telephony.call_orders import CALL_ORDERS
from telephony.errors import OrderNotUnderstood, TelephonyUnreachable
from telephony.floor_orders import SUPERVISION_ORDERS
from telephony.orders import Order, PageClosed, PageOpened, PageSeen, parse_order, send_order, send_orders
from telephony.phone_check_socket import PhoneCheckConsumer
from telephony.phone_orders import PHONE_ORDERS
from telephony.phone_socket import EchoConsumer, PhoneConsumer
from telephony.queries import agent as agent_by_id
from telephony.queries import agent_of
from telephony.queries.agents import agent_ids_of
from telephony.queries.supervision import agents_seen_by
from telephony.recording_orders import RECORDING_ORDERS
from telephony.serializers import led, snapshots
from telephony.serializers.workspaces import workspaces
from tenants.errors import NotAllowed
from tenants.people.actions import record_audit
from tenants.sockets import NEED_NOT_BE_AT_ONCE, BadMessage, MemberSocket, gathered

WORKSPACE_ORDERS = frozenset(
    {
        "set_ready", "set_not_ready", "answer", "hang_up", "hold", "unhold", "transfer_to_queue",
        "transfer_to_agent", "finish_wrap_up", "extend_wrap_up",
        *(kind.type for kind in CALL_ORDERS),
        *RECORDING_ORDERS,
        *(kind.type for kind in PHONE_ORDERS),
    }
)  # fmt: skip
FLOOR_ORDERS = frozenset({"set_not_ready", "sign_out", *(kind.type for kind in SUPERVISION_ORDERS)})
PAGE_SEEN_EVERY = 15.0
"""Seconds; the worker signs an agent out when none of their pages was seen for three times as long."""
FIGURES_EVERY = 1.0
"""Seconds between the floor's figures; several pages of one tenant share what was counted (serializers.floor.KEPT)."""
MOST_QUEUES = 500


def order_of(message: dict[str, Any], allowed: frozenset[str]) -> Order:
    if message["type"] not in allowed:
        raise BadMessage
    try:
        return parse_order(message)
    except OrderNotUnderstood as error:
        raise BadMessage from error


def give(order: Order, member: Any) -> None:
    """Policy, then the road of orders; the answer is the news that comes back."""
    agent = agent_by_id(order.agent_id) if order.agent_id else agent_of(member)
    if not policies.can_order(member, order, agent):
        raise NotAllowed
    send_order(order, member=member)
    if agent and agent.member_id != member.pk:
        record_audit(verb=f"ordered {order.type}", subject=agent, actor=member)


def colleagues(agent_id: int | None) -> dict[str, Any]:
    """Everybody, and where this agent may transfer to."""
    limits = snapshots.transfers(agent_id) if agent_id else None
    return {"type": "colleagues", "rows": snapshots.everybody(), "transfers": limits}


class WorkspaceConsumer(MemberSocket):
    """`/ws/workspace/`: an agent's own state, call and offers, and the queues; everybody's state while it is watched.

    Of a thousand agents each changes state several times a minute: who looks at nobody need not hear of all.
    """

    agent_id: int | None = None
    page = ""

    def admit(self, member: Any) -> bool:
        return policies.can_work(member)

    @classmethod
    def prepare(cls, sockets: Sequence[Self]) -> None:
        agents = agent_ids_of([socket.scope["member"].pk for socket in sockets])
        for socket in sockets:
            socket.agent_id = agents.get(socket.scope["member"].pk)

    def audiences(self) -> list[str]:
        own = [f"agent.{self.agent_id}"] if self.agent_id else []
        return [*own, "workspaces"]

    def watchable(self) -> dict[str, tuple[str, Any]]:
        return {"colleagues": ("colleagues", partial(colleagues, self.agent_id))}

    @classmethod
    def snapshots(cls, sockets: Sequence[Self]) -> list[dict[str, Any]]:
        return workspaces([socket.scope["member"] for socket in sockets])

    def obey(self, member: Any, message: dict[str, Any]) -> None:
        order = order_of(message, WORKSPACE_ORDERS)
        if order.agent_id not in (0, self.agent_id):
            raise BadMessage
        give(order, member)

    async def connect(self) -> None:
        self.page = uuid4().hex
        await super().connect()
        if self._is_open:
            self.run_beside(self._say_that_it_is_open)

    async def _say_that_it_is_open(self) -> None:
        while True:
            await asyncio.sleep(PAGE_SEEN_EVERY)
            await self._ask(_SEEN)

    @classmethod
    def arrived(cls, sockets: Sequence[Self]) -> None:
        cls._tell(PageOpened, sockets)

    @classmethod
    def left(cls, sockets: Sequence[Self]) -> None:
        cls._tell(PageClosed, sockets)

    @classmethod
    def seen_all(cls, sockets: Sequence[Self]) -> list[None]:
        cls._tell(PageSeen, sockets)
        return [None] * len(sockets)

    @staticmethod
    def _tell(kind: type[PageOpened | PageSeen | PageClosed], sockets: "Sequence[WorkspaceConsumer]") -> None:
        """The worker closes an agent's day when the last page is gone for a while; without it nothing is due."""
        pages = [
            (kind(agent_id=one.agent_id, page=one.page), one.scope["member"])
            for one in sockets
            if one.agent_id is not None
        ]
        with contextlib.suppress(TelephonyUnreachable):
            send_orders(pages)


_SEEN = gathered("seen_all", wait=NEED_NOT_BE_AT_ONCE)


class FloorConsumer(MemberSocket):
    """`/ws/floor/`: every queue, the agents and live calls this leader sees, what rings, and the day's figures.

    A supervisor who leads groups sees their agents and calls, and the callers nobody has taken yet.
    """

    led: frozenset[int] | None = None
    """Ids of the agents they see; None: everybody. Asked anew with each check of the membership."""
    looked_at: tuple[int, ...] | None = None
    """Queues the figures are of; None: all."""

    def admit(self, member: Any) -> bool:
        if not policies.can_see_floor(member):
            return False
        self.led = agents_seen_by(member)
        return True

    def audiences(self) -> list[str]:
        return ["floor", "queues", f"member.{self.scope['member'].pk}"]

    def snapshot(self) -> dict[str, Any]:
        return led.part_of_floor(snapshots.floor(self.looked_at), self.led)

    def told(self, body: bytes) -> bytes | None:
        return body if self.led is None else led.part_of_news(body, self.led)

    def obey(self, member: Any, message: dict[str, Any]) -> None:
        if message["type"] == "look_at":
            self.looked_at = queues_of(message)
        else:
            give(order_of(message, FLOOR_ORDERS), member)

    async def connect(self) -> None:
        await super().connect()
        if self._is_open:
            self.run_beside(self._send_figures)

    async def _send_figures(self) -> None:
        while True:
            await asyncio.sleep(FIGURES_EVERY)
            figures = await self._in_tenant(snapshots.figures, self.looked_at)
            await self._send({"type": "figures", "at": time.time_ns() // 1_000_000, **figures})


def queues_of(message: dict[str, Any]) -> tuple[int, ...] | None:
    """`{"queues": [3, 5]}`; none at all, or an empty list, are all queues."""
    asked = message.get("queues")
    if not asked:
        return None
    if not isinstance(asked, list) or len(asked) > MOST_QUEUES or not all(type(one) is int for one in asked):
        raise BadMessage
    return tuple(sorted({one for one in asked if 0 < one < 2**31}))


websocket_urlpatterns = [
    path("ws/workspace/", WorkspaceConsumer.as_asgi()),
    path("ws/floor/", FloorConsumer.as_asgi()),
    path("ws/phone/", PhoneConsumer.as_asgi()),
    path("ws/phone-check/", PhoneCheckConsumer.as_asgi()),
    path("ws/phone-echo/", EchoConsumer.as_asgi()),
]
