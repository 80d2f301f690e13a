"""Finance in the operators' console: prices in and out with a dry run, the ledger, drafts and the billing sheet."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from tenants.billing.actions import copy_price_list, draft_invoice
from tenants.billing.models import Charge, Invoice, Price, PriceList
from tenants.people.models import AuditEntry
from tests.billing.conftest import ANSWERED

NOVEMBER = date(2026, 11, 1)
HEAD = "plan,version,direction,prefix,number_kind,label,per_minute,minimum_seconds,increment_seconds\n"


@pytest.fixture
def finance(member, client_of):
    return client_of(member(None, "operator_finance"))


@pytest.fixture
def operator(member, client_of):
    return client_of(member(None, "operator"))


def upload(client, rows: str):
    """The dry run: (answer, what to confirm it with)."""
    sheet = SimpleUploadedFile("prices.csv", (HEAD + rows).encode(), content_type="text/csv")
    answer = client.post(
        "/admin/billing/price/import/", {"import_file": sheet, "format": "0", "resource": "0"}
    )
    form = answer.context.get("confirm_form")
    return answer, form and dict(form.initial)


def test_prices_come_in_by_a_dry_run_and_a_confirmation(finance, prices) -> None:
    rows = "billing-cn,1,outbound,+8621,,Shanghai,0.04,0,6\nbilling-cn,1,outbound,+86,,China,0.11,0,60\n"
    answer, confirm = upload(finance, rows)
    assert "Shanghai" in answer.content.decode()
    assert Price.objects.filter(prefix="+8621").count() == 0
    finance.post("/admin/billing/price/process_import/", confirm)
    assert prices.prices.get(prefix="+8621").per_minute == Decimal("0.040000")
    assert prices.prices.get(prefix="+86").per_minute == Decimal("0.110000")
    assert AuditEntry.objects.filter(verb="imported").count() == 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("billing-cn,9,outbound,+8621,,Shanghai,0.04,0,6\n", "There is no price list billing-cn version 9."),
        ("nobody,1,outbound,+8621,,Shanghai,0.04,0,6\n", "There is no price list nobody version 1."),
        (
            "billing-cn,x'; --,outbound,+8621,,Shanghai,0.04,0,6\n",
            "There is no price list billing-cn version",
        ),
        ("billing-cn,1,outbound,+8621,,Shanghai,-1,0,6\n", "greater than or equal to 0"),
        ("billing-cn,1,outbound,+8621,,Shanghai,cheap,0,6\n", "cheap"),
        ("billing-cn,1,sideways,+8621,,Shanghai,0.04,0,6\n", "sideways"),
        ("billing-cn,1,outbound,=1+1,,Shanghai,0.04,0,6\n", "A prefix such as"),
        ("billing-cn,1,outbound,+8621,,Shanghai,0.04,0,0\n", "greater than or equal to 1"),
    ],
)
def test_a_bad_row_is_said_and_nothing_comes_in(finance, prices, row: str, said: str) -> None:
    answer, confirm = upload(finance, "billing-cn,1,outbound,+8620,,Canton,0.04,0,6\n" + row)
    assert said in answer.content.decode()
    assert not confirm
    assert not Price.objects.filter(prefix="+8620").exists()


HOURS = HEAD.replace("number_kind,", "number_kind,days,hours,")


def upload_hours(client, rows: str):
    sheet = SimpleUploadedFile("prices.csv", (HOURS + rows).encode(), content_type="text/csv")
    answer = client.post(
        "/admin/billing/price/import/", {"import_file": sheet, "format": "0", "resource": "0"}
    )
    form = answer.context.get("confirm_form")
    return answer.content.decode(), form and dict(form.initial)


def test_prices_by_the_hour_come_in_and_out_again(finance, prices) -> None:
    rows = 'billing-cn,1,outbound,+8621,,"1,2,3,4,5",08:00-20:00,Shanghai by day,0.04,0,6\n'
    rows += "billing-cn,1,outbound,+8621,,,,Shanghai,0.02,0,6\n"
    said, confirm = upload_hours(finance, rows)
    assert confirm, said
    finance.post("/admin/billing/price/process_import/", confirm)
    assert list(prices.prices.filter(prefix="+8621").values_list("days", "hours", "label")) == [
        ("", "", "Shanghai"),
        ("1-5", "08:00-20:00", "Shanghai by day"),
    ]
    again, _confirm = upload_hours(finance, rows)
    assert "Row" not in again
    assert prices.prices.filter(prefix="+8621").count() == 2


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            "billing-cn,1,outbound,+8621,,,,Shanghai,0.04,0,6\nbilling-cn,1,outbound,+8621,,,,Shanghai,0.05,0,6\n",
            "Row 1 names the same destination and time.",
        ),
        (
            "billing-cn,1,outbound,+8621,,1-5,,Shanghai,0.04,0,6\nbilling-cn,1,outbound,+8621,,5-7,,Weekend,0.05,0,6\n",
            "Outbound · +8621 has two prices on Friday 00:00.",
        ),
        (
            "billing-cn,1,outbound,+8621,,1-5,08:00-20:00,Shanghai,0.04,0,6\n",
            "Outbound · +8621 has no price from Monday 00:00 until Monday 08:00.",
        ),
        ("billing-cn,1,outbound,+8621,,1-9,,Shanghai,0.04,0,6\n", "where 1 is Monday"),
        ("billing-cn,1,outbound,+8621,,,20:00-08:00,Shanghai,0.04,0,6\n", "a night is two lines"),
    ],
)
def test_gaps_and_overlaps_are_said_of_their_row_and_nothing_comes_in(finance, prices, rows, said) -> None:
    answer, confirm = upload_hours(finance, rows)
    assert said in answer
    assert not confirm
    assert not prices.prices.filter(prefix="+8621").exists()


def test_a_list_that_leaves_destinations_without_a_price_takes_no_sheet(finance, prices) -> None:
    prices.prices.filter(prefix="+").delete()
    answer, confirm = upload_hours(finance, "billing-cn,1,outbound,+8621,,,,Shanghai,0.04,0,6\n")
    assert "Calls to all other destinations have no price" in answer
    assert not confirm


def inline(prefix: str, *rows: dict[str, str], known: int = 0) -> dict[str, str]:
    typed = {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": str(known)}
    return typed | {
        f"{prefix}-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()
    }


def test_a_list_typed_with_a_gap_is_refused_at_its_row(finance, plan) -> None:
    row = {
        "direction": "outbound",
        "prefix": "",
        "label": "All",
        "per_minute": "0.1",
        "minimum_seconds": "0",
        "increment_seconds": "60",
    }
    page = {
        "plan": plan.pk,
        "version": "1",
        "valid_from": "2026-01-01",
        "currency": "CNY",
        **dict.fromkeys(("plan_fee", "seat_fee", "plan_fee_year", "seat_fee_year", "seat_fee_day"), "1"),
        **inline("module_prices"),
        **inline("term_discounts", {"months": "24", "percent": "10"}),
        **inline(
            "bundles",
            {"label": "China", "direction": "outbound", "prefix": "+86", "minutes": "100"},
            {"label": "Beijing", "direction": "outbound", "prefix": "+8610", "minutes": "100"},
        ),
    }
    bad = finance.post("/admin/billing/pricelist/add/", page | inline("prices", row | {"days": "1-5"}))
    text = bad.content.decode()
    assert "has no price from Saturday 00:00 until Monday 00:00" in text
    assert "covers the same calls" in text
    assert not PriceList.objects.exists()
    page |= inline("bundles", {"label": "China", "direction": "outbound", "prefix": "+86", "minutes": "100"})
    finance.post("/admin/billing/pricelist/add/", page | inline("prices", row | {"days": "1-5"}, row))
    made = PriceList.objects.get()
    copy = copy_price_list(price_list=made, at=ANSWERED)
    for one in (made, copy):
        assert (one.prices.count(), one.bundles.count(), one.term_discounts.get().percent) == (2, 1, 10)
        assert one.seat_fee_year == 1


def test_a_list_in_use_takes_no_rows_and_no_changes(finance, prices, contract, charge) -> None:
    charge(60)
    answer, confirm = upload(finance, "billing-cn,1,outbound,+86,,China,9,0,60\n")
    assert "Make a new version instead" in answer.content.decode()
    assert not confirm
    page = f"/admin/billing/pricelist/{prices.pk}/change/"
    assert finance.get(page).status_code == 200
    assert finance.post(page, {"seat_fee": "1"}).status_code == 403
    assert prices.prices.get(prefix="+86").per_minute == Decimal("0.100000")


def test_a_price_cannot_slip_into_a_list_in_use_by_its_own_form(finance, prices, contract, charge) -> None:
    charge(60)
    typed = {
        "price_list": prices.pk,
        "direction": "outbound",
        "prefix": "+8621",
        "number_kind": "",
        "label": "Shanghai",
        "per_minute": "0.01",
        "minimum_seconds": "0",
        "increment_seconds": "60",
    }
    answer = finance.post("/admin/billing/price/add/", typed)
    assert "Make a new version instead" in answer.content.decode()
    assert prices.prices.count() == 5


def test_a_new_version_is_a_copy_that_can_be_changed(finance, prices, contract, charge) -> None:
    charge(60)
    page = f"/admin/billing/pricelist/{prices.pk}/new-version/"
    asked = finance.get(page)
    assert PriceList.objects.count() == 1
    assert "New version" in asked.content.decode()
    finance.post(page)
    made = PriceList.objects.get(version=2)
    assert made.prices.count() == 5
    assert not made.is_in_use


def test_versions_count_on_from_the_newest(prices) -> None:
    second = copy_price_list(price_list=prices, at=ANSWERED)
    third = copy_price_list(price_list=prices, at=ANSWERED)
    assert (second.version, third.version, third.valid_from) == (2, 3, date(2026, 11, 17))


def test_what_was_exported_can_come_in_again_unchanged(finance, prices) -> None:
    out = finance.post("/admin/billing/price/export/", {"format": "0", "resource": "0"})
    text = out.content.decode()
    assert text.startswith(HEAD.replace("number_kind,", "number_kind,days,hours,").strip())
    sheet = SimpleUploadedFile("prices.csv", out.content, content_type="text/csv")
    answer = finance.post(
        "/admin/billing/price/import/", {"import_file": sheet, "format": "0", "resource": "0"}
    )
    assert answer.context["result"].totals["skip"] == 5
    assert answer.context["result"].totals["error"] == 0


@pytest.fixture
def drafted(acme, globex, prices, contract, british, charge) -> Decimal:
    """Two tenants drafted; the sum of their ledgers to the cent."""
    prices.prices.update(per_minute=Decimal("0.123457"), increment_seconds=1, label="=cmd|calc")
    for seconds in (7, 61, 333):
        charge(seconds)
        charge(seconds, direction="inbound")
    charge(59, tenant=globex, other_number="+442079460958")
    drafts = [draft_invoice(tenant=tenant, month=NOVEMBER, at=ANSWERED)[0] for tenant in (acme, globex)]
    assert sum(Charge.objects.values_list("amount", flat=True)) == sum(draft.exact_total for draft in drafts)
    return sum((draft.total for draft in drafts), Decimal(0))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_billing_sheet_sums_to_the_ledger_to_the_cent(finance, drafted, kind: str) -> None:
    rows = exported(finance, "invoice", kind)
    assert sum(Decimal(str(row["amount"])) for row in rows) == drafted
    assert {row["tenant"] for row in rows} == {"Acme", "Globex"}
    assert {row["label"] for row in rows if row["kind"] == "Outbound minutes"} == {"'=cmd|calc", "Abroad"}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_exported_ledger_sums_to_the_ledger_exactly_and_masks_callers(
    finance, drafted, kind: str
) -> None:
    rows = exported(finance, "charge", kind)
    ledger = sum(Charge.objects.values_list("amount", flat=True))
    assert sum(Decimal(str(row["amount"])) for row in rows) == ledger
    assert "138****2211" in {row["other_number"] for row in rows}
    assert not any("13812342211" in str(value) for row in rows for value in row.values())


def exported(client, model: str, kind: str) -> list[dict[str, object]]:
    page = f"/admin/billing/{model}/export/"
    form = client.get(page).context["form"]
    formats = {label: value for value, label in form.fields["format"].choices}
    answer = client.post(page, {"format": formats[kind], "resource": "0"})
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(answer.content.decode())))
    lines = load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    head = [str(name) for name in next(lines)]
    return [dict(zip(head, line, strict=True)) for line in lines]


def test_in_xlsx_an_amount_is_a_number_that_can_be_added(finance, drafted) -> None:
    assert all(isinstance(row["amount"], int | float) for row in exported(finance, "charge", "xlsx"))


def test_finance_drafts_a_month_for_all(finance, acme, prices, contract, british) -> None:
    assert "kept to six decimal places" in finance.get("/admin/billing/invoice/draft/").content.decode()
    answer = finance.post("/admin/billing/invoice/draft/", {"month": "2026-11", "tenant": ""}, follow=True)
    assert "Drafted: 2." in answer.content.decode()
    assert Invoice.objects.get(tenant=acme).total == Decimal("860.00")


def test_finance_is_told_what_is_no_month_and_what_has_no_price(
    finance, acme, plan, contract, charge
) -> None:
    bad = finance.post("/admin/billing/invoice/draft/", {"month": "soon", "tenant": ""})
    assert "This is not a month." in bad.content.decode()
    assert not Invoice.objects.exists()
    charge(60)
    told = finance.post("/admin/billing/invoice/draft/", {"month": "2026-11", "tenant": acme.pk}, follow=True)
    assert "Still without a price: 2." in told.content.decode()


def test_the_ledger_is_seen_filtered_and_never_typed_in(finance, acme, drafted) -> None:
    page = finance.get(f"/admin/billing/charge/?month=2026-11-01&tenant__id__exact={acme.pk}&price=missing")
    assert page.status_code == 200
    made = Charge.objects.filter(kind="outbound", tenant=acme).first()
    detail = finance.get(f"/admin/billing/charge/{made.pk}/change/")
    assert "138****2211" in detail.content.decode()
    assert "13812342211" not in detail.content.decode()
    assert finance.get("/admin/billing/charge/add/").status_code == 403
    assert finance.post(f"/admin/billing/charge/{made.pk}/delete/", {"post": "yes"}).status_code == 403
    assert finance.get("/admin/billing/charge/import/").status_code == 403
    assert Charge.objects.filter(pk=made.pk).exists()


def test_an_operator_reads_but_changes_no_price_and_drafts_nothing(operator, prices, drafted) -> None:
    before = Invoice.objects.count()
    for page in ("pricelist", "price", "charge", "invoice"):
        assert operator.get(f"/admin/billing/{page}/").status_code == 200
    assert operator.get("/admin/billing/price/import/").status_code == 403
    assert operator.get("/admin/billing/pricelist/add/").status_code == 403
    assert operator.post("/admin/billing/invoice/draft/", {"month": "2026-10"}).status_code == 403
    assert operator.post(f"/admin/billing/pricelist/{prices.pk}/new-version/").status_code == 403
    assert Invoice.objects.count() == before
    assert PriceList.objects.count() == 2


def test_a_list_is_in_the_currency_of_its_plan(finance, plan) -> None:
    fields = {
        "plan": plan.pk,
        "version": "1",
        "valid_from": "2026-01-01",
        "currency": "USD",
        "plan_fee": "1",
        "seat_fee": "1",
        "note": "",
        **dict.fromkeys(("plan_fee_year", "seat_fee_year", "seat_fee_day"), "0"),
        **{
            f"{name}-{count}_FORMS": "0"
            for name in ("prices", "module_prices", "bundles", "term_discounts")
            for count in ("TOTAL", "INITIAL")
        },
    }
    answer = finance.post("/admin/billing/pricelist/add/", fields)
    assert "The plan is sold in CNY." in answer.content.decode()
    assert not PriceList.objects.exists()
    finance.post("/admin/billing/pricelist/add/", fields | {"currency": "CNY"})
    assert PriceList.objects.get().currency == "CNY"


def test_the_tenants_host_has_no_such_pages(acme, member, client_of) -> None:
    owner = client_of(member(acme, "owner"))
    assert owner.get("/admin/billing/charge/").status_code == 404
