"""Which events can be told to the outside, under which names; each app adds its own when it is ready."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.events import Event

TEST = "test"
Tell = Callable[[Mapping[str, Any], bool], dict[str, Any] | None]
"""(the event's ids, whether whole numbers and names may be shown) → what is told; None when its row is gone."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`order_by` names the event's id by which tellings keep their order."""

    name: str
    label: str | Promise
    event: type[Event] | None
    tell: Tell
    subject: str = "call"
    order_by: str = "call_id"


def _tell_test(_ids: Mapping[str, Any], _sees_numbers: bool) -> dict[str, Any]:
    return {"message": "This is a test of your webhook."}


_kinds: dict[str, Kind] = {
    TEST: Kind(name=TEST, label=_("Test"), event=None, tell=_tell_test, subject="test", order_by="")
}
_of_event: dict[type[Event], list[Kind]] = {}


def register(kind: Kind) -> None:
    """From AppConfig.ready(). Told twice, kept once."""
    if kind.name in _kinds:
        return
    _kinds[kind.name] = kind
    if kind.event is not None:
        _of_event.setdefault(kind.event, []).append(kind)


def of_event(event: Event) -> list[Kind]:
    return _of_event.get(type(event), [])


def kind(name: str) -> Kind | None:
    return _kinds.get(name)


def choosable() -> list[Kind]:
    """Those an endpoint can ask for, in the order they were registered."""
    return [one for one in _kinds.values() if one.event is not None]
