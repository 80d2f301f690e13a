"""Nine clauses, two signatures, no two terms on one day, no change of a month that is billed."""

from datetime import date, timedelta

import pytest

from tenants.billing.models import Charge, PriceList
from tenants.billing.queries import charges_of
from tenants.closing.models import Close
from tenants.contracts import errors
from tenants.contracts.actions import agreements
from tenants.contracts.actions.carrying import carry_out_what_is_due
from tenants.contracts.models import CLAUSES, Agreement, Side
from tenants.models import Contract
from tenants.people.models import AuditEntry
from tenants.plans.queries import modules_of
from tenants.terms import TermsOverlap, change_terms
from tests.contracts.story import close_month, sign


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_missing_clause_blocks_it_by_name(acme, drafted, now, clause):
    agreement = drafted()
    agreements.write_agreement(agreement_id=agreement.pk, values={clause: "  "})
    name = str(Agreement._meta.get_field(clause).verbose_name)
    for do in (
        lambda: sign(agreement, Side.VENDOR, now),
        lambda: agreements.put_in_force(agreement_id=agreement.pk, at=now),
    ):
        with pytest.raises(errors.ClausesMissing) as refusal:
            do()
        assert f"missing: {name}." in refusal.value.message
    assert not Contract.objects.filter(tenant=acme).exists()


def test_it_holds_when_both_have_signed_and_then_billing_reads_it(acme, globex, plan, drafted, inside, now):
    agreement = drafted(modules=["quality"])
    assert agreement.ends_on == date(2027, 11, 15)
    sign(agreement, Side.CUSTOMER, now)
    with pytest.raises(errors.SignaturesMissing) as refusal:
        agreements.put_in_force(agreement_id=agreement.pk, at=now)
    assert "Us, the operator" in refusal.value.message
    with pytest.raises(errors.SignedAlready):
        agreements.write_agreement(agreement_id=agreement.pk, values={"price": "half"})
    with pytest.raises(errors.AlreadyDecided):
        sign(agreement, Side.CUSTOMER, now)
    sign(agreement, Side.VENDOR, now)
    agreements.put_in_force(agreement_id=agreement.pk, at=now)
    held = Contract.objects.get(tenant=acme)
    assert (held.plan, held.seats, held.starts_on, held.ends_on) == (plan, 10, now.date(), date(2027, 11, 15))
    assert held.reference == agreement.reference
    assert "quality" in modules_of(acme, now)
    booked = Charge.objects.get(tenant=acme)
    assert (booked.kind, booked.amount, booked.currency) == ("setup", 3000, "CNY")
    with inside(acme):
        assert AuditEntry.objects.filter(verb="put in force").count() == 1
    with inside(globex):
        assert not AuditEntry.objects.exists()


def test_two_terms_on_one_day_are_refused_with_the_name_of_the_other(acme, plan, signed, now):
    other = Contract.objects.create(
        tenant=acme, plan=plan, starts_on=date(2026, 1, 1), seats=3, reference="OLD-1"
    )
    agreement = signed()
    with pytest.raises(TermsOverlap) as refusal:
        agreements.put_in_force(agreement_id=agreement.pk, at=now)
    assert "OLD-1 holds from 2026-01-01" in refusal.value.message
    agreement.refresh_from_db()
    assert (agreement.state, Contract.objects.filter(tenant=acme).count()) == ("draft", 1)
    agreements.put_in_force(agreement_id=agreement.pk, at=now, replaces=other.pk)
    days = (
        Contract.objects.filter(tenant=acme)
        .order_by("starts_on")
        .values_list("starts_on", "ends_on", "seats")
    )
    assert list(days) == [
        (date(2026, 1, 1), date(2026, 11, 15), 3),
        (date(2026, 11, 16), date(2027, 11, 15), 10),
    ]


def test_terms_that_begin_on_the_same_day_or_later_are_taken_over(acme, plan, signed, now):
    other = Contract.objects.create(tenant=acme, plan=plan, starts_on=date(2026, 12, 1), seats=3)
    agreements.put_in_force(agreement_id=signed().pk, at=now, replaces=other.pk)
    held = Contract.objects.get(tenant=acme)
    assert (held.pk, held.starts_on, held.seats) == (other.pk, date(2026, 11, 16), 10)


def test_a_month_that_is_billed_is_not_changed_any_more_and_one_that_is_not_is_charged_anew(
    acme, globex, plan, signed, now
):
    PriceList.objects.create(plan=plan, version=1, valid_from=date(2026, 1, 1), currency="CNY", plan_fee=310)
    past = signed(starts_on=date(2026, 10, 31))
    close_month(acme, date(2026, 10, 1), now)
    close_month(globex, date(2026, 11, 1), now)
    with pytest.raises(errors.MonthIsBilled) as refusal:
        agreements.put_in_force(agreement_id=past.pk, at=now)
    assert "2026-10 is billed already" in refusal.value.message
    assert "from 2026-11-01 on" in refusal.value.message
    assert not Contract.objects.filter(tenant=acme).exists()
    Close.objects.filter(tenant=acme).delete()
    agreements.put_in_force(agreement_id=past.pk, at=now)
    # October's last day is charged at once, 310 ÷ 31: nothing else would draft that month again before its close.
    assert [row.amount for row in charges_of(acme, date(2026, 10, 1)).filter(kind="plan")] == [10]


def test_nothing_is_agreed_on_for_days_more_than_a_year_back(acme, signed, now):
    ancient = signed(starts_on=date(2015, 10, 31))
    with pytest.raises(errors.MonthIsBilled, match="from 2025-11-01 on"):
        agreements.put_in_force(agreement_id=ancient.pk, at=now)


def test_one_of_the_future_begins_by_itself_on_its_day(acme, signed, now):
    agreement = signed(starts_on=date(2026, 11, 20), modules=["quality"])
    agreements.put_in_force(agreement_id=agreement.pk, at=now)
    assert carry_out_what_is_due(at=now) == 0
    assert not Charge.objects.exists()
    day = now + timedelta(days=4)
    assert [carry_out_what_is_due(at=day), carry_out_what_is_due(at=day)] == [1, 0]
    assert Charge.objects.get().amount == 3000
    # After its last day it is over.
    assert carry_out_what_is_due(at=now + timedelta(days=400)) == 1
    agreement.refresh_from_db()
    assert agreement.state == "ended"


def test_terms_changed_on_their_first_day_are_not_split(acme, plan):
    held = Contract.objects.create(tenant=acme, plan=plan, starts_on=date(2026, 11, 1), seats=3)
    change_terms(contract_id=held.pk, day=date(2026, 11, 1), seats=4)
    assert list(Contract.objects.filter(tenant=acme).values_list("seats", flat=True)) == [4]
