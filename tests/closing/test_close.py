"""Closing a month: what is in the way, what is issued, the lock, and what happens to those who are killed meanwhile."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from tenants.billing.actions import draft_invoice
from tenants.billing.models import Charge, Invoice, PriceList
from tenants.billing.queries import totals
from tenants.closing import running
from tenants.closing.actions.closes import cancel_run, close_step, finish_run, start_run
from tenants.closing.errors import NothingToClose, RunIsGoing
from tenants.closing.models import Bill, BillLine, BillTax, Close, CloseRun, Series, TaxRule, Telling
from tenants.people.models import AuditEntry
from tests.closing.conftest import AT, DECEMBER, IN_JANUARY, IN_OCTOBER, NOVEMBER, OCTOBER, close


def test_the_invoice_is_the_draft_with_tax_by_hand(acme, terms_of, charge) -> None:
    """300 of plan and 560 of seats at 6 %: 51.60. 0.09 in and 0.30 out at 9 %: 0.04 of 0.39."""
    charge(61)
    charge(60)
    charge(90, direction="inbound")
    assert close(acme).state == Close.State.CLOSED
    bill = Bill.objects.get()
    draft = Invoice.objects.get(tenant=acme, month=NOVEMBER)
    assert (bill.net, bill.tax, bill.total) == (Decimal("860.39"), Decimal("51.64"), Decimal("912.03"))
    assert (bill.net, bill.exact_total) == (draft.total, draft.exact_total)
    assert [(line.kind, line.net, line.tax) for line in bill.lines.all()] == [
        ("plan", Decimal("300.00"), Decimal("18.00")),
        ("seats", Decimal("560.00"), Decimal("33.60")),
        ("inbound", Decimal("0.09"), Decimal("0.01")),
        ("outbound", Decimal("0.30"), Decimal("0.03")),
    ]
    assert [(tax.code, tax.tax) for tax in bill.taxes.all()] == [
        ("services", Decimal("51.60")),
        ("telecom", Decimal("0.04")),
    ]
    assert (bill.number, bill.currency, bill.issued_on.isoformat()) == ("CN2026-000001", "CNY", "2026-12-02")
    assert bill.due_on.isoformat() == "2026-12-17"
    assert bill.payer["title"] == "艾可米（上海）贸易有限公司"
    assert AuditEntry.objects.filter(verb="invoice issued").count() == 1


def test_globex_has_its_own_series_rate_and_nothing_of_acmes(acme, globex, terms_of, british, charge) -> None:
    charge(61)
    charge(60, tenant=globex, other_number="+442079460958")
    for tenant in (acme, globex):
        close(tenant)
    theirs = Bill.objects.get(tenant=globex)
    assert (theirs.number, theirs.currency) == ("GB2026-000001", "GBP")
    assert (theirs.net, theirs.tax) == (Decimal("56.50"), Decimal("11.30"))
    assert Bill.objects.get(tenant=acme).net == Decimal("860.20")


def test_what_is_charged_after_the_close_stands_on_the_next_invoice_and_says_so(
    acme, terms_of, charge
) -> None:
    charge(61)
    close(acme)
    before = list(BillLine.objects.values())
    charge(60)
    close(acme, DECEMBER, IN_JANUARY)
    late = BillLine.objects.get(bill__month=DECEMBER, source_month=NOVEMBER)
    assert (late.kind, late.quantity, late.net) == ("outbound", Decimal(1), Decimal("0.10"))
    assert late.late_text == "Came after 2026-11 was closed"
    assert list(BillLine.objects.filter(bill__month=NOVEMBER).values()) == before
    billed = sum(bill.exact_total for bill in Bill.objects.all())
    assert billed == sum(sum(totals(acme, month).values()) for month in (NOVEMBER, DECEMBER))


def test_what_sums_up_to_nothing_or_less_is_carried_on(acme, terms_of, charge) -> None:
    PriceList.objects.update(plan_fee=0, seat_fee=0)
    draft_invoice(tenant=acme, month=NOVEMBER, at=AT)
    Charge.objects.create(
        tenant=acme,
        month=NOVEMBER,
        kind="adjustment",
        source_key="x",
        label="Credit",
        amount=Decimal(-5),
        currency="CNY",
    )
    assert close(acme).state == Close.State.CLOSED
    assert not Bill.objects.exists()
    Charge.objects.create(
        tenant=acme,
        month=DECEMBER,
        kind="adjustment",
        source_key="y",
        label="Work",
        amount=Decimal(25),
        currency="CNY",
    )
    close(acme, DECEMBER, IN_JANUARY)
    assert Bill.objects.get().net == Decimal("20.00")


def test_prices_with_tax_in_them_are_the_total(acme, terms_of, charge) -> None:
    terms_of.is_tax_included = True
    terms_of.tax_code = "goods"
    terms_of.save()
    charge(61)
    close(acme)
    bill = Bill.objects.get()
    # 860.20 / 1.13 = 761.24 and 98.96
    assert (bill.net, bill.tax, bill.total) == (Decimal("761.24"), Decimal("98.96"), Decimal("860.20"))
    assert sum(line.net for line in bill.lines.all()) == bill.net


@pytest.mark.parametrize("code", ["small-scale", "zero", "exempt"])
def test_one_rate_for_everything(acme, sellers, terms_of, charge, code: str) -> None:
    sellers["CN"].tax_code = code
    sellers["CN"].save()
    close(acme)
    tax = BillTax.objects.get()
    by_hand = {"small-scale": ("25.80", 3), "zero": ("0.00", 0), "exempt": ("0.00", None)}[code]
    assert (tax.code, tax.tax, tax.percent) == (code, Decimal(by_hand[0]), by_hand[1])


# --- what is in the way ---


def problems(tenant, month=NOVEMBER, at=AT) -> list[str]:
    found = close(tenant, month, at)
    assert found.state == Close.State.BLOCKED
    assert not Bill.objects.exists()
    return [code for code, _count in found.problems]


def test_a_month_that_is_not_over_where_the_tenant_is(acme, terms_of, contract) -> None:
    """At 16:30 in London on the last day it is half past midnight in Shanghai."""
    last_day = AT.replace(month=11, day=30, hour=15, minute=30)
    assert "not_over" in problems(acme, at=last_day)
    assert close(acme, at=last_day.replace(hour=16)).state == Close.State.CLOSED


def test_charges_without_a_price(acme, terms_of, prices, charge) -> None:
    prices.prices.all().delete()
    charge(60)
    assert problems(acme) == ["unpriced"]


def test_estimates_warn_and_may_be_accepted(acme, terms_of, charge) -> None:
    charge(60, is_estimated=True)
    assert problems(acme) == ["estimated"]
    assert close(acme, accepts_warnings=True).state == Close.State.CLOSED


def test_an_estimate_that_was_corrected_warns_nobody(acme, terms_of, charge) -> None:
    made = charge(60, is_estimated=True)
    charge(130, leg_id=made.leg_id)
    assert close(acme).state == Close.State.CLOSED


def test_an_earlier_month_that_is_open_a_seller_and_a_rate_that_are_missing(
    acme, terms_of, sellers, charge
) -> None:
    charge(60, answered_at=IN_OCTOBER)
    draft_invoice(tenant=acme, month=OCTOBER, at=AT)
    sellers["CN"].delete()
    TaxRule.objects.filter(country="CN", kind="").delete()
    assert problems(acme) == ["earlier_open", "no_seller", "no_rate"]


def test_use_without_a_contract(acme, terms_of, contract, charge) -> None:
    charge(60)
    contract.delete()
    assert problems(acme) == ["no_contract"]


# --- frozen and locked ---


@pytest.mark.parametrize("model", [Bill, BillLine, BillTax])
def test_nothing_of_an_issued_bill_can_be_changed_or_taken_away(invoice, model) -> None:
    invoice()
    rows = model.objects.all()
    for change in (lambda: rows.update(net=1), rows._raw_delete):
        args = (rows.db,) if change == rows._raw_delete else ()
        with pytest.raises(ProgrammingError, match="stays as it is"), transaction.atomic():
            change(*args)
    assert rows.exists()


def test_a_closed_month_is_closed_once(acme, invoice) -> None:
    invoice()
    with pytest.raises(NothingToClose):
        close(acme)
    assert Bill.objects.count() == 1


def test_numbers_have_no_gaps_even_where_issuing_failed_in_between(
    acme, globex, terms_of, charge, monkeypatch
) -> None:
    close(acme)
    run = start_run(month=DECEMBER, tenants=[acme], by_name="Fiona", at=IN_JANUARY)
    step = run.closes.get()

    def broken(*_args, **_kwargs) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("tenants.closing.actions.closes.issue_invoices", broken)
        patch.setattr(running.timezone, "now", lambda: IN_JANUARY)
        running.work_off(run.pk)
    step.refresh_from_db()
    assert step.state == Close.State.FAILED
    close(acme, DECEMBER, IN_JANUARY.replace(year=2026, month=12, day=31, hour=23))
    assert Series.objects.get(code="CN2027").last_number == 1
    assert sorted(Bill.objects.values_list("number", flat=True)) == ["CN2026-000001", "CN2027-000001"]


# --- runs ---


class Killed(BaseException):
    """As SIGKILL: nothing catches it."""


def test_killed_before_any_statement_a_close_resumes_and_does_nothing_twice(
    acme, globex, terms_of, british, charge
):
    """F3 and F5: after each death nothing of the step is there; what lives on closes both months once."""
    charge(61)
    run = start_run(month=NOVEMBER, tenants=[acme, globex], by_name="Fiona", at=AT)
    first, second = run.closes.order_by("tenant__name")
    deaths = 0
    while True:
        left = deaths

        def die(execute, sql, params, many, context):
            nonlocal left
            if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                left -= 1
                # Only once: what comes then is the roll back, which the database does by itself when we are gone.
                if left == -1:
                    raise Killed
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(die):
                close_step(close_id=first.pk, at=AT)
            break
        except Killed:
            assert not Bill.objects.exists()
            assert not Series.objects.exists()
            assert Close.objects.get(pk=first.pk).state == Close.State.WAITING
        # Another three statements on: over all there are some eighty, and each death begins from the front.
        deaths += 3
    assert deaths > 60
    assert not close_step(close_id=first.pk, at=AT)
    assert not finish_run(run_id=run.pk, at=AT)
    assert close_step(close_id=second.pk, at=AT)
    assert finish_run(run_id=run.pk, at=AT)
    assert sorted(Bill.objects.values_list("number", flat=True)) == ["CN2026-000001", "GB2026-000001"]
    assert sum(bill.exact_total for bill in Bill.objects.filter(tenant=acme)) == totals(acme, NOVEMBER)["CNY"]


def test_a_run_nobody_works_at_is_taken_up_again(acme, globex, terms_of, british, monkeypatch) -> None:
    run = start_run(month=NOVEMBER, tenants=[acme, globex], by_name="Fiona", at=AT)
    assert running.left_behind(AT) == []
    later = AT + running.DEAD_AFTER * 2
    assert running.left_behind(later) == [run.pk]
    monkeypatch.setattr(running.timezone, "now", lambda: later)
    assert running.work_off(run.pk)
    run.refresh_from_db()
    assert (run.state, run.ended_at) == (CloseRun.State.DONE, later)
    assert running.left_behind(later + running.DEAD_AFTER * 2) == []


def test_a_run_that_is_cancelled_leaves_the_rest_as_it_was(acme, globex, terms_of, british) -> None:
    run = start_run(month=NOVEMBER, tenants=[acme, globex], by_name="Fiona", at=AT)
    with pytest.raises(RunIsGoing):
        start_run(month=NOVEMBER, tenants=[globex], by_name="Fiona", at=AT)
    first, second = run.closes.order_by("tenant__name")
    close_step(close_id=first.pk, at=AT)
    cancel_run(run_id=run.pk, at=AT)
    assert not close_step(close_id=second.pk, at=AT)
    assert {one.tenant_id: one.state for one in run.closes.all()} == {
        acme.pk: "closed",
        globex.pk: "cancelled",
    }
    assert close(globex).state == Close.State.CLOSED


def test_a_bill_is_told_to_each_active_receiver_once(invoice, db) -> None:
    from tenants.closing.models import Receiver

    on = Receiver.objects.create(name="Books", url="https://books.example.com/in")
    Receiver.objects.create(name="Off", url="https://off.example.com/in", is_active=False)
    invoice()
    assert Telling.objects.get().receiver == on
