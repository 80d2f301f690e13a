"""The road of orders: what a browser or a machine may ask of the telephony worker.

An order changes no call. It travels through Redis to the worker that holds the cell's lease; the fact that
comes back from the switch is what changes things. A refusal comes back as `order_refused` on the agent's audience.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID, uuid4

import orjson
import redis
from django.conf import settings
from django.utils import timezone, translation

from telephony.errors import NoCallHere, OrderNotUnderstood, TelephonyUnreachable
from telephony.queries import agent_of
from tenants.context import current_schema, current_tenant

LONGEST_TEXT = 64
TEXT_LIMITS = MappingProxyType({"note": 4000, "page": 40})
TOO_LATE_SECONDS = 10.0
"""An order older than this when it is read is refused: nobody wants an answer to the click before last."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """`agent_id` 0 means the sender's own agent."""

    type: ClassVar[str] = ""
    is_of_agent: ClassVar[bool] = True
    """False: it is about the floor, and whoever gives it need not work as an agent."""
    agent_id: int = 0


@dataclass(frozen=True, kw_only=True)
class SignIn(Order):
    type = "sign_in"


@dataclass(frozen=True, kw_only=True)
class SignOut(Order):
    type = "sign_out"


@dataclass(frozen=True, kw_only=True)
class PageOpened(Order):
    """`page` names one open page, so that several of one agent are told apart."""

    type = "page_opened"
    page: str = ""


@dataclass(frozen=True, kw_only=True)
class PageSeen(Order):
    """It is still open: told again and again, because a worker that took over has seen none open."""

    type = "page_seen"
    page: str = ""


@dataclass(frozen=True, kw_only=True)
class PageClosed(Order):
    type = "page_closed"
    page: str = ""


@dataclass(frozen=True, kw_only=True)
class SetReady(Order):
    type = "set_ready"


@dataclass(frozen=True, kw_only=True)
class SetNotReady(Order):
    type = "set_not_ready"
    reason_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Answer(Order):
    type = "answer"
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class HangUp(Order):
    type = "hang_up"
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class Hold(Order):
    type = "hold"
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class Unhold(Order):
    type = "unhold"
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class TransferToQueue(Order):
    type = "transfer_to_queue"
    call_id: UUID
    queue_id: int


@dataclass(frozen=True, kw_only=True)
class TransferToAgent(Order):
    """`to_agent_id` is the colleague; `agent_id` stays the one who asks."""

    type = "transfer_to_agent"
    call_id: UUID
    to_agent_id: int


@dataclass(frozen=True, kw_only=True)
class FinishWrapUp(Order):
    type = "finish_wrap_up"
    call_id: UUID
    disposition_id: int | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ExtendWrapUp(Order):
    type = "extend_wrap_up"
    call_id: UUID
    seconds: int = 30


@dataclass(frozen=True, kw_only=True)
class ReadFloorAgain(Order):
    """Queues, skills or agents were configured: the worker reads them again."""

    type = "read_floor_again"
    is_of_agent = False


@dataclass(frozen=True, kw_only=True)
class MeasureEmergency(Order):
    """An emergency was switched or is being drilled: how long until a call goes the new way?"""

    type = "measure_emergency"
    is_of_agent = False
    switch_id: int


@dataclass(frozen=True, kw_only=True)
class LookAtStay(Order):
    """What a waiting call asks for was changed in its rows: the worker looks at them again."""

    type = "look_at_stay"
    is_of_agent = False
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class LookAtCallback(Order):
    """A callback was promised, or cancelled: the worker looks at its row."""

    type = "look_at_callback"
    is_of_agent = False
    callback_id: UUID


@dataclass(frozen=True, kw_only=True)
class Redirect(Order):
    """A waiting call is to wait in another queue, keeping its time; `actions.redirect_call` has checked it."""

    type = "redirect"
    is_of_agent = False
    call_id: UUID
    queue_id: int


@dataclass(frozen=True, kw_only=True)
class EscalateTalk(Order):
    """A caller who talks is to wait again, for a group of agents; `actions.escalate_call` has written it down."""

    type = "escalate_talk"
    is_of_agent = False
    call_id: UUID
    queue_id: int


KINDS: dict[str, type[Order]] = {
    kind.type: kind
    for kind in (
        SignIn, SignOut, PageOpened, PageSeen, PageClosed, SetReady, SetNotReady, Answer, HangUp, Hold, Unhold,
        TransferToQueue, TransferToAgent, FinishWrapUp, ExtendWrapUp, ReadFloorAgain, LookAtStay, LookAtCallback,
        Redirect,
        MeasureEmergency, EscalateTalk,
    )
}  # fmt: skip


def add_kinds(*kinds: type[Order]) -> None:
    """Orders of a module of their own, known from its import on (telephony.apps imports them all)."""
    KINDS.update({kind.type: kind for kind in kinds})


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """An order on its way.

    Whose it is, who gave it, when, and in which language a refusal is to be worded.
    """

    order_id: str
    tenant: str
    member_id: int | None
    language: str
    sent_at: float
    order: Order


def parse_order(data: dict[str, Any]) -> Order:
    """`{"type": "answer", "call_id": "…"}` → Answer. Raises OrderNotUnderstood on anything else."""
    kind = KINDS.get(str(data.get("type", ""))) if isinstance(data, dict) else None
    if kind is None:
        raise OrderNotUnderstood(field="type")
    known = {field.name: field for field in fields(kind)}
    values = {
        name: _read(name, value, str(known[name].type))
        for name, value in data.items()
        if name in known and value is not None
    }
    try:
        return kind(**values)
    except TypeError as error:
        raise OrderNotUnderstood(field="type") from error


def _read(name: str, value: Any, kind: str) -> Any:
    """`kind` is the field's annotation: texts are cut to what any field may hold, numbers are ids or seconds."""
    try:
        if kind.startswith(("UUID", "<class 'uuid.UUID'>")):
            return UUID(str(value))
        if kind.startswith(("str", "<class 'str'>")):
            return str(value)[: TEXT_LIMITS.get(name, LONGEST_TEXT)].replace("\x00", "")
        number = int(str(value))
    except (ValueError, TypeError) as error:
        raise OrderNotUnderstood(field=name) from error
    if not 0 <= number < 2**31:
        raise OrderNotUnderstood(field=name)
    return number


def write_order(order: Order) -> dict[str, Any]:
    return {"type": order.type, **asdict(order)}


def send_order(order: Order, *, member: Any) -> str:
    """Hand the order to the worker of this tenant's cell and return the order's id.

    The caller has asked `policies.can_order` before. Raises TelephonyUnreachable when no worker listens.
    """
    return send_orders([(order, member)])[0]


def send_orders(orders: Sequence[tuple[Order, Any]]) -> list[str]:
    """The same for several of one tenant, each with the member who gives it, in one trip."""
    if not orders:
        return []
    bodies = [_envelope(order, member) for order, member in orders]
    channel = channel_of(_cell())
    try:
        trip = _connection(settings.REDIS_URL).pipeline(transaction=False)
        for body in bodies:
            trip.publish(channel, orjson.dumps(body))
        heard = trip.execute()
    except (redis.RedisError, OSError) as error:
        raise TelephonyUnreachable from error
    if not all(heard):
        raise TelephonyUnreachable
    return [body["order_id"] for body in bodies]


def _envelope(order: Order, member: Any) -> dict[str, Any]:
    return {
        "order_id": uuid4().hex,
        "tenant": current_schema(),
        "member_id": getattr(member, "pk", None),
        "language": translation.get_language() or settings.LANGUAGE_CODE,
        "sent_at": timezone.now().timestamp(),
        "order": write_order(_with_own_agent(order, member)),
    }


def read_envelope(body: bytes) -> Envelope:
    """Raises OrderNotUnderstood on anything that is not an order of ours."""
    try:
        data = orjson.loads(body)
        return Envelope(
            order_id=str(data["order_id"]),
            tenant=str(data["tenant"]),
            member_id=data["member_id"],
            language=str(data["language"]),
            sent_at=float(data["sent_at"]),
            order=parse_order(data["order"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise OrderNotUnderstood from error


def channel_of(cell: str) -> str:
    return f"orders:{cell}"


def _with_own_agent(order: Order, member: Any) -> Order:
    if order.agent_id or not order.is_of_agent:
        return order
    agent = agent_of(member)
    if agent is None:
        raise NoCallHere
    return type(order)(**{**asdict(order), "agent_id": agent.pk})


def _cell() -> str:
    return getattr(current_tenant(), "cell", "") or settings.SWITCH["cell"]


@cache
def _connection(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)
