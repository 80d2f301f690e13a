"""The tenant's own usage, as pages, sheets and API; nobody else's, and only for owner and finance."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from tenants.billing.actions import draft_invoice
from tenants.billing.models import Charge, Invoice
from tenants.people.models import AuditEntry
from tests.billing.conftest import ANSWERED

NOVEMBER = date(2026, 11, 1)
PAGES = (
    "/usage/",
    "/usage/charges/",
    "/usage/export.csv",
    "/usage/export.xlsx",
    "/api/v1/usage/",
    "/api/v1/invoices/",
)


@pytest.fixture
def finance(acme, member, client_of):
    return client_of(member(acme, "finance"))


@pytest.fixture
def both_used(acme, globex, prices, contract, british, charge) -> None:
    """acme: two calls; globex: one, to a number that must not be seen by acme."""
    charge(61)
    charge(60, direction="inbound", other_number="+8613900001111")
    charge(60, tenant=globex, other_number="+442079460958")
    for tenant in (acme, globex):
        draft_invoice(tenant=tenant, month=NOVEMBER, at=ANSWERED)


def test_finance_sees_the_month_and_the_charges_behind_a_line(finance, both_used) -> None:
    page = finance.get("/usage/?month=2026-11").content.decode()
    assert "China" in page
    assert "860.26" in page
    assert "Abroad" not in page
    assert "GBP" not in page
    behind = finance.get("/usage/charges/?month=2026-11&kind=outbound&label=China").content.decode()
    assert "138****2211" in behind
    assert "13812342211" not in behind
    assert "Incoming calls" not in behind


def test_the_exact_sum_of_the_month_is_shown_as_the_total(acme, finance, both_used) -> None:
    assert str(Invoice.objects.get(tenant=acme).total) == "860.26"


def test_a_draft_is_shown_with_its_rule_of_rounding(acme, finance, both_used) -> None:
    invoice = Invoice.objects.get(tenant=acme)
    page = finance.get(f"/usage/invoices/{invoice.pk}/").content.decode()
    assert "860.26" in page
    assert "rounded half up" in page


def test_another_tenants_invoice_does_not_exist_here(globex, finance, both_used) -> None:
    theirs = Invoice.objects.get(tenant=globex)
    assert finance.get(f"/usage/invoices/{theirs.pk}/").status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_exported_month_sums_to_the_ledger_and_hides_callers(acme, finance, both_used, kind: str) -> None:
    answer = finance.get(f"/usage/export.{kind}?month=2026-11")
    rows = rows_of(answer.content, kind)
    assert sum(Decimal(str(row["amount"])) for row in rows).quantize(Decimal("0.01")) == Decimal("860.26")
    assert {row["tenant"] for row in rows} == {"acme"}
    assert {row["other_number"] for row in rows} == {"138****2211", "139****1111", ""}
    assert "attachment" in answer["Content-Disposition"]


def rows_of(content: bytes, kind: str) -> list[dict[str, object]]:
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    lines = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    head = [str(name) for name in next(lines)]
    return [{name: value or "" for name, value in zip(head, line, strict=True)} for line in lines]


def test_an_export_is_written_down_in_the_tenants_log(acme, inside, finance, both_used) -> None:
    finance.get("/usage/export.csv?month=2026-11")
    with inside(acme):
        entry = AuditEntry.objects.get(verb="exported")
    assert entry.after == {"month": "2026-11", "rows": 4}


def test_formulas_in_names_and_numbers_leave_as_text(acme, finance, prices, contract, charge) -> None:
    prices.prices.filter(prefix="+86").update(label="=HYPERLINK(1)")
    charge(60)
    charge(60, other_number="=1+1")
    rows = rows_of(finance.get("/usage/export.csv?month=2026-11").content, "csv")
    assert {row["label"] for row in rows} == {"'=HYPERLINK(1)", ""}


def test_the_api_says_the_same_in_exact_figures(finance, both_used) -> None:
    said = finance.get("/api/v1/usage/?month=2026-11").json()
    assert said["totals"] == {"CNY": "860.260000"}
    assert said["unpriced_count"] == 0
    assert [(line["kind"], line["amount"]) for line in said["lines"]] == [
        ("plan", "300.000000"),
        ("seats", "560.000000"),
        ("inbound", "0.060000"),
        ("outbound", "0.200000"),
    ]
    invoices = finance.get("/api/v1/invoices/").json()["results"]
    assert [(invoice["month"], invoice["total"], len(invoice["lines"])) for invoice in invoices] == [
        ("2026-11", "860.26", 4)
    ]


@pytest.mark.parametrize("page", ["/usage/?month=1999-13", "/usage/?month=x", "/usage/export.csv?month=%00"])
def test_what_is_no_month_is_refused(finance, page: str) -> None:
    assert finance.get(page).status_code == 400


def test_what_is_no_month_is_refused_by_the_api(finance) -> None:
    answer = finance.get("/api/v1/usage/?month=2026-00")
    assert answer.status_code == 400


def test_an_unknown_kind_of_sheet_does_not_exist(finance) -> None:
    assert finance.get("/usage/export.exe").status_code == 404


def test_calls_without_a_price_are_said_and_listed(acme, finance, plan, contract, charge) -> None:
    charge(60)
    assert "Calls that have no price yet: 1" in finance.get("/usage/?month=2026-11").content.decode()
    behind = finance.get("/usage/charges/?month=2026-11&unpriced=1").content.decode()
    assert "No price list on that day" in behind


@pytest.mark.parametrize("role", ["agent", "supervisor", "inspector", "admin"])
@pytest.mark.parametrize("page", PAGES)
def test_other_roles_see_no_bill(acme, member, client_of, role: str, page: str) -> None:
    assert client_of(member(acme, role)).get(page).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_sent_to_sign_in(acme, client, page: str) -> None:
    answer = client.get(page, HTTP_HOST="acme.localhost")
    assert answer.status_code in (302, 401, 403)
    assert b"CNY" not in answer.content


def test_the_operators_host_has_no_such_page(member, client_of) -> None:
    assert client_of(member(None, "operator_finance")).get("/usage/").status_code == 404


def test_an_empty_month_says_what_will_be_there(finance, plan) -> None:
    assert "Nothing was used in this month" in finance.get("/usage/?month=2025-01").content.decode()
    assert not Charge.objects.exists()
