"""Finance's month by its pages, the tenant's own bills, sheets that sum up, the books, and receivers that are told."""

import csv
import io
import json
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from tenants.billing.queries import totals
from tenants.closing import running
from tenants.closing.actions.crediting import credit_bill
from tenants.closing.actions.payments import record_payment, take_back_payment
from tenants.closing.actions.receivers import new_secret
from tenants.closing.actions.reminders import remind
from tenants.closing.console import closes as closes_page
from tenants.closing.models import Bill, Close, CloseRun, Payer, Payment, Receiver, Telling
from tenants.closing.telling import PAUSES, tell_due
from tenants.hooks import posting, signing
from tenants.people.models import AuditEntry
from tenants.plans.queries import warnings
from tests.closing.conftest import AT, NOVEMBER, close


@pytest.fixture(autouse=True)
def _now(monkeypatch) -> None:
    """The second of December, whatever day it is."""
    for module in (running, closes_page):
        monkeypatch.setattr(module.timezone, "now", lambda: AT)
    warnings.forget()


@pytest.fixture
def finance(member, client_of):
    return client_of(member(None, "operator_finance", name="Fiona"))


@pytest.fixture
def owner(acme, member, client_of):
    return client_of(member(acme, "finance"))


def test_finance_closes_a_month_by_its_pages(
    acme, globex, terms_of, british, charge, finance, monkeypatch
) -> None:
    charge(61)
    charge(60, tenant=globex, is_estimated=True, other_number="+442079460958")
    sent: list[int] = []
    monkeypatch.setattr(closes_page, "send_run", sent.append)
    monkeypatch.setattr(closes_page.transaction, "on_commit", lambda work: work())
    page = finance.get("/finance/?month=2026-11").content.decode()
    assert "1 ready, 0 closed, 2 open" in page
    assert "only estimated: 1" in page
    answer = finance.post("/finance/closes/start/", {"month": "2026-11"})
    run = CloseRun.objects.get()
    assert sent == [run.pk]
    assert answer["Location"] == f"/finance/closes/{run.pk}/"
    assert finance.get(answer["Location"])["Refresh"] == "3"
    running.work_off(run.pk)
    page = finance.get(answer["Location"])
    assert "Refresh" not in page
    assert "2 / 2" in page.content.decode()
    assert {one.tenant_id: one.state for one in Close.objects.all()} == {
        acme.pk: "closed",
        globex.pk: "blocked",
    }
    bill = Bill.objects.get()
    assert bill.number in finance.get("/finance/bills/?month=2026-11&tenant=ac").content.decode()
    assert bill.number not in finance.get("/finance/bills/?tenant=globex").content.decode()
    paper = finance.get(f"/finance/bills/{bill.pk}/paper.pdf?language=en")
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")


def test_operators_look_and_change_nothing(acme, invoice, member, client_of) -> None:
    bill = invoice()
    operator = client_of(member(None, "operator"))
    for where in ("/finance/", "/finance/bills/", f"/finance/bills/{bill.pk}/", "/finance/accounts/acme/"):
        page = operator.get(where)
        assert page.status_code == 200
        assert '<button class="button button--primary">' not in page.content.decode()
    for where in ("/finance/closes/start/", f"/finance/bills/{bill.pk}/credit/", "/finance/accounts/acme/"):
        assert operator.post(where, {"month": "2026-12"}).status_code == 403
    assert Bill.objects.count() == 1


def test_a_credit_note_and_a_payment_by_their_forms(acme, invoice, finance) -> None:
    bill = invoice()
    seats = bill.lines.get(kind="seats")
    where = f"/finance/bills/{bill.pk}/credit/"
    for typed in ({}, {f"line{seats.pk}": "561"}, {f"line{seats.pk}": "a lot"}, {f"line{seats.pk}": "NaN"}):
        assert finance.post(where, {"reason": "Too many", **typed}).status_code == 422
    assert finance.post(where, {f"line{seats.pk}": "80", "reason": ""}).status_code == 422
    answer = finance.post(where, {f"line{seats.pk}": "80", "reason": "Too many"})
    note = Bill.objects.get(corrects=bill)
    assert (answer["Location"], note.total) == (f"/finance/bills/{note.pk}/", Decimal("84.80"))
    typed = {
        "amount": "827.02",
        "currency": "CNY",
        "received_on": "2026-12-03",
        "reference": "B-1",
        "method": "transfer",
    }
    assert finance.post("/finance/accounts/acme/", typed | {"amount": "-1"}).status_code == 422
    assert finance.post("/finance/accounts/acme/", typed).status_code == 302
    assert finance.post("/finance/accounts/acme/", typed).status_code == 422
    assert "Nothing to pay" in finance.get("/finance/accounts/acme/").content.decode()
    finance.post(f"/finance/payments/{Payment.objects.get().pk}/take-back/", {"reason": "Bounced"})
    assert "to pay: 827.02 CNY" in finance.get("/finance/accounts/acme/").content.decode()


def test_the_tenant_sees_its_bills_and_what_it_is_reminded_of(
    acme, globex, invoice, owner, member, client_of, monkeypatch
) -> None:
    bill = invoice()
    page = owner.get("/invoices/").content.decode()
    assert bill.number in page
    assert "open: 911.82 CNY" in page
    twenty_days_late = AT.replace(year=2027, month=1, day=6)
    remind(tenant_id=acme.pk, at=twenty_days_late)
    monkeypatch.setattr(running.timezone, "now", lambda: twenty_days_late)
    warnings.forget()
    owner = client_of(member(acme, "finance"))
    page = owner.get("/usage/").content.decode()
    assert "Unpaid: suspension on 2027-01-16" in page
    assert owner.get(f"/invoices/{bill.pk}/").status_code == 200
    assert owner.get(f"/invoices/{bill.pk}/paper.pdf").content.startswith(b"%PDF-")
    told = owner.get("/api/v1/invoices/issued/").json()
    assert [one["total"] for one in told["results"]] == ["911.820"]
    theirs = client_of(member(globex, "owner"))
    for where in (f"/invoices/{bill.pk}/", f"/invoices/{bill.pk}/paper.pdf"):
        assert theirs.get(where).status_code == 404
    assert bill.number not in theirs.get("/invoices/").content.decode()
    assert theirs.get("/api/v1/invoices/issued/").json()["results"] == []
    assert client_of(member(acme, "supervisor")).get("/invoices/").status_code == 403


def rows_of(content: bytes, kind: str) -> list[dict[str, object]]:
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    lines = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    head = [str(name) for name in next(lines)]
    return [dict(zip(head, line, strict=True)) for line in lines]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_sheets_sum_up_to_the_ledger_and_formulas_are_text(
    acme, prices, invoice, owner, finance, kind
) -> None:
    prices.prices.filter(prefix="+86").update(label="=HYPERLINK(1)")
    bill = invoice()
    for client, where in ((owner, f"/invoices/sheet.{kind}"), (finance, f"/finance/bills/sheet.{kind}")):
        rows = rows_of(client.get(where).content, kind)
        exact = sum(Decimal(str(row["exact_amount"])) for row in rows)
        assert exact == totals(acme, NOVEMBER)["CNY"] == bill.exact_total
        assert sum(Decimal(str(row["net"])) for row in rows).quantize(Decimal("0.001")) == bill.net
        assert sum(Decimal(str(row["tax"])) for row in rows).quantize(Decimal("0.001")) == bill.tax
        assert "'=HYPERLINK(1)" in {row["label"] for row in rows}
        assert owner.get("/invoices/sheet.pdf").status_code == 404
    credit_bill(bill_id=bill.pk, reason="All", at=AT)
    rows = rows_of(owner.get(f"/invoices/sheet.{kind}").content, kind)
    assert sum(Decimal(str(row["net"])) for row in rows).quantize(Decimal("0.001")) == 0
    assert AuditEntry.objects.filter(verb="exported").exists()


def test_debit_and_credit_of_the_books_agree_for_each_document(
    acme, globex, invoice, british, finance
) -> None:
    Payer.objects.filter(tenant=acme).update(title="=1+1")
    bill = invoice()
    close(globex)
    credit_bill(
        bill_id=bill.pk, reason="Fewer", at=AT, amounts={bill.lines.get(kind="seats").pk: Decimal(80)}
    )
    told = {"currency": "CNY", "received_on": AT.date(), "by_name": "Fiona", "at": AT}
    paid = record_payment(tenant=acme, amount=Decimal(50), reference="=1+1", **told)
    take_back_payment(payment_id=paid.pk, reason="Bounced", at=AT)
    rows = rows_of(finance.get("/finance/books.csv?month=2026-12").content, "csv")
    documents = {row["document"] for row in rows}
    assert documents == {"CN2026-000001", "GB2026-000001", "CN2026C-000001", "'=1+1"}
    for document in documents:
        own = [row for row in rows if row["document"] == document]
        assert sum(Decimal(row["debit"]) for row in own) == sum(Decimal(row["credit"]) for row in own) > 0
    first = [row for row in rows if row["document"] == "CN2026-000001"]
    assert [(row["account"], row["debit"], row["credit"]) for row in first[:2]] == [
        ("1122", "911.820", "0"),
        ("6001", "0", "300.000"),
    ]
    assert rows_of(finance.get("/finance/books.csv?month=2026-11").content, "csv") == []


# --- receivers ---


def test_a_receiver_is_told_signed_and_again_until_it_hears(invoice, monkeypatch) -> None:
    receiver = Receiver.objects.create(name="Books", url="https://books.example.com/in")
    secret = new_secret(receiver_id=receiver.pk)
    bill = invoice()
    heard: list[tuple[dict, str]] = []
    answers = iter([posting.Answer(status=500), posting.Answer(status=204)])

    def post(url, *, headers, body):
        heard.append((headers, body))
        return next(answers)

    monkeypatch.setattr(posting, "post", post)
    Telling.objects.update(next_at=AT)
    assert tell_due() == 1
    assert tell_due() == 0
    assert Telling.objects.get().state == "waiting"
    Telling.objects.update(next_at=AT)
    assert tell_due() == 1
    assert Telling.objects.get().state == "heard"
    (first, body), (second, again) = heard
    assert body == again
    assert first["Webhook-Id"] == second["Webhook-Id"]
    assert signing.is_signed(secret, second, body, now=int(second["Webhook-Timestamp"]))
    told = json.loads(body)
    assert (told["type"], told["data"]["number"], told["data"]["total"]) == (
        "invoice.issued",
        bill.number,
        "911.820",
    )


def test_a_receiver_that_never_hears_is_given_up(invoice, monkeypatch) -> None:
    receiver = Receiver.objects.create(name="Books", url="https://books.example.com/in")
    new_secret(receiver_id=receiver.pk)
    invoice()
    monkeypatch.setattr(posting, "post", lambda *_args, **_more: posting.Answer(problem="unreachable"))
    for _try in range(len(PAUSES) + 3):
        Telling.objects.update(next_at=AT)
        tell_due()
    telling = Telling.objects.get()
    assert (telling.state, telling.attempts, telling.problem) == ("given_up", len(PAUSES) + 1, "unreachable")


def test_a_receiver_inside_our_own_network_is_refused(finance) -> None:
    typed = {"name": "Inside", "url": "https://127.0.0.1/in", "is_active": "on"}
    answer = finance.post("/admin/closing/receiver/add/", typed)
    assert not Receiver.objects.exists()
    assert "private networks" in answer.content.decode()
    finance.post("/admin/closing/receiver/add/", typed | {"url": "https://books.example.com/in"})
    where = f"/admin/closing/receiver/{Receiver.objects.get().pk}/secret/"
    assert "whsec_" not in finance.get(where).content.decode()
    assert not Receiver.objects.get().secret
    assert "whsec_" in finance.post(where, follow=True).content.decode()
