"""Days from the clauses: found on month ends and leap days too, told once."""

from datetime import date, timedelta

import pytest

from tenants.contracts.actions.reminders import remind
from tenants.contracts.dates import add_months, coming_dates, last_day_of_term
from tenants.contracts.models import Agreement, Reminder
from tenants.people.models import AuditEntry
from tenants.plans.queries import warnings


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_months_end_where_they_end(day, months, later):
    assert add_months(day, months) == later


def test_a_year_ends_the_day_before_the_same_day():
    assert last_day_of_term(date(2026, 11, 16), 12) == date(2027, 11, 15)
    assert last_day_of_term(date(2028, 2, 29), 12) == date(2029, 2, 27)
    assert last_day_of_term(date(2026, 11, 16), None) is None


def test_what_comes_is_read_off_the_clauses():
    agreement = Agreement(
        starts_on=date(2026, 1, 1),
        ends_on=date(2027, 12, 31),
        notice_days=90,
        remind_days=30,
        price_review_on=date(2026, 1, 31),
        price_review_months=1,
        upgrade_on=date(2026, 3, 1),
    )
    found = coming_dates(agreement, date(2026, 2, 10))
    assert [(one.kind, one.due_on, one.tell_on) for one in found] == [
        ("price", date(2026, 2, 28), date(2026, 1, 29)),
        ("upgrade", date(2026, 3, 1), date(2026, 1, 30)),
        ("notice", date(2027, 10, 2), date(2027, 9, 2)),
        ("renewal", date(2027, 12, 31), date(2027, 12, 1)),
    ]
    # Counted from the first day each time: the 31st comes back, and nothing is due after the end.
    assert coming_dates(agreement, date(2026, 3, 2))[0].due_on == date(2026, 3, 31)
    assert coming_dates(agreement, date(2028, 1, 1)) == []


def test_each_day_is_told_once_in_both_logs(acme, globex, held, inside, now):
    agreement = held()
    ends = agreement.ends_on
    early = now.replace(year=2027, month=8, day=1)
    assert remind(at=early) == 0
    # 60 days before the last day to give notice, 30 days before the end.
    near = early.replace(month=8, day=17)
    assert [remind(at=near), remind(at=near), remind(at=near + timedelta(days=1))] == [1, 0, 0]
    told = Reminder.objects.get()
    assert (told.kind, told.due_on) == ("notice", ends - timedelta(days=30))
    assert remind(at=near + timedelta(days=30)) == 1
    with inside(acme):
        assert AuditEntry.objects.filter(verb="reminded").count() == 2
    with inside(globex):
        assert not AuditEntry.objects.exists()


def test_it_stands_in_the_head_until_somebody_has_read_it(
    acme, globex, held, member, client_of, monkeypatch, now
):
    near = now.replace(year=2027, month=8, day=17)
    held()
    remind(at=near)
    monkeypatch.setattr("django.utils.timezone.now", lambda: near)
    owner, other = client_of(member(acme, "owner")), client_of(member(globex, "owner"))
    head = "A day of your agreement comes near"

    def page(client) -> str:
        warnings.forget()
        return client.get("/contract/").content.decode()

    assert (head in page(owner), head in page(other)) == (True, False)
    row = Reminder.objects.get()
    other.post("/contract/", {"act": "read_reminder", "row": row.pk})
    assert head in page(owner)
    owner.post("/contract/", {"act": "read_reminder", "row": row.pk})
    assert head not in page(owner)
