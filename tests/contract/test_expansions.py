"""SAAS-11: three seats become a hundred while all three talk and somebody waits; nobody is cut off."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from telephony import facts
from tests.contract.driver import DOMAIN, HOT_LINE, wait_until
from tests.contract.furnish import PASSWORD
from tests.contract.kinds import KINDS, under_test
from tests.contract.product import Product, running_product
from tests.contract.test_nodes import _stop
from tests.contract.web import Route

pytestmark = pytest.mark.timeout(300)
EXPANSION = "tests.contract.furnish_expansion"


@pytest.fixture(params=KINDS)
def product(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Iterator[Product]:
    line = under_test(request.param)(tmp_path_factory.mktemp("expansion"))
    line.start()
    try:
        line.begin_test()
        with running_product(line, 8000, f"expansion_{os.getpid()}_{request.param}") as product:
            yield product
    finally:
        _stop(line)


def known_phone(product: Product, username: str) -> None:
    """Its password is the switch's to ask for, and it answers what rings."""
    line = product.line
    line.web.phones[username, DOMAIN] = line.web_phone(username)
    line.phone(username, DOMAIN, PASSWORD, answer_after=0.3)
    product.wait_for_phones(username)


def test_an_expansion_takes_effect_while_calls_run_and_cuts_none_off(product: Product) -> None:
    line = product.line
    floor = product.furnish_floor(3)
    product.furnished_by(EXPANSION, "agree", "3")
    line.web.routes[HOT_LINE] = Route("acme", HOT_LINE, floor["queue"], max_wait_seconds=600)
    line.log.begin()
    product.start_worker()
    for agent in floor["agents"]:
        known_phone(product, agent["username"])
    product.make_ready([agent["id"] for agent in floor["agents"]])
    for n in range(4):
        line.call(number=f"1380000000{n}")
    wait_until(lambda: len(line.log.all(facts.LegsBridged)) == 3, 40, "not all three talk")
    waiting = "select call_id from acme.telephony_queuestay where left_at is null"
    [(waits,)] = wait_until(
        lambda: len(product.rows(waiting)) == 1 and product.rows(waiting), 20, "nobody waits"
    )
    assert product.furnished_by(EXPANSION, "hire", str(floor["queue"])) == {"refused": "no free seat"}
    calls = "select to_jsonb(c) from acme.telephony_call c where id <> %s order by id"
    terms = (
        "select tenant_id, seats, starts_on from tenants_contract c join tenants_tenant t on t.id = tenant_id"
    )
    theirs = f"{terms} where schema_name = 'globex'"
    before = product.rows(calls, waits), product.rows(theirs)

    product.furnished_by(EXPANSION, "expand", "100")
    assert (product.rows(calls, waits), product.rows(theirs)) == before
    newcomer = product.furnished_by(EXPANSION, "hire", str(floor["queue"]))
    known_phone(product, newcomer["username"])
    product.make_ready([newcomer["id"]])
    wait_until(lambda: len(line.log.all(facts.LegsBridged)) == 4, 40, "the newcomer got nobody")
    assert line.log.all(facts.LegHungUp) == []
    assert [row[1] for row in product.rows(f"{terms} where schema_name = 'acme' order by starts_on")] == [
        3,
        100,
    ]

    for fact in line.log.all(facts.LegsBridged):
        line.switch.hang_up(fact.leg_id)
    charged = "select count(*), count(distinct leg_id) from public.billing_charge where leg_id is not null"
    wait_until(lambda: product.rows(charged) == [(4, 4)], 40, "not every call was charged")
    exits = "select exit, count(*) from acme.telephony_call group by exit"
    assert product.rows(exits) == [("answered", 4)]
