"""What the probes saw becomes availability by tenant and month, and the promised credit, by hand-computed figures."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from tenants.billing.actions import draft_invoice
from tenants.billing.models import Charge, ContractTerm, PriceList, TermDiscount
from tenants.models import Tenant
from tenants.plans.models import Notice
from tenants.service import errors
from tenants.service.actions.credits import settle_last_month, settle_month
from tenants.service.actions.watch import note_homes, note_round, note_windows, roll_days, settle_gap
from tenants.service.models import MonthAvailability, PartDay, PartSpan
from tenants.service.queries.availability import tenants_touched, whole_month
from tenants.service.queries.watch import parts_now
from tests.service.conftest import START, UP

NOVEMBER = date(2026, 11, 1)
DECEMBER_3 = datetime(2026, 12, 3, tzinfo=UTC)
MINUTES_43 = timedelta(minutes=43)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def spans_of(part: str) -> list[tuple]:
    found = PartSpan.objects.filter(part=part).order_by("began_at", "pk")
    return [(row.state, row.began_at, row.ended_at) for row in found]


# --- the watch ---


def test_ten_thousand_looks_that_see_the_same_are_one_row(watch):
    for n in range(1, 50):
        note_round(at=START + timedelta(seconds=10 * n), found=UP)
    assert PartSpan.objects.count() == len(UP)
    watch.outage("database", START + timedelta(hours=1), MINUTES_43)
    began = START + timedelta(hours=1)
    assert spans_of("database") == [
        ("up", START, began), ("down", began, began + MINUTES_43), ("up", began + MINUTES_43, None),
    ]  # fmt: skip
    assert PartSpan.objects.count() == len(UP) + 2
    # A look that comes late, or twice, changes nothing.
    note_round(at=began, found={})
    assert PartSpan.objects.filter(ended_at=None).count() == len(UP)


def test_what_nobody_saw_is_a_span_of_its_own(watch):
    last = START + timedelta(hours=2)
    watch.round(last, switch_main="down")
    again = last + timedelta(minutes=20)
    note_round(at=again, found=UP)
    assert spans_of("web") == [("up", START, last), ("unknown", last, again), ("up", again, None)]
    assert spans_of("switch")[:0] == []
    main = PartSpan.objects.filter(part="switch", place="main").order_by("began_at")
    assert [row.state for row in main] == ["up", "down", "unknown", "up"]


def test_days_are_summed_once_and_are_the_bars_of_the_page(watch):
    watch.outage("database", at("2026-10-31T23:50"), timedelta(minutes=30))
    watch.round(at("2026-11-02T06:00"))
    assert roll_days(today=date(2026, 11, 2)) == 2 * len(UP)
    assert roll_days(today=date(2026, 11, 2)) == 0
    sums = PartDay.objects.filter(part="database").order_by("day").values_list("up_seconds", "down_seconds")
    assert list(sums) == [(86_400 - 600, 600), (86_400 - 1200, 1200)]
    database = next(one for one in parts_now(at("2026-11-02T06:00")) if one.part == "database")
    assert [bar.kind for bar in database.days[-4:]] == ["none", "down", "down", "up"]
    assert [bar.seen for bar in database.days[-3:]] == [86_400, 86_400, 6 * 3600]
    assert len(database.days) == 90


# --- whom it touches ---


def test_an_outage_of_a_cell_touches_who_lived_there_then(watch, acme, globex):
    watch.outage("switch_north", at("2026-11-10T10:00"), MINUTES_43)
    watch.round(DECEMBER_3)
    assert whole_month(acme, NOVEMBER, DECEMBER_3).down == 0
    told = whole_month(globex, NOVEMBER, DECEMBER_3)
    assert (told.down, told.percent) == (2580, Decimal("99.900"))
    north = told.outages[0].span
    assert [(tenant.schema_name, s) for tenant, s in tenants_touched(north, DECEMBER_3)] == [("globex", 2580)]


def test_who_moved_in_the_middle_is_touched_by_the_part_of_it(watch, acme):
    watch.round(at("2026-11-10T10:00"), switch_north="down")
    Tenant.objects.filter(pk=acme.pk).update(cell="north")
    note_homes(at=at("2026-11-10T10:20"))
    watch.round(at("2026-11-10T10:43"), switch_north="up")
    watch.round(DECEMBER_3)
    acme.refresh_from_db()
    assert whole_month(acme, NOVEMBER, DECEMBER_3).down == 23 * 60


def test_parts_down_together_count_once_and_what_is_not_counted_not_at_all(watch, acme):
    watch.round(at("2026-11-10T10:00"), database="down", web="down", cache="down")
    watch.round(at("2026-11-10T10:10"), database="up")
    watch.round(at("2026-11-10T10:30"), web="up")
    watch.round(at("2026-11-10T11:00"), cache="up")
    watch.round(DECEMBER_3)
    told = whole_month(acme, NOVEMBER, DECEMBER_3)
    assert told.down == 30 * 60
    assert {(one.span.part, one.counted) for one in told.outages} == {("database", 600), ("web", 1800)}


def test_a_month_is_the_tenants_own_and_has_the_hours_it_has(watch, acme, globex):
    """Shanghai's November begins eight hours before London's; London's October 2026 has 745 hours."""
    watch.outage("web", at("2026-10-31T16:30"), timedelta(minutes=30))
    watch.round(DECEMBER_3)
    assert whole_month(acme, NOVEMBER, DECEMBER_3).down == 1800
    assert whole_month(globex, NOVEMBER, DECEMBER_3).down == 0
    october = whole_month(globex, date(2026, 10, 1), DECEMBER_3)
    assert october.down == 1800
    assert october.counted + october.unmeasured == 745 * 3600
    assert october.unmeasured == round((START - at("2026-09-30T23:00")).total_seconds())


# --- maintenance ---


def announce(starts: datetime, **fields) -> Notice:
    told = {"title": "M", "title_zh": "维护", "body": "b", "body_zh": "b", "effect": "calls"} | fields
    told |= {"starts_at": starts, "ends_at": starts + timedelta(hours=1), "published_at": START}
    return Notice.objects.create(**told)


def test_maintenance_told_48_hours_ahead_is_left_out_and_later_it_is_not(watch, acme, globex):
    early, late = at("2026-11-10T10:00"), at("2026-11-20T10:00")
    announce(early)
    note_windows(at=early - timedelta(hours=49))
    announce(late)
    note_windows(at=late - timedelta(hours=47))
    for start in (early, late):
        watch.outage("switch_main", start, timedelta(minutes=90))
    watch.round(DECEMBER_3)
    told = whole_month(acme, NOVEMBER, DECEMBER_3)
    # Of the first half an hour is over the end; the second counts whole.
    assert told.down == 30 * 60 + 90 * 60
    assert told.maintenance == 3600
    assert told.counted == 30 * 86_400 - 3600
    assert [(one.counted, one.excluded) for one in told.outages] == [(1800, 3600), (5400, 0)]


@pytest.mark.parametrize("change", ["moved", "withdrawn", "of others", "unnoticed"])
def test_maintenance_that_was_not_as_announced_is_downtime(watch, acme, globex, change):
    start = at("2026-11-10T10:00")
    notice = announce(start, effect="none" if change == "unnoticed" else "calls")
    if change == "of others":
        notice.tenants.set([globex])
    note_windows(at=start - timedelta(hours=60))
    if change == "moved":
        # Told for two hours earlier; changed when it had begun.
        Notice.objects.update(starts_at=start - timedelta(hours=2))
    if change == "withdrawn":
        Notice.objects.update(withdrawn_at=start)
    note_windows(at=start - timedelta(minutes=1))
    watch.outage("switch_main", start, MINUTES_43)
    watch.round(DECEMBER_3)
    told = whole_month(acme, NOVEMBER, DECEMBER_3)
    assert (told.down, told.maintenance) == (2580, 0)


# --- the credit (C17) ---


@pytest.fixture
def fees():
    """A plan at 1,000 a month and ten seats, three included, at 50."""

    def make(contract):
        PriceList.objects.create(
            plan=contract.plan, version=1, valid_from=date(2026, 1, 1), currency=contract.plan.currency,
            plan_fee=Decimal(1000), seat_fee=Decimal(50),
        )  # fmt: skip
        return contract

    return make


def credits_of(tenant) -> list[tuple]:
    rows = Charge.objects.filter(tenant=tenant, kind="credit").order_by("pk")
    return [(row.month, row.amount, row.currency) for row in rows]


def test_43_minutes_down_are_99_900_percent_and_the_credit_of_the_contract(
    watch, acme, globex, promised, fees, now
):
    """30 days are 43,200 minutes; 43 of them 0.0995…%: 99.900 % against 99.95 % promised.

    Fees: 1,000 + (10 − 3) × 50 = 1,350.00; 10 % of them 135.00.
    """
    contract = fees(promised(acme))
    promised(globex, currency="GBP")
    watch.outage("switch_main", at("2026-11-10T10:00"), MINUTES_43)
    watch.round(DECEMBER_3)
    assert settle_month(tenant=acme, month=NOVEMBER, at=at("2026-11-30T15:59")) == []
    row = settle_month(tenant=acme, month=NOVEMBER, at=DECEMBER_3)[0]
    assert (row.state, row.down_seconds, row.counted_seconds) == ("missed", 2580, 2_592_000)
    assert credits_of(acme) == [(NOVEMBER, Decimal("-135.00"), "CNY")]
    charge = Charge.objects.get(kind="credit")
    assert charge.source_key == f"sla:{contract.pk}:CNY"
    assert "99.900" in charge.label
    assert [(one["part"], one["seconds"]) for one in row.outages] == [("switch", 2580)]
    # Again, and by the task of the morning: once.
    assert settle_last_month(at=DECEMBER_3 + timedelta(hours=1)) == 1
    assert len(credits_of(acme)) == 1
    assert credits_of(globex) == []
    assert MonthAvailability.objects.get(tenant=globex).state == "met"
    invoice = draft_invoice(tenant=acme, month=NOVEMBER, at=DECEMBER_3)[0]
    assert invoice.total == Decimal("1215.00")


@pytest.mark.parametrize(("promise", "state"), [("99.900", "met"), ("99.901", "missed")])
def test_the_promise_is_held_against_the_exact_seconds(watch, acme, promised, fees, promise, state):
    fees(promised(acme, availability=promise))
    watch.outage("web", at("2026-11-10T10:00"), MINUTES_43)
    watch.round(DECEMBER_3)
    assert settle_month(tenant=acme, month=NOVEMBER, at=DECEMBER_3)[0].state == state


def test_half_a_month_is_held_against_its_own_days_and_fees(watch, acme, promised, fees):
    """From 16 November: 15 days, 21,600 minutes; 21 of them are 99.902 %. Half of 1,350 is 675; 10 % 67.50."""
    contract = fees(promised(acme))
    type(contract).objects.update(starts_on=date(2026, 11, 16))
    watch.outage("web", at("2026-11-15T15:00"), timedelta(minutes=60))
    watch.outage("web", at("2026-11-20T10:00"), timedelta(minutes=21))
    watch.round(DECEMBER_3)
    row = settle_month(tenant=acme, month=NOVEMBER, at=DECEMBER_3)[0]
    # Midnight in Shanghai is 16:00 in UTC: the first outage ended when the contract began.
    assert (row.down_seconds, row.counted_seconds) == (1260, 15 * 86_400)
    assert credits_of(acme) == [(NOVEMBER, Decimal("-67.50"), "CNY")]


def test_of_a_year_paid_ahead_and_a_discount_the_months_part_counts(watch, acme, promised, fees):
    """A year from 1 January 2026 at 12 × 1,350 = 16,200 less 10 % for its length: 14,580; November is 30 of its 365
    days: 1,198.356164; 10 % of them 119.84.
    """
    contract = fees(promised(acme))
    TermDiscount.objects.create(price_list=PriceList.objects.get(), months=12, percent=10)
    ContractTerm.objects.create(contract=contract, months=12, paid="ahead")
    watch.outage("web", at("2026-11-10T10:00"), MINUTES_43)
    watch.round(DECEMBER_3)
    settle_month(tenant=acme, month=NOVEMBER, at=DECEMBER_3)
    assert credits_of(acme) == [(NOVEMBER, Decimal("-119.84"), "CNY")]


def test_a_gap_that_would_decide_waits_for_a_person_and_one_that_would_not_does_not(
    watch, acme, promised, fees
):
    fees(promised(acme))
    watch.round(at("2026-11-10T10:00"))
    note_round(at=at("2026-11-10T10:15"), found=UP)
    gap = PartSpan.objects.get(part="web", state="unknown")
    watch.round(DECEMBER_3)
    # 15 minutes of 43,200 are 0.035 %: kept at 99.95 % even if all was down.
    assert settle_month(tenant=acme, month=NOVEMBER, at=DECEMBER_3)[0].state == "met"
    MonthAvailability.objects.all().delete()
    PartSpan.objects.filter(state="unknown").update(began_at=at("2026-11-10T09:45"))
    row = settle_month(tenant=acme, month=NOVEMBER, at=DECEMBER_3)[0]
    assert (row.state, row.unknown_seconds, row.booked_at, credits_of(acme)) == ("undecided", 1800, None, [])
    settle_gap(span_id=gap.pk, as_state="down", because="no call records", by_name="Olivia", at=DECEMBER_3)
    assert settle_last_month(at=DECEMBER_3) == 1
    assert credits_of(acme) == [(NOVEMBER, Decimal("-135.00"), "CNY")]
    with pytest.raises(errors.IsSettled):
        settle_gap(span_id=gap.pk, as_state="up", because="was up", by_name="Olivia", at=DECEMBER_3)


def test_what_was_seen_is_not_settled_otherwise(watch):
    watch.outage("web", at("2026-11-10T10:00"), MINUTES_43)
    with pytest.raises(errors.WasSeen):
        settle_gap(
            span_id=PartSpan.objects.get(state="down").pk,
            as_state="up",
            because="x",
            by_name="O",
            at=DECEMBER_3,
        )


def test_page_export_and_credit_say_the_same_and_lead_to_the_outages(
    watch, acme, globex, promised, fees, member, client_of, monkeypatch
):
    clock = SimpleNamespace(now=lambda: DECEMBER_3)
    monkeypatch.setattr("tenants.service.console.status.timezone", clock)
    fees(promised(acme))
    watch.outage("switch_main", at("2026-11-10T10:00"), MINUTES_43)
    watch.round(DECEMBER_3)
    settle_month(tenant=acme, month=NOVEMBER, at=DECEMBER_3)
    finance = client_of(member(acme, "finance"))
    page = finance.get("/status/month/?month=2026-11").content.decode()
    assert "99.900" in page
    assert "−135.00 CNY" in page
    outage = PartSpan.objects.get(state="down")
    assert f'id="outage-{outage.pk}"' in page
    line = finance.get("/usage/charges/?month=2026-11&kind=credit").content.decode()
    assert "/status/month/?month=2026-11" in line
    sheet = finance.get("/status/export.csv").content.decode("utf-8-sig")
    row = next(one for one in csv.DictReader(io.StringIO(sheet)) if one["month"] == "2026-11")
    assert (row["availability_percent"], row["down_seconds"]) == ("99.900", "2580")
    stranger = client_of(member(globex, "finance")).get("/status/month/?month=2026-11").content.decode()
    assert f'id="outage-{outage.pk}"' not in stranger
    assert "135.00" not in stranger
    assert finance.get("/status/month/?month=2026-13").status_code == 400
