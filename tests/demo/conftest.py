from collections.abc import Callable
from dataclasses import replace

import pytest

from contactcenter.demo.part import Part, PhoneAccount
from telephony import orders
from tenants.demo.scripts import XINGHE, Person


@pytest.fixture
def part() -> Callable[..., Part]:
    """part("m1") → a part for acme whose crew are these members."""

    def make(*crew: str) -> Part:
        people = tuple(Person(username, username, ("agent",), is_login=False) for username in crew)
        script = replace(XINGHE, schema_name="acme", domain="acme.localhost", people=people)
        phones = (
            PhoneAccount("1001", "acme.localhost", "a b+c", is_crew=False),
            PhoneAccount("1003", "acme.localhost", "secret", is_crew=True),
        )
        return Part(script, phones)

    return make


@pytest.fixture
def given(monkeypatch) -> list[orders.Order]:
    """The orders that were given."""
    sent: list[orders.Order] = []
    monkeypatch.setattr(orders, "send_order", lambda order, *, member: sent.append(order))
    return sent
