"""Who carries out the orders of a module of its own: one function for each, registered when its module is imported."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from telephony.orders import Envelope, Order
from telephony.switch import Switch
from telephony.worker.clock import Clock


@dataclass(frozen=True)
class Tools:
    """What an order is carried out with. `epoch` is that of the lease at this moment; `cell` the worker's own."""

    switch: Switch
    clock: Clock
    cell: str
    epoch: Callable[[], int]


Handler = Callable[[Tools, Any, Envelope], None]
H = TypeVar("H", bound=Handler)
_HANDLERS: dict[type[Order], Handler] = {}


def carries_out(kind: type[Order]) -> Callable[[H], H]:
    """Of a function(tools, order, envelope), called within the tenant; a DomainError it raises is told as a refusal."""

    def register(handler: H) -> H:
        _HANDLERS[kind] = handler
        return handler

    return register


def handler_of(order: Order) -> Handler | None:
    return _HANDLERS.get(type(order))
