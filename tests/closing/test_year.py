"""A year of acme's, from its trial to its leaving, by what people do in the product; each line of each bill by hand.

globex lives beside it and must owe nothing.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tenants.actions import close_tenant, suspend_tenant
from tenants.billing.actions import book_item, copy_price_list, draft_invoice
from tenants.billing.models import Bundle, Charge, PriceList, TermDiscount
from tenants.billing.queries import months_with_charges, totals
from tenants.closing.actions.payments import record_payment
from tenants.closing.actions.reminders import remind
from tenants.closing.models import Bill, Payer
from tenants.closing.queries.closes import tenants_to_close
from tenants.closing.queries.statement import statements
from tenants.contracts.actions import agreements, amendments, quotes
from tenants.contracts.actions.amendments import Changes
from tenants.contracts.actions.carrying import carry_out_what_is_due
from tenants.contracts.errors import MonthIsBilled
from tenants.contracts.models import CLAUSES, Agreement, Quote, Side
from tenants.models import Contract, Plan, Sla, Tenant
from tenants.plans.actions.trials import end_due_trials, start_trial, turn_into_contract
from tenants.service.actions.credits import settle_last_month
from tests.billing.conftest import price_list
from tests.closing.conftest import close
from tests.contracts.story import PER_SEAT, SETUP, sign
from tests.service.conftest import _own_file, homes, watch  # noqa: F401  (fixtures)

D = Decimal
YEAR = 2027


def morning(month: int, day: int) -> datetime:
    """Ten o'clock in Shanghai."""
    return datetime(YEAR, month, day, 2, tzinfo=UTC)


@pytest.fixture
def sold(acme, sellers) -> PriceList:
    """300 a month with three seats, each more 80; a hundred minutes in China; a tenth off for twelve months."""
    Contract.objects.all().delete()
    Payer.objects.create(tenant=acme, payment_days=15)
    plan = Plan.objects.create(code="year", name="Pro", currency="CNY", included_seats=3)
    made = price_list(plan, valid_from=date(YEAR, 1, 1), plan_fee="300.00", seat_fee="80.00")
    TermDiscount.objects.create(price_list=made, months=12, percent=10)
    Bundle.objects.create(
        price_list=made, label="Minutes in China", direction="outbound", prefix="+86", minutes=100
    )
    return made


@pytest.fixture
def month(acme, watch) -> Callable[..., list[tuple]]:  # noqa: F811
    """month(3) closes March on 3 April → the lines of its bill, (kind, label, amount), then (net, tax, total)."""

    def closed(number: int) -> list[tuple]:
        first = date(YEAR, number, 1)
        at = datetime(YEAR + number // 12, number % 12 + 1, 3, 2, tzinfo=UTC)
        watch.round(at)
        assert close(acme, first, at).state == "closed"
        bill = Bill.objects.filter(tenant=acme, month=first).first()
        if bill is None:
            return []
        lines = [(line.kind, line.label, line.amount) for line in bill.lines.all()]
        return [*lines, (bill.net, bill.tax, bill.total)]

    return closed


def pay(tenant: Tenant, number: int, at: datetime) -> None:
    bill = Bill.objects.get(tenant=tenant, month=date(YEAR, number, 1))
    record_payment(
        tenant=tenant, amount=bill.total, currency="CNY", received_on=at.date(), reference=f"bank {number}",
        by_name="Fiona", at=at, bill=bill,
    )  # fmt: skip


def sell(
    tenant: Tenant, plan: Plan, *lines: quotes.Line, kind: str, seats: int, starts_on: date, at: datetime
):
    sla, _made = Sla.objects.get_or_create(
        name="Gold",
        defaults={
            "availability_percent": D("99.95"), "credit_percent": 10, "response_minutes": 30,
            "recovery_minutes": 240,
        },
    )  # fmt: skip
    offer = quotes.Offer(
        kind=kind, plan=plan, seats=seats, starts_on=starts_on, valid_until=starts_on, currency="CNY", sla=sla,
        term_months=12,
    )  # fmt: skip
    quote = quotes.write_quote(tenant=tenant, offer=offer)
    for line in lines:
        quotes.add_line(quote_id=quote.pk, line=line)
    quotes.offer_quote(quote_id=quote.pk, at=at)
    quotes.accept_quote(tenant=tenant, quote_id=quote.pk, at=at)
    return Quote.objects.get(pk=quote.pk)


def amend(agreement: Agreement, day: date, at: datetime, **changes) -> None:
    """Proposed by us, approved by acme."""
    made = amendments.propose_amendment(
        tenant=agreement.tenant, agreement_id=agreement.pk, changes=Changes(**changes), effective_on=day,
        reason="agreed", side=Side.VENDOR, at=at,
    )  # fmt: skip
    amendments.approve_amendment(
        tenant=agreement.tenant, amendment_id=made.pk, side=Side.CUSTOMER, at=at + timedelta(minutes=1)
    )


def states(tenant: Tenant, *days: tuple[int, int]) -> list[str]:
    """Reminded on each day (month, day); how the tenant stood after it."""
    found = []
    for each in days:
        remind(tenant_id=tenant.pk, at=morning(*each))
        found.append(Tenant.objects.get(pk=tenant.pk).state)
    return found


FEES = [("plan", D("330.00")), ("seats", D("2430.00")), ("discount", D("-276.00"))]
PLAIN = (D("2484.00"), D("149.04"), D("2633.04"))
"""Of a month with thirty seats in which nothing happens: 330 + 27 × 90 − a tenth; 6 %."""


def test_a_year_from_the_trial_to_the_leaving(acme, globex, sold, watch, month, charge) -> None:  # noqa: F811
    agreement = a_trial_and_a_contract(acme, sold, month, charge)
    the_first_months(acme, sold, month, agreement)
    new_prices_and_an_outage(acme, sold, month, agreement, watch)
    too_many_minutes(acme, month, charge)
    a_bill_not_paid_and_a_discount(acme, month)
    the_end(acme, month, charge, agreement)
    # Everything that was used is billed, exactly once; everything is paid; and globex owes nothing.
    (account,) = statements(acme)
    assert (account.balance, account.on_account) == (D(0), D(0))
    billed = sum(bill.exact_total for bill in Bill.objects.filter(tenant=acme))
    assert billed == sum(totals(acme, each).get("CNY", D(0)) for each in months_with_charges(acme))
    assert Bill.objects.filter(tenant=acme).count() == 11
    assert Agreement.objects.get(pk=agreement.pk).state == "ended"
    assert not Bill.objects.filter(tenant=globex).exists()
    assert not Charge.objects.filter(tenant=globex).exists()


def a_trial_and_a_contract(acme, sold, month, charge) -> Agreement:
    # January: a trial, in which a call costs nothing.
    start_trial(tenant=acme, ends_on=date(YEAR, 1, 31), keep_days=10, at=morning(1, 11))
    charge(61, answered_at=morning(1, 20))
    quote = sell(
        acme, sold.plan, PER_SEAT, SETUP, kind="new", seats=10, starts_on=date(YEAR, 2, 1), at=morning(1, 25)
    )
    agreement = Agreement.objects.get(quote=quote)
    agreements.write_agreement(agreement_id=agreement.pk, values={name: f"About {name}." for name in CLAUSES})
    for side in Side:
        sign(agreement, side, morning(1, 26))
    agreements.put_in_force(agreement_id=agreement.pk, at=morning(1, 27))
    turn_into_contract(tenant_id=acme.pk, at=morning(1, 31))
    assert end_due_trials(at=morning(2, 1)) == 0
    assert month(1) == []
    return agreement


def the_first_months(acme, sold, month, agreement) -> None:
    # February: 300 of plan; 10 − 3 = 7 seats × 80 = 560; 10 % of 860 off; the training, 2 × 1,500.
    # 860 − 86 + 3,000 = 3,774; 6 % of it 226.44.
    assert carry_out_what_is_due(at=morning(2, 1)) == 1
    assert month(2) == [
        ("plan", "Pro 2027-02-01/2027-02-28", D("300.00")),
        ("seats", "Pro 2027-02-01/2027-02-28 × 7", D("560.00")),  # noqa: RUF001
        ("setup", f"{agreement.quote.reference} Training", D("3000.00")),
        ("discount", "−10 % · 2027-02-01/2027-02-28", D("-86.00")),  # noqa: RUF001
        (D("3774.00"), D("226.44"), D("4000.44")),
    ]
    pay(acme, 2, morning(3, 10))

    # March: from the 16th twenty seats, for 500 once. 15 of 31 days: 300 × 15/31 = 145.161290, 560 × 15/31 =
    # 270.967742, a tenth of both 41.612903. 16 of 31 days: 154.838710; 17 × 80 = 1,360 × 16/31 = 701.935484; 85.677419.
    # Exactly 1,645.612904, so 1,645.61; the lines come to 1,645.62: one cent of rounding. 6 %: 98.7366.
    fee = quotes.Line(kind="expansion", label="Ten seats", billed="once", quantity=1, unit_price=500)
    grown = sell(
        acme, sold.plan, fee, kind="expansion", seats=20, starts_on=date(YEAR, 3, 16), at=morning(3, 12)
    )
    assert [carry_out_what_is_due(at=morning(3, 15)), carry_out_what_is_due(at=morning(3, 16))] == [0, 1]
    assert month(3) == [
        ("plan", "Pro 2027-03-01/2027-03-15", D("145.16")),
        ("plan", "Pro 2027-03-16/2027-03-31", D("154.84")),
        ("seats", "Pro 2027-03-01/2027-03-15 × 7", D("270.97")),  # noqa: RUF001
        ("seats", "Pro 2027-03-16/2027-03-31 × 17", D("701.94")),  # noqa: RUF001
        ("one_off", f"{grown.reference} Ten seats", D("500.00")),
        ("discount", "−10 % · 2027-03-01/2027-03-15", D("-41.61")),  # noqa: RUF001
        ("discount", "−10 % · 2027-03-16/2027-03-31", D("-85.68")),  # noqa: RUF001
        ("rounding", "", D("-0.01")),
        (D("1645.61"), D("98.74"), D("1744.35")),
    ]
    pay(acme, 3, morning(4, 12))
    with pytest.raises(MonthIsBilled, match="from 2027-04-01 on"):
        amend(agreement, date(YEAR, 3, 31), morning(4, 4), seats=30)


def new_prices_and_an_outage(acme, sold, month, agreement, watch) -> None:  # noqa: F811
    # April: new prices, 330 and 90 and 0.12 in China. 43 minutes down of 43,200: 99.900 %, promised are 99.95 %.
    dearer = copy_price_list(price_list=sold, at=morning(3, 20))
    PriceList.objects.filter(pk=dearer.pk).update(valid_from=date(YEAR, 4, 1), plan_fee=330, seat_fee=90)
    dearer.prices.filter(prefix="+86").update(per_minute=D("0.12"))
    watch.outage("switch_main", morning(4, 13), timedelta(minutes=43))
    watch.round(morning(5, 1))
    # 330 + 17 × 90 = 1,860, less a tenth 1,674: the night books a tenth of that.
    settle_last_month(at=morning(5, 1))
    assert [one.amount for one in Charge.objects.filter(kind="credit")] == [D("-167.40")]
    # On 2 May both agree that the thirty seats were there on 30 April: the month is not billed yet.
    # 29 days: 330 × 29/30 = 319, 1,530 × 29/30 = 1,479, off 179.80: the credit is a tenth of 1,618.20.
    # The 30th: 11; 27 × 90 = 2,430/30 = 81; off 9.20. In all 1,701 − 161.82 = 1,539.18; 6 %: 92.3508.
    amend(agreement, date(YEAR, 4, 30), morning(5, 2), seats=30)
    assert month(4) == [
        ("plan", "Pro 2027-04-01/2027-04-29", D("319.00")),
        ("plan", "Pro 2027-04-30/2027-04-30", D("11.00")),
        ("seats", "Pro 2027-04-01/2027-04-29 × 17", D("1479.00")),  # noqa: RUF001
        ("seats", "Pro 2027-04-30/2027-04-30 × 27", D("81.00")),  # noqa: RUF001
        ("discount", "−10 % · 2027-04-01/2027-04-29", D("-179.80")),  # noqa: RUF001
        ("discount", "−10 % · 2027-04-30/2027-04-30", D("-9.20")),  # noqa: RUF001
        (
            "credit",
            "Availability 2027-04-01/2027-04-30: 99.900 % measured, 99.950 % promised, 10.00 % of the fees",
            D("-161.82"),
        ),
        (D("1539.18"), D("92.35"), D("1631.53")),
    ]


def too_many_minutes(acme, month, charge) -> None:
    # May: two hours in China, of which 100 minutes are included: 120 × 0.12 = 14.40, less 12.00. 90 s in at 0.06 a
    # minute: 0.09. 61 s to London are two minutes at 2.50. Fees 330 + 2,430 − 276 = 2,484; 6 %: 149.04.
    # Calls 7.49; 9 %: 0.6741.
    for at in (morning(5, 10), morning(5, 11)):
        charge(3600, answered_at=at)
    charge(90, direction="inbound", answered_at=morning(5, 12))
    charge(61, other_number="+442079460958", answered_at=morning(5, 12))
    assert [(kind, amount) for kind, _label, amount in month(5)[:-1]] == [
        *FEES[:2],
        ("inbound", D("0.09")),
        ("outbound", D("5.00")),
        ("outbound", D("14.40")),
        ("bundle", D("-12.00")),
        FEES[2],
    ]
    may = Bill.objects.get(month=date(YEAR, 5, 1))
    assert (may.net, may.tax, may.total) == (D("2491.49"), D("149.71"), D("2641.20"))
    pay(acme, 5, morning(6, 12))


def a_bill_not_paid_and_a_discount(acme, month) -> None:
    # April's bill was due on 18 May (3 May and 15 days): reminded after 3 and 10 days, warned after 20, suspended on
    # 17 June, a month after it was due. It pays, and goes on; the month costs what every month costs.
    acted = states(acme, (5, 20), (5, 21), (5, 28), (6, 7), (6, 16), (6, 17))
    assert acted == ["active"] * 5 + ["suspended"]
    april = Bill.objects.get(month=date(YEAR, 4, 1))
    assert [one.step for one in april.reminders.all()] == ["first", "second", "warning", "suspension"]
    pay(acme, 4, morning(6, 20))
    assert Tenant.objects.get(pk=acme.pk).state == "active"
    assert [line[-1] for line in month(6)[:-1]] == [amount for _kind, amount in FEES]
    assert Bill.objects.get(month=date(YEAR, 6, 1)).total == PLAIN[2]
    pay(acme, 6, morning(7, 12))

    # July: 200 off for the trouble: 2,284; 6 %: 137.04.
    book_item(
        acme, month=date(YEAR, 7, 1), kind="discount", label="For the trouble", amount=D(-200), currency="CNY",
        source_key="trouble",
    )  # fmt: skip
    july = month(7)
    assert [line[-1] for line in july[:-1]] == [D(330), D(2430), D(-200), D(-276)]
    assert july[-1] == (D("2284.00"), D("137.04"), D("2421.04"))
    pay(acme, 7, morning(8, 12))


def the_end(acme, month, charge, agreement) -> None:
    # Four months like any other.
    for number in (8, 9, 10):
        assert month(number)[-1] == PLAIN
        pay(acme, number, morning(number + 1, 12))
    amend(agreement, date(YEAR, 12, 1), morning(11, 20), ends_on=date(YEAR, 12, 15))
    assert month(11)[-1] == PLAIN
    pay(acme, 11, morning(12, 12))

    # December: it leaves after the 15th. 330 × 15/31 = 159.677419, 2,430 × 15/31 = 1,175.806452, a tenth 133.548387:
    # 1,201.935484. A record of November comes late, and takes a minute of those included in November: 0.12 − 0.12.
    carry_out_what_is_due(at=morning(12, 1))
    charge(60, answered_at=morning(11, 15))
    draft_invoice(tenant=acme, month=date(YEAR, 12, 1), at=morning(12, 10))
    suspend_tenant(tenant_id=acme.pk, at=morning(12, 16), reason="leaves")
    close_tenant(tenant_id=acme.pk, at=morning(12, 16), reason="leaves")
    carry_out_what_is_due(at=morning(12, 16))
    acme.refresh_from_db()
    assert acme in tenants_to_close(date(YEAR, 12, 1))
    assert month(12) == [
        ("plan", "Pro 2027-12-01/2027-12-15", D("159.68")),
        ("seats", "Pro 2027-12-01/2027-12-15 × 27", D("1175.81")),  # noqa: RUF001
        ("discount", "−10 % · 2027-12-01/2027-12-15", D("-133.55")),  # noqa: RUF001
        ("outbound", "China", D("0.12")),
        ("bundle", "Minutes in China: China", D("-0.12")),
        (D("1201.94"), D("72.12"), D("1274.06")),
    ]
    pay(acme, 12, datetime(YEAR + 1, 1, 10, 2, tzinfo=UTC))
