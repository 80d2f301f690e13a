"""Maintenance is announced, read and put into calendars; wishes are made and answered. By tenant."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tenants.plans.calendars import event
from tenants.plans.models import Acknowledgement, Notice, Wish


@pytest.fixture
def notice(db) -> Notice:
    starts = timezone.now() + timedelta(days=3)
    return Notice.objects.create(
        title="New disks",
        title_zh="更换磁盘",
        body="We change disks; pages pause.",
        body_zh="更换磁盘，页面短暂停顿。",
        starts_at=starts,
        ends_at=starts + timedelta(hours=1),
        effect="pages",
    )


def test_a_notice_is_read_by_each_tenant_for_itself(acme, globex, notice, member, client_of):
    owner, supervisor, other = (
        client_of(member(tenant, role, name=role.title()))
        for tenant, role in ((acme, "owner"), (acme, "supervisor"), (globex, "owner"))
    )
    assert "Maintenance is planned" in owner.get("/calls/").content.decode()
    page = supervisor.get("/notices/").content.decode()
    assert "New disks" in page
    assert "Pages are away, calls go on" in page
    assert supervisor.post(f"/notices/{notice.pk}/read/").status_code == 302
    owner.post(f"/notices/{notice.pk}/read/")
    assert list(Acknowledgement.objects.values_list("tenant", "by_name")) == [(acme.pk, "Supervisor")]
    assert "Read by Supervisor" in owner.get("/notices/").content.decode()
    assert "Not read yet" in other.get("/notices/").content.decode()
    owner.cookies["django_language"] = "zh-hans"
    assert "更换磁盘，页面短暂停顿。" in owner.get("/notices/").content.decode()


def test_a_notice_for_one_tenant_is_nobody_elses_and_a_withdrawn_one_is_nobodys(
    acme, globex, notice, member, client_of
):
    notice.tenants.set([globex])
    ours, theirs = client_of(member(acme, "owner")), client_of(member(globex, "owner"))
    assert "New disks" not in ours.get("/notices/").content.decode()
    assert ours.post(f"/notices/{notice.pk}/read/").status_code == 404
    assert ours.get(f"/notices/{notice.pk}/calendar.ics").status_code == 404
    assert theirs.get(f"/notices/{notice.pk}/calendar.ics").status_code == 200
    notice.withdrawn_at = timezone.now()
    notice.save()
    assert "New disks" not in theirs.get("/notices/").content.decode()
    assert not Acknowledgement.objects.exists()


def test_a_calendar_reads_it_whatever_stands_in_it(notice):
    text = event("n", "换盘" * 40 + "; a, b\\", "one\r\nBEGIN:VEVENT\ntwo", notice.starts_at, notice.ends_at)
    lines = text.split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    whole = text.replace("\r\n ", "").split("\r\n")
    assert "DESCRIPTION:one\\nBEGIN:VEVENT\\ntwo" in whole
    assert "SUMMARY:" + "换盘" * 40 + "\\; a\\, b\\\\" in whole
    assert whole.count("BEGIN:VEVENT") == 1
    assert f"DTSTART:{notice.starts_at:%Y%m%dT%H%M%SZ}" in whole


def test_a_notice_of_the_past_is_not_announced(member, client_of, db):
    operator = client_of(member(None, "operator"))
    page = operator.post(
        "/admin/plans/notice/add/",
        {"title": "x", "title_zh": "x", "body": "x", "body_zh": "x",
         "starts_at_0": "2020-01-01", "starts_at_1": "10:00",
         "ends_at_0": "2020-01-01", "ends_at_1": "11:00", "effect": "none", "published_at_0": "2020-01-01",
         "published_at_1": "09:00", "acknowledgements-TOTAL_FORMS": 0, "acknowledgements-INITIAL_FORMS": 0},
    )  # fmt: skip
    assert "Tell it before it begins." in page.content.decode()
    assert not Notice.objects.exists()


def test_a_wish_is_answered_by_the_operator_and_seen_by_its_tenant_alone(acme, globex, member, client_of):
    owner, other = client_of(member(acme, "owner", name="Olga")), client_of(member(globex, "owner"))
    owner.post("/plan/wishes/", {"title": "Faxes <b>", "about": "for the bank"})
    wish = Wish.objects.get()
    assert (wish.tenant_id, wish.by_name, wish.state) == (acme.pk, "Olga", "new")
    operator = client_of(member(None, "operator"))
    answer = operator.post(
        f"/admin/plans/wish/{wish.pk}/change/", {"state": "planned", "answer": "In spring."}
    )
    assert answer.status_code == 302
    page = owner.get("/plan/wishes/").content.decode()
    assert "In spring." in page
    assert "Planned" in page
    assert "Faxes &lt;b&gt;" in page
    assert "Faxes" not in other.get("/plan/wishes/").content.decode()
    assert owner.post("/plan/wishes/", {"title": ""}).status_code == 422
