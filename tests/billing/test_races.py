"""Several workers settle the same legs at the same time, each in its own committed transaction."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from django.db import connections, transaction

from tenants.billing.actions import charge_leg, draft_invoice
from tenants.billing.models import Charge, Invoice
from tenants.billing.queries import totals
from tenants.models import Contract, Plan, Tenant
from tests.billing.conftest import price_list, terms

WORKERS = 6
ANSWERED = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def own_database(committed_database, django_db_blocker) -> Iterator[None]:
    """What is committed here is thrown away: the ledger cannot be emptied."""
    settings = connections.settings["default"]
    before = settings["NAME"]
    settings["NAME"] = urlsplit(committed_database).path.removeprefix("/")
    _connect_anew()
    try:
        with django_db_blocker.unblock():
            yield
    finally:
        settings["NAME"] = before
        _connect_anew()


def _connect_anew() -> None:
    connections.close_all()
    with suppress(AttributeError):  # none was open in this thread
        del connections["default"]


@pytest.fixture
def tenant(own_database) -> Tenant:
    tenant = Tenant.objects.get(schema_name="acme")
    Contract.objects.filter(tenant=tenant).delete()
    plan = Plan.objects.create(code="races", name="Standard", currency="CNY")
    price_list(plan, plan_fee="300.00", seat_fee="10.00")
    terms(tenant, plan, date(2026, 1, 1))
    return tenant


def at_the_same_time(work) -> list:
    """Run `work` in every worker, started together, each on a connection of its own."""
    together = Barrier(WORKERS)

    def run(_number: int):
        try:
            together.wait()
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as workers:
        return list(workers.map(run, range(WORKERS)))


def settle(leg_id: UUID) -> int:
    with transaction.atomic():
        made = charge_leg(
            tenant_schema="acme",
            leg_id=leg_id,
            node="main-1",
            direction="outbound",
            number="+862155500001",
            other_number="+8613812342211",
            answered_at=ANSWERED,
            ended_at=ANSWERED + timedelta(seconds=60),
            billable_seconds=60,
            is_estimated=False,
        )
        assert made is not None
        return made.pk


def test_forty_legs_settled_by_six_workers_at_once_are_forty_charges(tenant) -> None:
    legs = [uuid4() for _ in range(40)]
    answers = at_the_same_time(lambda: [settle(leg) for leg in legs])
    assert all(answer == answers[0] for answer in answers)
    assert Charge.objects.count() == 40
    assert str(totals(tenant, NOVEMBER)["CNY"]) == "4.000000"


def test_six_drafts_at_once_are_one_invoice_with_each_fee_once(tenant) -> None:
    at_the_same_time(lambda: draft_invoice(tenant=tenant, month=NOVEMBER, at=ANSWERED))
    (invoice,) = Invoice.objects.all()
    assert str(invoice.total) == "400.00"
    assert [line.kind for line in invoice.lines.all()] == ["plan", "seats"]
    assert Charge.objects.count() == 2
