"""A month rated anew: first the difference, then one correction per call, once. One rule, call by call and as a set."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import uuid4

import pytest
from django.db import transaction

from tenants.billing.actions import SettledLeg, charge_legs, rate_anew, rate_bundles
from tenants.billing.errors import ListCannotRate
from tenants.billing.models import Bundle, Charge, Price, PriceList, Rerating
from tenants.billing.queries import totals
from tenants.billing.rerating import calls_behind, difference_of
from tenants.people.models import AuditEntry
from tests.billing.conftest import ANSWERED, number_of, price_list

NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def newer(plan, prices) -> PriceList:
    """China at 0.08 by day and 0.02 otherwise; the rest as it was."""
    made = price_list(plan, version=2, valid_from=date(2027, 1, 1))
    made.prices.filter(prefix="+86").update(per_minute=Decimal("0.02"))
    Price.objects.create(
        price_list=made, direction="outbound", prefix="+86", days="1-5", hours="08:00-20:00", label="China by day",
        per_minute=Decimal("0.08"), increment_seconds=60,
    )  # fmt: skip
    return made


def test_the_difference_is_told_first_and_then_written_once(
    acme, globex, british, prices, newer, contract, charge
) -> None:
    by_day = charge(120)
    by_night = charge(60, answered_at=ANSWERED + timedelta(hours=5))
    charge(60, direction="inbound")
    charge(60, tenant=globex, other_number="+442079460958")
    before = Charge.objects.count()
    found = difference_of(acme, NOVEMBER, newer)
    assert [
        (line.label, line.call_count, line.changed_count, line.before, line.after) for line in found.lines
    ] == [
        ("Incoming calls", 1, 0, Decimal("0.06"), Decimal("0.06")),
        ("China", 1, 1, Decimal("0.10"), Decimal("0.02")),
        ("China by day", 1, 1, Decimal("0.20"), Decimal("0.16")),
    ]
    assert (found.changed_count, found.difference, found.left_alone) == (2, Decimal("-0.12"), 0)
    (behind,) = calls_behind(acme, NOVEMBER, newer, kind="outbound", label="China by day")
    assert (behind.leg_id, behind.before, behind.after) == (by_day.leg_id, Decimal("0.20"), Decimal("0.16"))
    assert Charge.objects.count() == before
    run = rate_anew(tenant=acme, month=NOVEMBER, price_list=newer)
    assert (run.call_count, run.difference) == (2, Decimal("-0.12"))
    rows = Charge.objects.filter(kind="rerated").order_by("amount")
    assert [(row.leg_id, row.amount, row.label, row.price_list_id) for row in rows] == [
        (by_night.leg_id, Decimal("-0.08"), "China", newer.pk),
        (by_day.leg_id, Decimal("-0.04"), "China by day", newer.pk),
    ]
    assert rate_anew(tenant=acme, month=NOVEMBER, price_list=newer) is None
    assert (Charge.objects.count(), Rerating.objects.count()) == (before + 2, 1)
    assert totals(acme, NOVEMBER) == {"CNY": Decimal("0.24")}
    assert AuditEntry.objects.get(verb="rated anew").after == {"calls": 2, "difference": "-0.120000"}


def test_there_and_back_again_is_where_it_began(acme, prices, newer, contract, charge) -> None:
    charge(120)
    was = totals(acme, NOVEMBER)
    for wanted in (newer, prices, newer, prices):
        rate_anew(tenant=acme, month=NOVEMBER, price_list=wanted)
        assert rate_anew(tenant=acme, month=NOVEMBER, price_list=wanted) is None
    assert totals(acme, NOVEMBER) == was
    assert Charge.objects.filter(kind="rerated").count() == 4


def test_a_corrected_estimate_is_rated_by_its_true_length(acme, newer, contract, charge) -> None:
    leg = uuid4()
    charge(600, leg_id=leg, is_estimated=True)
    charge(60, leg_id=leg)
    rate_anew(tenant=acme, month=NOVEMBER, price_list=newer)
    assert totals(acme, NOVEMBER) == {"CNY": Decimal("0.08")}


def test_included_minutes_follow_the_new_amounts(acme, prices, newer, contract, charge) -> None:
    Bundle.objects.create(price_list=prices, label="All", direction="outbound", minutes=1)
    charge(120)
    rate_bundles(tenant=acme, month=NOVEMBER)
    assert totals(acme, NOVEMBER) == {"CNY": Decimal("0.10")}
    rate_anew(tenant=acme, month=NOVEMBER, price_list=newer)
    rate_bundles(tenant=acme, month=NOVEMBER)
    assert totals(acme, NOVEMBER) == {"CNY": Decimal("0.08")}


def test_a_list_that_cannot_rate_all_calls_rates_none(acme, prices, newer, contract, charge) -> None:
    charge(120)
    charge(60, other_number="+442079460958")
    newer.prices.filter(prefix="+").delete()
    assert difference_of(acme, NOVEMBER, newer).left_alone == 1
    with pytest.raises(ListCannotRate, match="for 1 of the month's calls"):
        rate_anew(tenant=acme, month=NOVEMBER, price_list=newer)
    PriceList.objects.filter(pk=newer.pk).update(currency="USD")
    newer.refresh_from_db()
    with pytest.raises(ListCannotRate, match="for 2 of"):
        rate_anew(tenant=acme, month=NOVEMBER, price_list=newer)
    assert not Charge.objects.filter(kind="rerated").exists()
    assert not Rerating.objects.exists()


def test_calls_without_a_price_are_left_to_the_draft(acme, plan, contract, charge) -> None:
    charge(60)
    listed = price_list(plan)
    found = difference_of(acme, NOVEMBER, listed)
    assert (found.unpriced, found.changed_count, found.left_alone) == (1, 0, 0)
    assert rate_anew(tenant=acme, month=NOVEMBER, price_list=listed) is None


def random_list(listed: PriceList, random: Random) -> None:
    """Prefixes within prefixes, hours and days, kinds of numbers; every price an odd one."""
    listed.prices.all().delete()
    rows = [("outbound", prefix, "") for prefix in ("", "+", "+8", "+86", "+8613", "+86138", "+4420", "400")]
    rows += [("inbound", "", ""), ("inbound", "", "shared_cost"), ("internal", "10", "")]
    for direction, prefix, kind in rows:
        times = random.choice(
            ([("", "")], [("1-5", "08:00-20:00"), ("", "")], [("1-3", ""), ("4-7", "00:00-12:30"), ("", "")])
        )
        for days, hours in times:
            Price.objects.create(
                price_list=listed,
                direction=direction,
                prefix=prefix,
                number_kind=kind,
                days=days,
                hours=hours,
                label=f"{direction} {prefix}{kind} {days} {hours}",
                per_minute=Decimal(random.randint(0, 99_999_999)) / 1_000_000,
                minimum_seconds=random.choice((0, 1, 30, 61)),
                increment_seconds=random.choice((1, 6, 7, 60)),
            )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_month_as_a_set_costs_what_its_calls_cost_one_by_one(
    acme, globex, plan, prices, contract, british, charge, seed: int
) -> None:
    """Σ ledger = Σ calls, to the millionth, for hours, prefixes, kinds and lengths of all sorts."""
    random = Random(seed)
    number_of(acme, "4008001234", kind="shared_cost")
    calls = [
        {
            "leg_id": uuid4(),
            "seconds": random.choice((1, 59, 60, 61, random.randint(1, 9_000), 2_592_000)),
            "direction": random.choice(("outbound", "outbound", "inbound", "internal")),
            "number": random.choice(("4008001234", "+862155500001")),
            "other_number": random.choice(
                (
                    "+8613812342211",
                    "+8613912342211",
                    "+442079460958",
                    "4001234567",
                    "95588",
                    "1001",
                    "+12125550100",
                )
            ),
            "answered_at": datetime(2026, 11, 2, tzinfo=ANSWERED.tzinfo)
            + timedelta(minutes=random.randint(0, 20_160)),
        }
        for _ in range(60)
    ]
    prices.prices.filter(direction="internal").delete()
    for direction in ("internal", "outbound"):
        Price.objects.create(price_list=prices, direction=direction, label="Else", per_minute=Decimal(1))
    for call in calls:
        charge(**call)
    wanted = price_list(plan, version=2, valid_from=date(2027, 1, 1))
    random_list(wanted, random)
    one_by_one = price_list(british.plan, version=2, valid_from=date(2026, 1, 2))
    one_by_one.prices.all().delete()
    for price in wanted.prices.order_by("id"):
        price.pk, price.price_list = None, one_by_one
        price.save()
    type(globex).objects.filter(pk=globex.pk).update(time_zone=acme.time_zone, country=acme.country)
    for call in calls:
        charge(**call, tenant=globex)
    assert_a_heap_costs_the_same(globex, calls)
    singly = {row.leg_id: row for row in Charge.objects.filter(tenant=globex)}
    left = [row for row in singly.values() if row.state == "unpriced"]
    if left or len(singly) < len(calls):
        kept = [leg for leg, row in singly.items() if row.state == "priced"]
        assert difference_of(acme, NOVEMBER, wanted).left_alone == len(calls) - len(kept)
        Price.objects.create(price_list=wanted, direction="internal", label="Else", per_minute=Decimal(0))
    rate_anew(tenant=acme, month=NOVEMBER, price_list=wanted)
    for leg, row in singly.items():
        own = Charge.objects.filter(tenant=acme, leg_id=leg)
        if row.state == "priced":
            assert sum(own.values_list("amount", flat=True)) == row.amount
            assert sum(own.values_list("billed_seconds", flat=True)) == row.billed_seconds
            assert sum(own.values_list("quantity", flat=True)) == row.quantity
    assert difference_of(acme, NOVEMBER, wanted).changed_count == 0


def assert_a_heap_costs_the_same(tenant, calls: list[dict]) -> None:
    """Whole lists read at once for all of them: other legs, the same amounts."""
    heap = [
        SettledLeg(uuid4(), "n", ended_at=ANSWERED, billable_seconds=call["seconds"], **_of(call))
        for call in calls
    ]
    singly = Charge.objects.filter(tenant=tenant, leg_id__in=[call["leg_id"] for call in calls])
    told = (
        "kind", "other_number", "number", "started_at", "month", "label", "amount", "unit_price", "quantity", "state",
        "reason", "billable_seconds", "billed_seconds", "currency", "price_list_id", "price_version",
    )  # fmt: skip
    expected = sorted(singly.values_list(*told), key=str)
    with transaction.atomic():
        charge_legs(heap, tenant_schema=tenant.schema_name)
        found = Charge.objects.filter(leg_id__in=[leg.leg_id for leg in heap])
        assert sorted(found.values_list(*told), key=str) == expected
        transaction.set_rollback(True)


def _of(call: dict) -> dict:
    return {name: call[name] for name in ("direction", "number", "other_number", "answered_at")}


def test_finance_sees_the_difference_and_its_calls_and_writes_it(
    acme, prices, newer, contract, charge, member, client_of
) -> None:
    charge(120)
    finance = client_of(member(None, "operator_finance"))
    chosen = {"tenant": acme.pk, "month": "2026-11", "price_list": newer.pk}
    assert "Show the difference" in finance.get("/money/rating/").content.decode()
    page = finance.get("/money/rating/", chosen).content.decode()
    assert "China by day" in page
    assert "-0.0400" in page
    calls = finance.get(
        "/money/rating/calls/", chosen | {"kind": "outbound", "label": "China by day"}
    ).content.decode()
    assert "138****2211" in calls
    assert "13812342211" not in calls
    assert "2026-11-16 17:00:00" in calls
    assert not Charge.objects.filter(kind="rerated").exists()
    done = finance.post("/money/rating/", chosen, follow=True).content.decode()
    assert "Corrections written: 1." in done
    assert "There is nothing to write" in done
    assert Charge.objects.filter(kind="rerated").count() == 1
    for bad in ({"month": "x"}, {"tenant": "0"}, {"price_list": "'"}):
        assert finance.get("/money/rating/", chosen | bad).status_code == 200
        assert finance.get("/money/rating/calls/", chosen | bad).status_code == 404


@pytest.mark.parametrize("page", ["costs/", "costs/acme/", "rating/", "rating/calls/", "idle/"])
def test_only_finance_opens_the_pages_of_money(acme, member, client_of, page: str) -> None:
    assert client_of(member(None, "operator")).get(f"/money/{page}").status_code == 403
    assert client_of(member(acme, "owner")).get(f"/money/{page}").status_code == 404
