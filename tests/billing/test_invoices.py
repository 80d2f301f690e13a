"""A draft is the ledger of a month, rounded by a rule that is stated, and the same however often it is drafted."""

from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.billing import rounding
from tenants.billing.actions import draft_invoice
from tenants.billing.models import Charge, Invoice, InvoiceLine, PriceList
from tenants.billing.queries import totals
from tenants.billing.tasks import draft_invoices
from tenants.people.models import AuditEntry
from tests.billing.conftest import price_list

NOVEMBER = date(2026, 11, 1)
AT = datetime(2026, 12, 1, 3, 10, tzinfo=UTC)


def draft(tenant, month: date = NOVEMBER) -> Invoice:
    (invoice,) = draft_invoice(tenant=tenant, month=month, at=AT)
    return invoice


def test_a_draft_has_fees_first_then_calls_and_adds_up(acme, prices, contract, charge) -> None:
    charge(61)
    charge(60)
    charge(90, direction="inbound")
    invoice = draft(acme)
    assert [(line.kind, line.charge_count, line.amount) for line in invoice.lines.all()] == [
        ("plan", 1, Decimal("300.00")),
        ("seats", 1, Decimal("560.00")),
        ("inbound", 1, Decimal("0.09")),
        ("outbound", 2, Decimal("0.30")),
    ]
    assert (invoice.total, invoice.currency, invoice.charge_count) == (Decimal("860.39"), "CNY", 5)


def test_drafting_again_gives_the_same_and_writes_nothing_into_the_ledger(
    acme, prices, contract, charge
) -> None:
    charge(61)
    first = draft(acme)
    before = first.total, list(first.lines.values_list("kind", "label", "amount")), Charge.objects.count()
    again = draft(acme)
    assert again.pk == first.pk
    assert (
        again.total,
        list(again.lines.values_list("kind", "label", "amount")),
        Charge.objects.count(),
    ) == before
    assert Invoice.objects.count() == 1


def test_a_late_record_is_in_the_next_draft(acme, prices, contract, charge) -> None:
    draft(acme)
    charge(60)
    assert draft(acme).total == Decimal("860.10")


def test_what_rounding_each_line_leaves_over_is_a_line_of_its_own(acme, prices, contract, charge) -> None:
    """Two lines of 0.004 each are 0.00 each, but 0.008 together: a cent."""
    PriceList.objects.update(plan_fee=0, seat_fee=0)
    prices.prices.filter(prefix__in=["+86", "+"]).update(per_minute=Decimal("0.004"))
    charge(60)
    charge(60, other_number="+442079460958")
    invoice = draft(acme)
    assert invoice.exact_total == Decimal("0.008000")
    assert [(line.kind, line.amount) for line in invoice.lines.all()] == [
        ("outbound", Decimal("0.00")),
        ("outbound", Decimal("0.00")),
        ("rounding", Decimal("0.01")),
    ]
    assert invoice.total == Decimal("0.01")


def test_the_lines_add_up_to_the_ledger_to_the_cent_for_many_odd_calls(
    acme, prices, contract, charge
) -> None:
    random = Random(5)
    for price in prices.prices.all():
        price.per_minute = Decimal(random.randint(1, 999_999)) / 1_000_000
        price.increment_seconds = random.choice((1, 6, 60))
        price.save()
    numbers = ("+8613812342211", "+861065551234", "+442079460958", "4001234567")
    for _ in range(60):
        charge(random.randint(1, 900), other_number=random.choice(numbers))
        charge(random.randint(1, 900), direction="inbound")
    invoice = draft(acme)
    by_hand = sum(Charge.objects.filter(tenant=acme).values_list("amount", flat=True))
    assert invoice.exact_total == by_hand
    assert invoice.total == rounding.to_cent(by_hand)
    assert sum(line.amount for line in invoice.lines.all()) == invoice.total
    assert sum(line.exact_amount for line in invoice.lines.all()) == by_hand


@settings(max_examples=200, deadline=None)
@given(st.lists(st.decimals("-1000", "1000", places=6), max_size=40))
def test_rounded_lines_and_their_remainder_always_make_the_total(amounts: list[Decimal]) -> None:
    from tenants.billing.actions import _with_rounding

    invoice = Invoice(total=rounding.to_cent(sum(amounts, Decimal(0))))
    lines = [
        InvoiceLine(invoice=invoice, kind="outbound", amount=rounding.to_cent(amount)) for amount in amounts
    ]
    made = list(_with_rounding(invoice, lines))
    assert sum((line.amount for line in made), Decimal(0)) == invoice.total
    assert abs(sum((line.amount for line in made if line.kind == "rounding"), Decimal(0))) <= Decimal("0.21")


def test_half_a_cent_is_rounded_up_and_not_to_even() -> None:
    assert rounding.to_cent(Decimal("0.125")) == Decimal("0.13")
    assert rounding.to_cent(Decimal("-0.125")) == Decimal("-0.13")
    assert rounding.to_micro(Decimal("0.0000005")) == Decimal("0.000001")


def test_an_empty_month_is_an_invoice_of_nothing(acme, plan) -> None:
    invoice = draft(acme)
    assert (invoice.total, invoice.currency, invoice.lines.count()) == (Decimal("0.00"), "CNY", 0)


def test_what_has_no_price_is_counted_on_the_draft_and_priced_by_the_next_one(
    acme, plan, contract, charge
) -> None:
    charge(60)
    without = draft(acme)
    assert (without.unpriced_count, without.total) == (2, Decimal("0.00"))
    price_list(plan)
    priced = draft(acme)
    assert (priced.unpriced_count, priced.total) == (0, Decimal("0.10"))


def test_two_currencies_are_two_invoices(acme, plan, prices, contract, charge) -> None:
    charge(60)
    dollars = price_list(plan, version=2, valid_from=date(2026, 11, 10))
    PriceList.objects.filter(pk=dollars.pk).update(currency="USD")
    charge(60)
    drafts = draft_invoice(tenant=acme, month=NOVEMBER, at=AT)
    assert [(invoice.currency, invoice.total) for invoice in drafts] == [
        ("CNY", Decimal("860.10")),
        ("USD", Decimal("0.10")),
    ]
    assert totals(acme, NOVEMBER) == {"CNY": Decimal("860.100000"), "USD": Decimal("0.100000")}


def test_acme_calls_and_globex_owes_nothing_for_them(acme, globex, prices, contract, british, charge) -> None:
    charge(60)
    draft(acme)
    theirs = draft(globex)
    assert (theirs.currency, theirs.total) == ("GBP", Decimal("54.00"))
    assert not theirs.lines.filter(kind="outbound").exists()


def test_a_draft_is_in_the_audit_log(acme, prices, contract) -> None:
    invoice = draft(acme)
    entry = AuditEntry.objects.get(verb="invoice drafted")
    assert entry.subject == f"billing.invoice:{invoice.pk}"
    assert entry.after == {"total": "860.00", "missing": 0}


def test_the_nightly_task_drafts_every_tenant(acme, globex, prices, contract, british) -> None:
    draft_invoices()
    assert set(Invoice.objects.values_list("tenant__schema_name", flat=True)) == {"acme", "globex"}


def test_the_rule_of_rounding_is_stated_in_words() -> None:
    assert "half up" in str(rounding.RULE)
