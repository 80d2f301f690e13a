"""The number asset desk: applied, approved, bound, quarantine, retired; papers; idle numbers; what leaves no orphan."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from telephony.actions.number_desk import count_calls, mask_agent, save_pool
from telephony.models import DisplayPool, EmergencyPlan, Entry, VirtualNumber
from tenants.desk.actions import tell_ending_papers
from tenants.desk.models import NumberApplication, NumberChange, NumberPaper
from tenants.lending import assign_number, take_number_back
from tenants.models import Number
from tenants.people.models import AuditEntry

DESK = "/numbers/"
PDF = b"%PDF-1.7 licence"


@pytest.fixture
def operator(member, client_of):
    return client_of(member(None, "operator", name="Olivia"))


@pytest.fixture
def vault(settings, tmp_path):
    settings.RECORDING_VAULT = str(tmp_path)
    return tmp_path


def stock(e164: str = "4005550177", *, kind: str = "shared_cost", tenant=None, **more) -> Number:
    return Number.objects.create(
        e164=e164, country="CN", kind=kind, tenant=tenant, currency="CNY", carrier_fee=300, **more
    )


def paper_form(**changes) -> dict:
    file = SimpleUploadedFile("<script>.exe", PDF)
    return {"kind": "licence", "reference": "B2-1", "warn_days": 30, "expires_on": "", "file": file} | changes


def states(number: Number) -> list[str]:
    return list(NumberChange.objects.filter(number=number).order_by("id").values_list("state", flat=True))


def seen(answer) -> str:
    return answer.content.decode()


def lent(floor, number: Number) -> Number:
    assign_number(number_id=number.pk, tenant_id=floor.tenant.pk, at=timezone.now())
    number.refresh_from_db()
    return number


# --- the whole life of a number ---


def test_a_number_is_applied_for_approved_bound_and_retired(
    floor, other_floor, operator, member, client_of, vault, django_capture_on_commit_callbacks
):
    admin, stranger = (
        client_of(member(floor.tenant, "admin", name="Ada")),
        client_of(member(other_floor.tenant, "owner")),
    )
    number = stock()
    wish = {"kind": "shared_cost", "country": "CN", "use": "inbound", "purpose": "after-sales"}
    assert admin.post("/numbers/apply/", wish).status_code == 302
    asked = NumberApplication.objects.get()
    assert (asked.tenant, asked.state, asked.applied_by) == (floor.tenant, "applied", "Ada")
    assert "after-sales" not in seen(stranger.get("/numbers/"))

    decide = {"application": asked.pk, "number": number.pk, "act": "approve"}
    told = operator.post("/numbers/applications/", decide, follow=True)
    assert "need a licence that is valid today" in seen(told)
    assert Number.objects.get().tenant is None
    assert admin.post("/numbers/papers/", paper_form()).status_code == 302
    operator.post("/numbers/applications/", decide)
    number.refresh_from_db()
    assert (number.tenant, number.state, number.use) == (floor.tenant, "assigned", "inbound")

    with floor.inside():
        Entry.objects.create(number_e164=number.e164, queue=floor.queue)
    number.refresh_from_db()
    assert number.state == "bound"
    page = seen(operator.get(f"{DESK}{number.pk}/"))
    assert "after-sales" in page
    assert "Its callers come to a queue" in page
    assert floor.queue.name not in page

    wizard = seen(operator.get(f"{DESK}{number.pk}/leave/retired/"))
    assert "0 live calls" in wizard
    assert operator.post(f"{DESK}{number.pk}/leave/retired/", {"reason": ""}).status_code == 422
    assert operator.post(f"{DESK}{number.pk}/leave/retired/", {"reason": "not needed"}).status_code == 302
    number.refresh_from_db()
    assert (number.tenant, number.state) == (None, "retired")
    assert states(number) == ["assigned", "bound", "retired"]
    last = NumberChange.objects.filter(number=number).first()
    assert (last.by, last.reason, last.tenant) == ("Olivia", "not needed", floor.tenant)
    with floor.inside():
        assert not Entry.objects.filter(number_e164=number.e164).exists()
        assert AuditEntry.objects.filter(verb="number taken back", reason="not needed").exists()
    with other_floor.inside():
        assert Entry.objects.count() == 1
        assert not AuditEntry.objects.filter(verb="number taken back").exists()


def test_an_application_is_withdrawn_by_its_own_tenant_alone(floor, other_floor, member, client_of):
    admin, stranger = client_of(member(floor.tenant, "admin")), client_of(member(other_floor.tenant, "owner"))
    admin.post("/numbers/apply/", {"kind": "local", "country": "CN", "use": "both", "purpose": "sales"})
    asked = NumberApplication.objects.get()
    stranger.post(f"/numbers/applications/{asked.pk}/withdraw/")
    asked.refresh_from_db()
    assert asked.state == "applied"
    admin.post(f"/numbers/applications/{asked.pk}/withdraw/")
    asked.refresh_from_db()
    assert asked.state == "withdrawn"


def test_a_number_taken_back_by_any_road_leaves_no_orphan(
    floor, other_floor, now, django_capture_on_commit_callbacks
):
    number = lent(floor, stock("+862155550001", kind="virtual"))
    agent = floor.agent()
    with floor.inside():
        entry = Entry.objects.create(number_e164=number.e164, queue=floor.queue)
        EmergencyPlan.objects.create(entry=entry, action="message")
        save_pool(pool_id=None, name="All", queue_id=None, way="in_turn", is_active=True,
                  numbers=[number.e164], at=now)  # fmt: skip
        mask_agent(agent_id=agent.pk, number=number.e164, at=now)
    with django_capture_on_commit_callbacks(execute=True):
        take_number_back(number_id=number.pk, at=now)
    with floor.inside():
        assert not Entry.objects.filter(number_e164=number.e164).exists()
        assert not EmergencyPlan.objects.exists()
        assert not VirtualNumber.objects.exists()
        assert not DisplayPool.objects.get().is_active
        assert Entry.objects.filter(number_e164=floor.number).exists()


def test_a_quarantine_ends_before_its_time_only_with_a_reason(floor, operator, now):
    number = lent(floor, stock())
    operator.post(f"{DESK}{number.pk}/leave/quarantine/", {"rest_days": 30, "reason": "ended"})
    number.refresh_from_db()
    assert (number.state, number.may_be_lent(now)) == ("quarantine", False)
    operator.post(f"{DESK}{number.pk}/wake/", {"reason": ""})
    number.refresh_from_db()
    assert number.state == "quarantine"
    operator.post(f"{DESK}{number.pk}/wake/", {"reason": "was never published"})
    number.refresh_from_db()
    assert number.may_be_lent(now)


# --- papers ---


def test_a_paper_is_kept_sealed_and_read_back_by_its_own_alone(
    floor, other_floor, member, client_of, operator, vault
):
    admin, stranger = client_of(member(floor.tenant, "admin")), client_of(member(other_floor.tenant, "owner"))
    admin.post("/numbers/papers/", paper_form(expires_on="2031-01-31"))
    paper = NumberPaper.objects.get()
    assert (paper.tenant, paper.media_type, paper.size) == (floor.tenant, "application/pdf", len(PDF))
    (kept,) = [path for path in vault.rglob("*") if path.is_file()]
    assert b"licence" not in kept.read_bytes()
    assert "script" not in kept.name
    answer = admin.get(f"/numbers/papers/{paper.pk}/")
    assert (answer.content, answer["Content-Disposition"]) == (
        PDF,
        f'attachment; filename="paper-{paper.pk}.pdf"',
    )
    assert operator.get(f"/numbers/papers/{paper.pk}/").content == PDF
    assert stranger.get(f"/numbers/papers/{paper.pk}/").status_code == 404
    number = lent(floor, stock())
    operator.post(f"{DESK}{number.pk}/paper/", paper_form(kind="contract", reference="carrier-7"))
    of_the_house = NumberPaper.objects.get(tenant=None)
    assert "carrier-7" not in seen(admin.get(f"/numbers/{number.pk}/"))
    assert admin.get(f"/numbers/papers/{of_the_house.pk}/").status_code == 404
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    assert admin.get(f"/numbers/papers/{paper.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "empty"), (b"MZ program", "none of them"), (b"%PDF-" + b"x" * (10 * 2**20), "larger than 10 MB")],
)
def test_a_paper_that_is_none_is_refused_in_words(floor, member, client_of, vault, content, why):
    admin = client_of(member(floor.tenant, "admin"))
    answer = admin.post("/numbers/papers/", paper_form(file=SimpleUploadedFile("a.pdf", content)))
    assert (answer.status_code, why in seen(answer)) == (422, True)
    assert not NumberPaper.objects.exists()


def test_who_has_a_paper_that_runs_out_is_told_once_before(floor, other_floor, operator, vault):
    number = lent(floor, stock())
    in_20_days = timezone.localdate() + timedelta(days=20)
    operator.post(f"{DESK}{number.pk}/paper/", paper_form(warn_days=10, expires_on=in_20_days))
    assert "ends in" not in seen(operator.get(DESK))
    NumberPaper.objects.update(warn_days=20)
    assert "ends in 20 days" in seen(operator.get(DESK))
    assert [tell_ending_papers(at=timezone.now()) for _ in range(2)] == [1, 0]
    with floor.inside():
        assert AuditEntry.objects.filter(verb="paper runs out").count() == 1
    with other_floor.inside():
        assert not AuditEntry.objects.filter(verb="paper runs out").exists()


# --- what lies idle, and what it costs ---


def test_a_number_idle_for_ninety_days_is_listed_with_its_cost(floor, other_floor, operator):
    at, long_ago = timezone.now(), timezone.now() - timedelta(days=200)
    busy = stock(floor.number, tenant=floor.tenant, state="bound", assigned_at=long_ago)
    idle = stock("+862155550002", tenant=floor.tenant, state="assigned", assigned_at=long_ago)
    stock("+862155550003", tenant=floor.tenant, state="assigned", assigned_at=at)
    floor.caller()
    operator.post(f"{DESK}idle/?days=90")
    page = operator.get(f"{DESK}idle/?days=90")
    assert [one.number for one in page.context["idle"]] == [idle]
    assert page.context["costs"] == [("CNY", 300)]
    busy.refresh_from_db()
    assert busy.tally.calls == 1
    with floor.inside():
        assert count_calls(at) == 3


# --- the tenant's own page ---


def test_a_tenant_sees_its_own_numbers_and_the_calls_behind_the_figures(
    floor, other_floor, member, client_of
):
    number = stock(floor.number, tenant=floor.tenant, state="bound")
    other = stock(other_floor.number, tenant=other_floor.tenant, state="bound")
    floor.caller()
    leader = client_of(member(floor.tenant, "supervisor"))
    page = seen(leader.get("/numbers/"))
    assert f"/calls/?dialled=%2B{floor.number[1:]}" in page
    assert other.e164[-7:] not in page
    assert leader.get(f"/numbers/{number.pk}/").status_code == 200
    assert leader.get(f"/numbers/{other.pk}/").status_code == 404
    assert leader.post("/numbers/apply/", {"kind": "local"}).status_code == 403
