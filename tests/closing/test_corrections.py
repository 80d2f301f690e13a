"""Credit notes, payments, reminders, suspension and what opens again; acme acts, globex does not notice."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tenants.actions import resume_tenant, suspend_tenant
from tenants.closing.actions.crediting import credit_bill
from tenants.closing.actions.payments import record_payment, take_back_payment
from tenants.closing.actions.reminders import remind
from tenants.closing.errors import (
    AlreadyTakenBack,
    MoreThanTheInvoice,
    NotAnAmount,
    NothingLeftToCredit,
    NotTheirInvoice,
    OnlyInvoicesAreCredited,
    ReasonMissing,
    ReferenceKnown,
)
from tenants.closing.models import Bill, Payment, Reminder, ReminderPolicy, Suspension
from tenants.closing.queries.statement import open_amounts, overdue, statements
from tenants.models import Tenant
from tenants.plans.queries.notices import notices_for
from tests.closing.conftest import AT, DECEMBER, IN_JANUARY, close

DUE = date(2026, 12, 17)


def days_after(days: int):
    """The night so many days after acme's bill was due."""
    return AT.replace(month=12, day=17) + timedelta(days=days)


def pay(tenant: Tenant, amount: str, reference: str = "R1", at=AT, **more) -> Payment:
    told = {"currency": "CNY", "received_on": at.date(), "by_name": "Fiona", "at": at} | more
    return record_payment(tenant=tenant, amount=Decimal(amount), reference=reference, **told)


# --- credit notes ---


def test_a_credit_note_of_all_takes_everything_back(acme, invoice) -> None:
    bill = invoice()
    note = credit_bill(bill_id=bill.pk, reason="Wrong plan", at=IN_JANUARY)
    assert (note.number, note.kind, note.total) == ("CN2027C-000001", "credit", bill.total)
    assert [(tax.code, tax.net, tax.tax) for tax in note.taxes.all()] == [
        (tax.code, tax.net, tax.tax) for tax in bill.taxes.all()
    ]
    assert open_amounts(acme) == {bill.pk: 0}
    with pytest.raises(NothingLeftToCredit):
        credit_bill(bill_id=bill.pk, reason="Again", at=IN_JANUARY)


def test_parts_of_a_line_are_never_more_than_the_line_and_their_tax_is_the_lines(acme, invoice) -> None:
    bill = invoice()
    seats = bill.lines.get(kind="seats")
    for amount in ("100", "0.01", "59.99"):
        credit_bill(bill_id=bill.pk, reason="Fewer", at=AT, amounts={seats.pk: Decimal(amount)})
    for amount in ("400.01", "-1"):
        with pytest.raises(MoreThanTheInvoice):
            credit_bill(bill_id=bill.pk, reason="More", at=AT, amounts={seats.pk: Decimal(amount)})
    credit_bill(bill_id=bill.pk, reason="Rest", at=AT, amounts={seats.pk: Decimal("400")})
    notes = Bill.objects.filter(corrects=bill)
    assert (sum(note.net for note in notes), sum(note.tax for note in notes)) == (seats.net, seats.tax)
    assert sorted(notes.values_list("number", flat=True)) == [f"CN2026C-00000{n}" for n in range(1, 5)]
    assert credit_bill(bill_id=bill.pk, reason="All else", at=AT).total == bill.total - seats.gross


def test_a_credit_note_needs_a_reason_and_an_invoice(invoice) -> None:
    bill = invoice()
    with pytest.raises(ReasonMissing):
        credit_bill(bill_id=bill.pk, reason="  ", at=AT)
    note = credit_bill(bill_id=bill.pk, reason="Wrong", at=AT)
    with pytest.raises(OnlyInvoicesAreCredited):
        credit_bill(bill_id=note.pk, reason="Wrong", at=AT)


# --- payments ---


def test_part_the_rest_and_more_than_is_owed(acme, globex, invoice) -> None:
    bill = invoice()
    pay(acme, "900")
    assert open_amounts(acme) == {bill.pk: bill.total - 900}
    pay(acme, "100", "R2", bill=bill)
    (statement,) = statements(acme)
    assert (statement.balance, statement.on_account) == (bill.total - 1000, 1000 - bill.total)
    assert [entry.amount for entry in statement.entries] == [bill.total, -900, -100]
    close(acme, DECEMBER, IN_JANUARY)
    (statement,) = statements(acme)
    assert statement.on_account == 0
    assert statement.balance == sum(one.total for one in Bill.objects.all()) - 1000
    assert statements(globex) == []


def test_a_reference_counts_once_until_it_is_taken_back(acme, globex, invoice) -> None:
    invoice()
    first = pay(acme, "10")
    with pytest.raises(ReferenceKnown):
        pay(acme, "10", " R1 ")
    pay(globex, "10", currency="GBP")
    take_back_payment(payment_id=first.pk, reason="Bounced", at=AT)
    with pytest.raises(AlreadyTakenBack):
        take_back_payment(payment_id=first.pk, reason="Bounced", at=AT)
    pay(acme, "10")
    assert statements(acme)[0].balance == Bill.objects.get().total - 10


def test_what_is_no_payment_is_refused(acme, globex, invoice) -> None:
    bill = invoice()
    for amount in ("0", "-1", "0.001"):
        with pytest.raises(NotAnAmount):
            pay(acme, amount)
    with pytest.raises(NotTheirInvoice):
        pay(globex, "10", bill=bill)
    with pytest.raises(NotTheirInvoice):
        pay(acme, "10", bill=bill, currency="USD")
    assert not Payment.objects.exists()


# --- reminders ---


def steps(tenant: Tenant) -> list[str]:
    return list(Reminder.objects.filter(bill__tenant=tenant).order_by("pk").values_list("step", flat=True))


def test_from_the_first_reminder_to_the_suspension_and_back(acme, globex, invoice) -> None:
    invoice()
    for night in (0, 2, 3, 4, 9, 10, 19, 20, 21, 29, 30, 31, 59):
        remind(tenant_id=acme.pk, at=days_after(night))
        remind(tenant_id=acme.pk, at=days_after(night) + timedelta(minutes=1))
        remind(tenant_id=globex.pk, at=days_after(night))
    taken = Reminder.objects.order_by("pk").values_list("step", "taken_on")
    assert [(step, (on - DUE).days) for step, on in taken] == [
        ("first", 3),
        ("second", 10),
        ("warning", 20),
        ("suspension", 30),
    ]
    acme.refresh_from_db()
    assert (acme.state, acme.state_reason) == ("suspended", "Invoice CN2026-000001 is not paid")
    assert Tenant.objects.get(pk=globex.pk).state == "active"
    pay(acme, "900", at=days_after(60))
    assert Tenant.objects.get(pk=acme.pk).state == "suspended"
    pay(acme, "12", "R2", at=days_after(61))
    assert Tenant.objects.get(pk=acme.pk).state == "active"
    assert Suspension.objects.get().lifted_at == days_after(61)


def test_a_warning_is_a_notice_with_its_day_for_this_tenant_alone_until_it_is_paid(
    acme, globex, invoice
) -> None:
    bill = invoice()
    remind(tenant_id=acme.pk, at=days_after(20))
    (notice,) = notices_for(acme)
    assert notice.title == "Suspension on 2027-01-16 unless invoice CN2026-000001 is paid"
    assert "未付清" in notice.title_zh
    assert notice.starts_at.isoformat() == "2027-01-15T16:00:00+00:00"
    assert not notices_for(globex)
    credit_bill(bill_id=bill.pk, reason="Ours", at=days_after(21))
    remind(tenant_id=acme.pk, at=days_after(40))
    assert not notices_for(acme)
    assert Tenant.objects.get(pk=acme.pk).state == "active"


def test_who_was_never_warned_is_warned_first_however_late_it_is(acme, invoice) -> None:
    invoice()
    remind(tenant_id=acme.pk, at=days_after(200))
    assert steps(acme) == ["warning"]
    assert Reminder.objects.get().suspends_on == DUE + timedelta(days=207)
    remind(tenant_id=acme.pk, at=days_after(206))
    assert steps(acme) == ["warning"]
    remind(tenant_id=acme.pk, at=days_after(207))
    assert steps(acme) == ["warning", "suspension"]


def test_nobody_is_suspended_where_the_policy_or_the_payer_says_no(acme, terms_of, invoice) -> None:
    invoice()
    ReminderPolicy.objects.update(is_suspending=False)
    for night in range(0, 60, 5):
        remind(tenant_id=acme.pk, at=days_after(night))
    assert steps(acme) == ["first", "second"]
    ReminderPolicy.objects.update(is_suspending=True)
    terms_of.is_reminded = False
    terms_of.save()
    assert remind(tenant_id=acme.pk, at=days_after(70)) == []


def test_what_somebody_else_suspended_is_not_ours_to_resume(acme, invoice) -> None:
    invoice()
    for night in (20, 30):
        remind(tenant_id=acme.pk, at=days_after(night))
    resume_tenant(tenant_id=acme.pk, at=days_after(31))
    suspend_tenant(tenant_id=acme.pk, at=days_after(32), reason="Fraud")
    pay(acme, "912.00", at=days_after(33))
    assert not overdue(acme, days_after(33).date())
    assert Tenant.objects.get(pk=acme.pk).state == "suspended"
    assert Suspension.objects.get().lifted_at
