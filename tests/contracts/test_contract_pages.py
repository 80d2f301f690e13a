"""From the quote to the amendment by the pages alone, each side on its own; the other tenant sees nothing of it."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.contracts.models import (
    CLAUSES,
    Agreement,
    Amendment,
    ChangeRequest,
    CustomerCase,
    Meeting,
    Quote,
    Risk,
)
from tenants.models import Contract
from tests.contracts.story import PDF, close_month


@pytest.fixture
def today(now, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    return now.date().isoformat()


@pytest.fixture
def vault(settings, tmp_path):
    settings.RECORDING_VAULT = str(tmp_path)
    return tmp_path


def words(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_from_a_quote_to_more_seats(acme, globex, plan, member, client_of, today, vault):
    operator, owner = client_of(member(None, "operator_finance")), client_of(member(acme, "owner"))
    stranger, clerk = client_of(member(globex, "owner")), client_of(member(acme, "finance"))
    offer = {
        "act": "write_quote", "kind": "new", "plan": plan.pk, "seats": 10, "modules": ["quality"],
        "starts_on": today, "term_months": 12, "currency": "CNY", "valid_until": today,
    }  # fmt: skip
    refused = operator.post("/contracts/acme/", offer | {"seats": "many"})
    assert (refused.status_code, 'value="many"' in refused.content.decode()) == (422, True)
    assert owner.post("/contract/", offer).status_code == 404
    page = operator.post("/contracts/acme/", offer)["Location"]
    quote = Quote.objects.get()
    assert page == f"/contracts/acme/quotes/{quote.pk}/"
    line = {"act": "add_line", "kind": "seats", "label": "Seats", "billed": "monthly", "quantity": "10"}
    operator.post(page, line | {"unit_price": "99.90"})
    own = f"/contract/quotes/{quote.pk}/"
    assert (
        owner.get(own).status_code,
        operator.get(f"/contracts/globex/quotes/{quote.pk}/").status_code,
    ) == (404,) * 2
    operator.post(page, {"act": "offer"})
    assert "999.00 CNY" in words(owner.get(own))
    assert (stranger.get(own).status_code, clerk.post(own, {"act": "accept"}).status_code) == (404, 403)
    assert owner.post(own, {"act": "accept"})["Location"] == "/contract/"
    agreement = Agreement.objects.get()
    _sign_on_pages(operator, owner, stranger, agreement)
    assert Contract.objects.get(tenant=acme).seats == 10
    _amend_on_pages(operator, owner, stranger, agreement, today)
    assert Contract.objects.get(tenant=acme).seats == 40
    assert not Contract.objects.filter(tenant=globex).exists()


def _sign_on_pages(operator, owner, stranger, agreement) -> None:
    theirs, own = (f"{base}/agreements/{agreement.pk}/" for base in ("/contracts/acme", "/contract"))
    assert "Missing clauses: Payment, Data and liability" in words(owner.get(own))
    figures = {
        "starts_on": agreement.starts_on,
        "ends_on": agreement.ends_on,
        "notice_days": 30,
        "remind_days": 60,
    }
    clauses = {name: f"On {name} <b>" for name in CLAUSES}
    wrong = figures | {"ends_on": "2020-01-01"}
    assert operator.post(theirs, {"act": "write_clauses", **clauses, **wrong}).status_code == 422
    assert operator.post(theirs, {"act": "write_clauses", **clauses, **figures}).status_code == 302
    for client, page, more in ((owner, own, {}), (operator, theirs, {"side": "vendor"})):
        signature = {
            "act": "sign",
            "name": "Wang",
            "title_of": "Director",
            "signed_on": agreement.starts_on,
            **more,
        }
        script = SimpleUploadedFile("a.pdf", b"<script>")
        assert "PDF, PNG or JPEG file" in words(client.post(page, signature | {"file": script}))
        file = SimpleUploadedFile("a.pdf", PDF, "application/pdf")
        assert client.post(page, signature | {"file": file}).status_code == 302
    paper = f"/contract/papers/{agreement.signatures.first().pk}/"
    answer = owner.get(paper)
    assert (answer.content, answer["Content-Disposition"].partition(";")[0]) == (PDF, "attachment")
    assert stranger.get(paper).status_code == 404
    assert owner.post(own, {"act": "put_in_force"}).status_code == 404
    operator.post(theirs, {"act": "put_in_force"})
    assert "On scope &lt;b&gt;" in words(owner.get(own))


def _amend_on_pages(operator, owner, stranger, agreement, today) -> None:
    theirs, own = (f"{base}/agreements/{agreement.pk}/" for base in ("/contracts/acme", "/contract"))
    change = {"act": "amend", "effective_on": today, "seats": 40, "reason": "Autumn sale"}
    close_month(agreement.tenant, date(2026, 10, 1), agreement.signatures.first().added_at)
    late = operator.post(theirs, change | {"effective_on": "2026-10-31"})
    assert (late.status_code, "2026-10 is billed already" in words(late)) == (422, True)
    assert owner.post(own, change).status_code == 302
    made = Amendment.objects.get()
    assert stranger.post(own, {"act": "approve", "row": made.pk}).status_code == 404
    assert "Autumn sale" in words(operator.get(theirs))
    operator.post(theirs, {"act": "approve", "row": made.pk})
    assert "<del>10</del>" in words(owner.get(own))


def test_project_pages_of_both_sides(acme, globex, member, client_of, today):
    operator, owner = client_of(member(None, "operator")), client_of(member(acme, "owner"))
    project = client_of(member(acme, "project_member"))
    line = {
        "act": "write_requirement",
        "key": "R-01",
        "title_of": "One queue",
        "setting": "/queues/",
        "test": "It rings",
    }
    operator.post("/contracts/acme/requirements/", line)
    assert "It rings" in words(project.get("/contract/requirements/"))
    assert project.post("/contract/requirements/", {"act": "confirm"}).status_code == 403
    owner.post("/contract/requirements/", {"act": "confirm"})
    change = {"act": "change", "what": "add", "key": "R-02", "title_of": "Another", "reason": "growth"}
    owner.post("/contract/requirements/", change)
    wrong = owner.post("/contract/requirements/", change | {"key": "R-01"})
    assert (wrong.status_code, "has a requirement R-01 already" in words(wrong)) == (422, True)
    asked = {"act": "assess", "impact_days": "2", "impact_cost": "0"}
    row = {"row": ChangeRequest.objects.get().pk}
    operator.post("/contracts/acme/requirements/", asked | row)
    owner.post("/contract/requirements/", {"act": "approve", **row})
    assert "＋ added" in words(owner.get("/contract/requirements/?from=1&to=2"))

    minutes = {"act": "write_minutes", "held_on": today, "about": "Review", "minutes": "All well."}
    operator.post("/contracts/acme/meetings/", minutes)
    task = {"act": "add_task", "meeting": Meeting.objects.get().pk, "what": "Call back", "side": "customer",
            "owner": "Olga", "due_on": "2026-11-01"}  # fmt: skip
    operator.post("/contracts/acme/meetings/", task)
    assert "1 action is overdue" in words(owner.get("/contract/meetings/"))
    assert "▲ 1" in words(operator.get("/contracts/"))

    operator.post("/contracts/acme/risks/", {"act": "begin_register"})
    page = words(project.get("/contract/risks/"))
    assert ("3 × 4 = 12" in page, "risk-matrix__cell--high" in page) == (True, True)
    asked = f"/contracts/acme/risks/?edit={Risk.objects.get(kind='upgrade').pk}"
    assert 'value="A promised upgrade comes late"' in words(operator.get(asked))
    project.cookies["django_language"] = "zh-hans"
    assert "承诺的升级延迟" in words(project.get("/contract/risks/"))
    project.cookies["django_language"] = "en"
    assert project.get("/contract/").status_code == 403
    assert "Review" not in words(client_of(member(globex, "owner")).get("/contract/meetings/"))


def test_a_case_reaches_the_public_page_by_consent_and_leaves_it(acme, member, client_of, client, today):
    operator, owner = client_of(member(None, "operator")), client_of(member(acme, "owner"))
    story = {"act": "write_case", "trade": "Shop", "title_of": "Twice as fast", "title_zh": "快一倍",
             "story": "How <i>we</i> did.", "story_zh": "做法。"}  # fmt: skip
    operator.post("/contracts/acme/cases/", story)
    case = CustomerCase.objects.get()

    def public() -> str:
        return words(client.get("/cases/", SERVER_NAME="localhost"))

    assert "Twice as fast" not in public()
    assert operator.post("/contracts/acme/cases/", {"act": "allow_case", "row": case.pk}).status_code == 404
    owner.post("/contract/cases/", {"act": "allow_case", "row": case.pk})
    assert ("Twice as fast" in public(), "How &lt;i&gt;we" in public()) == (True, True)
    owner.post("/contract/cases/", {"act": "withdraw_case", "row": case.pk})
    assert "Twice as fast" not in public()


def test_calculators_and_budgets_on_the_page(acme, globex, member, client_of, today):
    finance, other = client_of(member(acme, "finance")), client_of(member(globex, "finance"))
    figures = dict.fromkeys(
        (
            "hardware_per_seat",
            "hardware_once",
            "setup_once",
            "people",
            "pay",
            "lines",
            "power",
            "maintenance",
        ),
        "0",
    )
    sums = {"act": "tco", "years": "1", "seats": "10", "seat_fee": "100", **figures}
    assert finance.post("/contract/money/", sums | {"years": "0"}).status_code == 422
    finance.post("/contract/money/", sums)
    page = words(finance.get("/contract/money/"))
    assert ("12000.00" in page, "hardware + software + labour + running" in page) == (True, True)
    assert "12000.00" not in words(other.get("/contract/money/"))
    plan = {"act": "write_budget", "name": "2026", "currency": "CNY", "first_month": today, "months": "12",
            "contingency_percent": "10", "post_service": "1000"}  # fmt: skip
    posts = {
        f"post_{one}": "0" for one in ("customising", "integration", "hardware", "training", "operation")
    }
    finance.post("/contract/money/", plan | posts)
    assert "1100.00" in words(finance.get("/contract/money/"))
