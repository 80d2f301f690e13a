"""What is bought once, and what is taken off: one line of the ledger each, however often it is told."""

from datetime import date
from decimal import Decimal

import pytest

from tenants.billing import errors
from tenants.billing.actions import book_item, draft_invoice, rate_numbers, rate_seats
from tenants.billing.models import Charge
from tenants.billing.queries import totals
from tenants.people.models import AuditEntry
from tests.billing.conftest import ANSWERED

NOVEMBER = date(2026, 11, 1)
LICENCE = {
    "month": date(2026, 11, 17),
    "kind": "one_off",
    "label": "Headsets",
    "amount": Decimal("297.00"),
    "currency": "CNY",
    "source_key": "order:7",
    "quantity": 3,
}


def test_an_item_is_a_line_of_its_own_on_the_draft(acme, globex, prices, contract) -> None:
    book_item(acme, **LICENCE)
    book_item(acme, **LICENCE | {"kind": "setup", "label": "Set-up", "quantity": 1, "amount": Decimal(5000)})
    book_item(acme, **LICENCE | {"kind": "custom", "label": "CRM", "quantity": Decimal("2.5")})
    book_item(acme, **LICENCE | {"kind": "credit", "label": "Outage", "amount": Decimal("-12.345678")})
    (invoice,) = draft_invoice(tenant=acme, month=NOVEMBER, at=ANSWERED)
    lines = [
        (line.kind, line.label, line.quantity, line.unit_price, line.amount) for line in invoice.lines.all()
    ]
    assert lines[2:] == [
        ("setup", "Set-up", Decimal(1), Decimal(5000), Decimal(5000)),
        ("custom", "CRM", Decimal("2.5"), Decimal("118.8"), Decimal(297)),
        ("one_off", "Headsets", Decimal(3), Decimal(99), Decimal(297)),
        ("credit", "Outage", Decimal(3), Decimal("-4.115226"), Decimal("-12.35")),
    ]
    assert invoice.exact_total == Decimal("860") + Decimal("5581.654322") == totals(acme, NOVEMBER)["CNY"]
    assert invoice.total == sum(line.amount for line in invoice.lines.all())
    assert not Charge.objects.filter(tenant=globex).exists()


def test_an_item_told_again_is_booked_once_and_never_with_another_amount(acme) -> None:
    first, again = book_item(acme, **LICENCE), book_item(acme, **LICENCE)
    assert first.pk == again.pk
    for other in ({"amount": Decimal("298.00")}, {"currency": "USD"}):
        with pytest.raises(errors.ItemBookedOtherwise, match="booked before"):
            book_item(acme, **LICENCE | other)
    assert Charge.objects.get().amount == Decimal(297)
    assert AuditEntry.objects.filter(verb="item booked").count() == 1


def test_the_same_key_in_another_month_or_tenant_is_another_item(acme, globex) -> None:
    book_item(acme, **LICENCE)
    book_item(acme, **LICENCE | {"month": date(2026, 12, 1)})
    book_item(globex, **LICENCE)
    assert Charge.objects.count() == 3


def test_monthly_fees_leave_items_alone(acme, prices, contract) -> None:
    book_item(acme, **LICENCE | {"kind": "discount", "amount": Decimal("-10")})
    rate_seats(tenant=acme, month=NOVEMBER)
    rate_numbers(tenant=acme, month=NOVEMBER)
    rate_seats(tenant=acme, month=NOVEMBER)
    assert totals(acme, NOVEMBER) == {"CNY": Decimal("850.000000")}


@pytest.mark.parametrize(
    ("other", "refusal"),
    [
        ({"kind": "outbound"}, errors.NotAnItem),
        ({"kind": "plan"}, errors.NotAnItem),
        ({"kind": "credit"}, errors.CreditAddsNothing),
        ({"kind": "discount"}, errors.CreditAddsNothing),
        ({"amount": Decimal("NaN")}, errors.AmountCannotBe),
        ({"amount": Decimal("Infinity")}, errors.AmountCannotBe),
        ({"amount": Decimal(10) ** 40}, errors.AmountCannotBe),
        ({"amount": Decimal(10) ** 9}, errors.AmountCannotBe),
        ({"amount": "much"}, errors.AmountCannotBe),
        ({"quantity": 0}, errors.AmountCannotBe),
        ({"quantity": -3}, errors.AmountCannotBe),
        ({"source_key": ""}, errors.SourceCannotBe),
        ({"source_key": "x" * 81}, errors.SourceCannotBe),
    ],
)
def test_what_is_no_item_is_refused_and_nothing_written(acme, other, refusal) -> None:
    with pytest.raises(refusal):
        book_item(acme, **LICENCE | other)
    assert not Charge.objects.exists()


@pytest.fixture
def finance(member, client_of):
    return client_of(member(None, "operator_finance"))


def typed(acme, page, **other) -> dict:
    key = page.context["form"]["key"].initial
    return {
        "tenant": acme.pk,
        "month": "2026-11",
        "kind": "credit",
        "label": "Goodwill\u202e",
        "quantity": "2",
        "unit_price": "12.50",
        "currency": "",
        "key": key() if callable(key) else key,
    } | other


def test_finance_books_an_item_once_however_often_the_form_is_sent(finance, acme) -> None:
    page = finance.get("/admin/billing/charge/book/")
    sent = typed(acme, page)
    for _ in range(2):
        answer = finance.post("/admin/billing/charge/book/", sent, follow=True)
        assert "Booked: Goodwill, -25.00 CNY." in answer.content.decode()
    assert [(item.kind, item.amount, item.month) for item in Charge.objects.all()] == [
        ("credit", Decimal(-25), NOVEMBER)
    ]
    refused = finance.post("/admin/billing/charge/book/", sent | {"unit_price": "13"})
    assert "booked before with another amount" in refused.content.decode()
    for wrong in ({"month": "soon"}, {"unit_price": "-1"}, {"unit_price": "999999", "quantity": "999999"}):
        assert finance.post("/admin/billing/charge/book/", sent | wrong).status_code == 200
    assert Charge.objects.count() == 1


def test_nobody_else_books(acme, member, client_of) -> None:
    for who in (member(None, "operator"), member(acme, "owner")):
        client = client_of(who)
        assert client.post("/admin/billing/charge/book/", {"tenant": acme.pk}).status_code in (403, 404)
    assert not Charge.objects.exists()
