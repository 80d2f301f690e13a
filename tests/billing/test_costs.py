"""What a month cost for each tenant by recorded lines, beside its revenue; idle seats; where the month will end."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.billing import activity
from tenants.billing.actions import rate_seats
from tenants.billing.costs import month_of_costs
from tenants.billing.forecast import month_end
from tenants.billing.idle import everybodys_idle_seats, idle_seats
from tenants.billing.models import Bundle, CostLine, ModulePrice
from tenants.models import Plan
from tests.billing.conftest import ANSWERED, price_list, terms

NOVEMBER = date(2026, 11, 1)
HEAD = "month,reference,kind,tenant,label,amount,currency\n"


@pytest.fixture
def finance(member, client_of):
    return client_of(member(None, "operator_finance"))


@pytest.fixture
def both_yuan(acme, globex, plan, prices, contract, charge):
    """acme: 10 seats, 100 s; globex: 20 seats from the 16th, 200 s; both are billed in yuan."""
    type(globex).objects.filter(pk=globex.pk).update(currency="CNY")
    globex.contracts.all().delete()
    other = Plan.objects.create(code="billing-other", name="Other", currency="CNY")
    price_list(other)
    terms(globex, other, date(2026, 11, 16), seats=20)
    charge(100)
    charge(200, tenant=globex, answered_at=ANSWERED + timedelta(hours=20), other_number="+442079460958")
    rate_seats(tenant=acme, month=NOVEMBER)


def cost(kind: str, amount: str, tenant=None, currency: str = "CNY", **other) -> CostLine:
    return CostLine.objects.create(
        month=NOVEMBER, kind=kind, tenant=tenant, label=kind, amount=amount, currency=currency, **other
    )


def rows() -> dict[str, object]:
    return {f"{row.tenant.schema_name} {row.currency}": row for row in month_of_costs(NOVEMBER)}


def test_shared_costs_are_shared_by_use_and_add_up(acme, globex, both_yuan) -> None:
    cost("carrier", "100.00")
    cost("machines", "100.01")
    cost("people", "30.00", acme)
    cost("people", "5.00", currency="GBP")
    found = rows()
    a, b = found["acme CNY"], found["globex CNY"]
    # Carrier by 100 and 200 seconds; machines by 10 × 30 and 20 × 15 days of seats.
    assert [(str(share.line.kind), str(share.amount)) for share in a.shares] == [
        ("carrier", "33.333333"),
        ("machines", "50.005000"),
        ("people", "30.00"),
    ]
    assert a.cost + b.cost == Decimal("230.01")
    assert (a.revenue, a.margin) == (Decimal("860.200000"), Decimal("860.2") - a.cost)
    assert (a.seats, b.seats) == (10, 10)
    assert a.per_seat == Decimal("11.33")
    assert b.margin < b.revenue


def test_the_cost_of_a_call_is_the_cost_over_the_calls_people_took(acme, both_yuan, monkeypatch) -> None:
    cost("people", "30.00", acme)
    assert rows()["acme CNY"].per_call is None
    monkeypatch.setattr(activity, "_answers", [activity.Answers(lambda start, end: 8, list)])
    assert rows()["acme CNY"].per_call == Decimal("3.75")


def test_a_month_without_calls_is_shared_by_seats(acme, plan, prices, contract) -> None:
    cost("carrier", "10.00")
    assert rows()["acme CNY"].cost == 10


def test_finance_sees_costs_and_the_lines_behind_them(finance, acme, both_yuan) -> None:
    cost("people", "30.00", acme, reference="WAGE-7")
    cost("machines", "7.00", currency="USD")
    page = finance.get("/money/costs/?month=2026-11").content.decode()
    assert "860.20" in page
    assert "Recorded costs that nobody carries: 1." in page
    behind = finance.get("/money/costs/acme/?month=2026-11").content.decode()
    assert "its own" in behind
    assert "30.00 ÷ 0 handled calls" in behind
    assert finance.get("/money/costs/nobody/").status_code == 404
    assert finance.get("/money/costs/?month=x").status_code == 400
    assert "Nothing was paid or recorded" in finance.get("/money/costs/?month=2020-01").content.decode()


def upload(client, rows: str):
    sheet = SimpleUploadedFile("costs.csv", (HEAD + rows).encode(), content_type="text/csv")
    answer = client.post(
        "/admin/billing/costline/import/", {"import_file": sheet, "format": "0", "resource": "0"}
    )
    form = answer.context.get("confirm_form")
    return answer.content.decode(), form and dict(form.initial)


def test_costs_come_in_by_a_dry_run_and_the_same_sheet_again_adds_nothing(finance, acme) -> None:
    sheet = "2026-11,B-1,carrier,,Lines,1200.50,CNY\n2026-11,B-2,people,acme,Wages,-30,CNY\n"
    for _ in range(2):
        said, confirm = upload(finance, sheet)
        assert confirm, said
        finance.post("/admin/billing/costline/process_import/", confirm)
    assert [
        (line.reference, line.amount, line.tenant) for line in CostLine.objects.order_by("reference")
    ] == [
        ("B-1", Decimal("1200.50"), None),
        ("B-2", Decimal(-30), acme),
    ]
    out = finance.post("/admin/billing/costline/export/", {"format": "0", "resource": "0"}).content.decode()
    assert "2026-11,B-2,people,acme,Wages,-30.0" in out


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("soon,B-2,people,,Wages,1,CNY\n", "This is not a month."),
        ("2026-11,,people,,Wages,1,CNY\n", "needs the number of its bill"),
        ("2026-11,B-1,people,,Wages,1,CNY\n", "stands in the sheet twice"),
        ("2026-11,B-2,people,nobody,Wages,1,CNY\n", "There is no tenant “nobody”."),
        ("2026-11,B-2,fun,,Wages,1,CNY\n", "fun"),
        ("2026-11,B-2,people,,Wages,much,CNY\n", "“much” is not an amount."),
        ("2026-11,B-2,people,,Wages,1,XXX\n", "XXX"),
    ],
)
def test_a_bad_cost_is_said_and_nothing_comes_in(finance, acme, row: str, said: str) -> None:
    answer, confirm = upload(finance, "2026-11,B-1,carrier,,Lines,1200.50,CNY\n" + row)
    assert said in answer
    assert not confirm
    assert not CostLine.objects.exists()


def test_seats_nobody_used_are_found_with_what_they_cost(
    acme, globex, both_yuan, prices, monkeypatch, member, client_of
) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    people = [
        activity.SeatUse("Never", None),
        activity.SeatUse("Long ago", now - timedelta(days=31)),
        *[activity.SeatUse("Yesterday", now - timedelta(days=1))] * 5,
    ]
    monkeypatch.setattr(activity, "_answers", [activity.Answers(lambda start, end: 0, lambda: people)])
    ModulePrice.objects.create(
        price_list=prices, module="surveys", label="Surveys", monthly_fee=Decimal("50")
    )
    found = idle_seats(acme, at=now)
    assert (found.seats, found.in_use, found.idle, found.paid_idle) == (10, 5, 5, 5)
    assert [use.name for use in found.unused_people] == ["Never", "Long ago"]
    assert found.seats_cost == 5 * 80
    assert found.cost == 5 * 80 + 50
    assert [one.tenant.schema_name for one in everybodys_idle_seats(at=now)] == ["acme", "globex"]
    own = client_of(member(acme, "finance")).get("/usage/seats/").content.decode()
    assert "Long ago" in own
    operators = client_of(member(None, "operator_finance")).get("/money/idle/").content.decode()
    assert "Acme" in operators
    assert "Long ago" not in operators


def test_the_real_agents_are_counted(acme, in_acme, plan, prices, contract, member) -> None:
    from tests.telephony_rows import an_agent

    an_agent(member(acme, "agent", name="Ann"))
    uses = activity.seat_uses()
    assert [(use.name, use.last_at) for use in uses] == [("Ann", None)]
    assert activity.handled_calls(ANSWERED, ANSWERED + timedelta(days=1)) == 0


def test_the_month_ends_where_its_calls_lead_and_fees_stay(acme, prices, contract, charge) -> None:
    Bundle.objects.create(price_list=prices, label="China", direction="outbound", prefix="+86", minutes=3)
    charge(120)
    rate_seats(tenant=acme, month=NOVEMBER)
    at = datetime(2026, 11, 15, 16, 0, tzinfo=UTC)  # midnight in Shanghai: fifteen of thirty days
    end = month_end(acme, NOVEMBER, at)
    assert [(one.currency, one.so_far, one.at_end) for one in end.forecasts] == [
        ("CNY", Decimal("860.20"), Decimal("860.40"))
    ]
    assert [(one.use.used, one.use.included, one.at_end, one.is_short) for one in end.bundles] == [
        (2, 3, 4, True)
    ]
    assert month_end(acme, NOVEMBER, datetime(2026, 11, 1, 15, tzinfo=UTC)) is None
    assert month_end(acme, NOVEMBER, datetime(2026, 12, 1, tzinfo=UTC)) is None
    assert month_end(acme, date(2026, 12, 1), at) is None


def test_the_usage_page_shows_the_plan_and_the_forecast(
    acme, prices, contract, charge, member, client_of
) -> None:
    page = client_of(member(acme, "owner")).get("/usage/?month=2026-10").content.decode()
    assert "A forecast is made for the running month" in page
    assert "Seats" in page
