"""acme has a receiver and an endpoint; globex has its own, and hears nothing of acme."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tenants.context import enter
from tenants.hooks import actions, sending
from tenants.hooks.models import Delivery, Endpoint
from tests.hooks.receiver import Receiver, listening
from tests.telephony.conftest import floor, other_floor  # noqa: F401  (fixtures)


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose outbox the sender was told of."""
    names: list[str] = []
    monkeypatch.setattr("tenants.hooks.waking.wake", names.append)
    return names


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with listening() as made:
        settings.PRIVATE_SERVICES = frozenset({made.place})
        yield made


@pytest.fixture
def other_receiver(settings: Any, receiver: Receiver) -> Iterator[Receiver]:
    with listening() as made:
        settings.PRIVATE_SERVICES = settings.PRIVATE_SERVICES | {made.place}
        yield made


@pytest.fixture
def endpoint_of(acme: Any, globex: Any) -> Callable[..., tuple[Endpoint, str]]:
    """endpoint_of("acme", receiver.url) → the endpoint and its secret."""

    def make(schema: str, url: str, *names: str, **more: Any) -> tuple[Endpoint, str]:
        with enter(schema):
            wanted = names or ("call.ringing", "call.answered", "call.ended")
            given = {"name": f"CRM of {schema}", "by": None} | more
            return actions.add_endpoint(url=url, kinds_wanted=wanted, **given)

    return make


def send(schema: str = "acme") -> bool:
    with enter(schema):
        return sending.send_due()


def later(schema: str = "acme") -> None:
    """All pauses are over."""
    with enter(schema):
        past = timezone.now() - timedelta(seconds=1)
        Delivery.objects.update(due_at=past)
        Endpoint.objects.update(held_until=None)


def rows(schema: str = "acme", **wishes: Any) -> list[Delivery]:
    with enter(schema):
        return list(Delivery.objects.filter(**wishes).order_by("pk"))


@pytest.fixture
def someone_of(member: Any, client_of: Any, acme: Any, globex: Any) -> Callable[..., Any]:
    """someone_of("acme", "admin") → a signed-in browser."""
    tenants = {"acme": acme, "globex": globex}
    return lambda schema, *roles: client_of(member(tenants[schema], *roles))
