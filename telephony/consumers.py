"""Two sockets: the agent's workspace and the supervisors' floor; audiences and a snapshot each. A third: phone_socket."""

import asyncio
from typing import Any
from uuid import uuid4

from django.urls import path
from django.utils import timezone

from telephony import policies
from telephony.call_orders import CALL_ORDERS
from telephony.errors import OrderNotUnderstood, TelephonyUnreachable
from telephony.floor_orders import SUPERVISION_ORDERS
from telephony.orders import Order, PageClosed, PageOpened, PageSeen, parse_order, send_order
from telephony.phone_orders import PHONE_ORDERS
from telephony.phone_socket import PhoneConsumer
from telephony.queries import agent as agent_by_id
from telephony.queries import agent_of
from telephony.recording_orders import RECORDING_ORDERS
from telephony.serializers import snapshots
from telephony.serializers.messages import messages_snapshot
from tenants.errors import NotAllowed
from tenants.people.actions import record_audit
from tenants.sockets import BadMessage, MemberSocket

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
FIGURES_EVERY = 5.0
"""Seconds between the floor's figures: they are averages of a day, not states."""


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


class WorkspaceConsumer(MemberSocket):
    """`/ws/workspace/`: an agent's own state, call and offers, the queues, and the colleagues one may transfer to."""

    agent_id: int | None = None
    page = ""

    def admit(self, member: Any) -> bool:
        return policies.can_work(member)

    def audiences(self) -> list[str]:
        agent = agent_of(self.scope["member"])
        self.agent_id = agent.pk if agent else None
        own = [f"agent.{agent.pk}"] if agent else []
        return [*own, "queues", "colleagues"]

    def snapshot(self) -> dict[str, Any]:
        member = self.scope["member"]
        agent = agent_of(member)
        return snapshots.workspace(agent) | messages_snapshot(member, agent, timezone.now())

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
            await self._in_tenant(self._tell, PageSeen)

    def arrived(self) -> None:
        self._tell(PageOpened)

    def left(self) -> None:
        self._tell(PageClosed)

    def _tell(self, kind: type[PageOpened | PageSeen | PageClosed]) -> None:
        """The worker closes an agent's day when the last page is gone for a while; without it nothing is due."""
        if self.agent_id is None:
            return
        try:
            send_order(kind(agent_id=self.agent_id, page=self.page), member=self.scope["member"])
        except TelephonyUnreachable:
            return


class FloorConsumer(MemberSocket):
    """`/ws/floor/`: every queue, agent and live call, and the day's figures."""

    def admit(self, member: Any) -> bool:
        return policies.can_see_floor(member)

    def audiences(self) -> list[str]:
        return ["floor", "queues", f"member.{self.scope['member'].pk}"]

    def snapshot(self) -> dict[str, Any]:
        return snapshots.floor()

    def obey(self, member: Any, message: dict[str, Any]) -> None:
        give(order_of(message, FLOOR_ORDERS), member)

    async def connect(self) -> None:
        await super().connect()
        if self._is_open:
            self.run_beside(self._send_figures)

    async def _send_figures(self) -> None:
        while True:
            await asyncio.sleep(FIGURES_EVERY)
            figures = await self._in_tenant(snapshots.figures)
            await self._send({"type": "figures", **figures})


websocket_urlpatterns = [
    path("ws/workspace/", WorkspaceConsumer.as_asgi()),
    path("ws/floor/", FloorConsumer.as_asgi()),
    path("ws/phone/", PhoneConsumer.as_asgi()),
]
