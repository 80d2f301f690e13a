"""Calculators by figures worked out by hand; a budget beside the ledger of its months and currency."""

from datetime import date
from decimal import Decimal

import pytest

from tenants.billing.actions import book_item
from tenants.contracts import errors
from tenants.contracts.actions import money
from tenants.contracts.calculators import Investing, Owning, cost_of, return_of
from tenants.contracts.queries.money import figures_of, shown_budgets

D = Decimal


def test_total_cost_of_ownership():
    found = cost_of(
        Owning(
            years=3, seats=20, hardware_per_seat=D(600), hardware_once=D(8000), setup_once=D(5000),
            seat_fee=D("99.90"), people=D("0.5"), pay=D(9000), lines=D(1200), power=D(300), maintenance=D(10),
        )
    )  # fmt: skip
    assert found.hardware == 20 * 600 + 8000 == 20000
    assert found.software == 5000 + D("99.90") * 20 * 36 == D("76928.00")
    assert found.labour == 4500 * 36 == 162000
    assert found.running == 1500 * 36 + 2000 * 3 == 60000
    assert found.total == D("318928.00")
    assert found.per_seat_month == D("442.96")


def test_return_on_investment_and_what_never_pays_itself_back():
    given = {
        "months": 24, "once": D(12000), "monthly": D(2000), "hours_saved": D(100), "hour_cost": D(25),
        "sales": D(10000), "margin": D(10), "saved": D(500),
    }  # fmt: skip
    found = return_of(Investing(**given))
    # 2500 + 1000 + 500 a month; 96000 − (12000 + 48000).
    assert (found.gain_month, found.gain, found.cost, found.net) == (4000, 96000, 60000, 36000)
    assert (found.percent, found.payback_months) == (D("60.0"), D("6.0"))
    worse = return_of(Investing(**given | {"monthly": D(4000)}))
    assert (worse.percent, worse.payback_months) == (D("-11.1"), None)
    nothing = return_of(Investing(**given | {"once": D(0), "monthly": D(0)}))
    assert (nothing.percent, nothing.payback_months) == (None, D("0.0"))


@pytest.fixture
def budget(acme):
    posts = {"service": D(1000), "customising": D(500), "training": D(0), "hardware": D(300)}
    return money.write_budget(
        tenant=acme,
        plan=money.Plan(
            name="2026",
            currency="CNY",
            first_month=date(2026, 11, 20),
            months=2,
            contingency_percent=D(10),
            posts=posts,
        ),
    )


def book(tenant, kind, amount, source, month=date(2026, 11, 1), currency="CNY"):
    book_item(
        tenant, month=month, kind=kind, label="x", amount=D(amount), currency=currency, source_key=source
    )


def test_actual_is_the_ledger_of_its_months_and_what_was_paid_to_others(acme, globex, budget):
    book(acme, "credit", -50, "sla:1")
    book(acme, "setup", 200, "quote:1:training:1")
    book(acme, "custom", 600, "change:1:customising", month=date(2026, 12, 1))
    book(acme, "one_off", 70, "by hand")
    book(acme, "one_off", 999, "later", month=date(2027, 1, 1))
    book(acme, "one_off", 5, "pounds", currency="GBP")
    book(globex, "one_off", 777, "theirs")
    payment = money.Payment(
        post="hardware", spent_on=date(2026, 11, 20), label="Headsets", amount=D("200.50")
    )
    paid = money.add_spending(tenant=acme, budget_id=budget.pk, payment=payment)
    with pytest.raises(errors.NotYours):
        money.add_spending(tenant=globex, budget_id=budget.pk, payment=payment)
    (shown,) = shown_budgets(acme)
    rows = {row.name: (row.planned, row.actual, row.state) for row in shown.rows}
    assert rows == {
        "Service": (1000, -50, "good"),
        "Customising": (500, 600, "over"),
        "Integration": (0, 0, "good"),
        "Hardware": (300, D("270.50"), "near"),
        "Training": (0, 200, "over"),
        "Operation and maintenance": (0, 0, "good"),
    }
    assert (shown.contingency, shown.total.planned, shown.total.actual) == (180, 1980, D("1020.50"))
    assert (shown.budget.first_month, shown.last_month) == (date(2026, 11, 1), date(2026, 12, 1))
    assert shown.other_currencies == ["GBP"]
    assert shown_budgets(globex) == []
    with pytest.raises(errors.NotYours):
        money.drop_spending(tenant=globex, spending_id=paid.pk)
    money.drop_spending(tenant=acme, spending_id=paid.pk)
    assert shown_budgets(acme)[0].total.others == 0


def test_figures_are_kept_for_their_tenant(acme, globex, now):
    money.keep_figures(tenant=acme, kind="tco", inputs={"seats": "20"}, at=now)
    money.keep_figures(tenant=acme, kind="tco", inputs={"seats": "30"}, at=now)
    assert (figures_of(acme, "tco"), figures_of(acme, "roi"), figures_of(globex, "tco")) == (
        {"seats": "30"},
        {},
        {},
    )
