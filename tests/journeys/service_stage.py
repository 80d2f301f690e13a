"""What the watch saw of the last weeks, an outage with its note, a case in hand and somebody on call."""

from datetime import timedelta

PARTS = ("web", "socket", "database", "cache", "celery", "recording")
OF_CELL = ("worker", "switch")


def watched() -> None:
    from django.utils import timezone

    from tenants.context import enter_public
    from tenants.people.models import Member
    from tenants.service.actions.roster import plan_shift, set_target
    from tenants.service.actions.watch import note_homes, note_round
    from tenants.service.models import WatchClock

    now = timezone.now()
    start = now - timedelta(days=20)
    up = {(part, ""): ("up", "") for part in PARTS} | {(part, "main"): ("up", "") for part in OF_CELL}
    switch_down = up | {("switch", "main"): ("down", "main-1")}
    steps = (
        (start, up), (start + timedelta(days=3), switch_down), (start + timedelta(days=3, minutes=43), up),
        (now, up),
    )  # fmt: skip
    with enter_public():
        note_homes(at=start)
        for at, found in steps:
            WatchClock.objects.update(last_at=at - timedelta(seconds=10))
            note_round(at=at, found=found)
        # Somebody turned the watch off for ten minutes.
        WatchClock.objects.update(last_at=now + timedelta(seconds=1))
        note_round(at=now + timedelta(minutes=10), found=up)
        operator = Member.objects.get(username="operator")
        hour = now.replace(minute=0, second=0, microsecond=0)
        set_target(operator=operator, way="mail", address="op@example.com", phone="+8613800138000")
        plan_shift(operator=operator, level=1, starts_at=hour, ends_at=hour + timedelta(days=7))


def rung(case) -> None:
    """Nobody picked up, then key 1."""
    from uuid import uuid4

    from tenants.service.actions.ringing import Result, begin_call, end_call

    page = case.pages.first()
    if page is None:
        # Nobody there to be called.
        return
    for minutes, result, cause in ((1, Result.NO_ANSWER, "NO_ANSWER"), (3, Result.TAKEN, "")):
        call_id, at = uuid4(), case.opened_at + timedelta(minutes=minutes)
        begin_call(page_id=page.pk, call_id=call_id, node="main-1", at=at)
        end_call(call_id=call_id, result=result, at=at + timedelta(seconds=30), cause=cause)


def furnish(tenant) -> None:
    from datetime import date
    from decimal import Decimal

    from django.utils import timezone

    from tenants.context import enter_public
    from tenants.models import Contract, Sla
    from tenants.service.actions import cases, notes
    from tenants.service.models import PartSpan

    now = timezone.now()
    terms = {"availability_percent": Decimal("99.95"), "response_minutes": 30, "recovery_minutes": 240}
    with enter_public():
        sla = Sla.objects.create(name="Gold", credit_percent=Decimal(10), **terms)
        Contract.objects.filter(tenant=tenant, starts_on__lte=date.today()).update(sla=sla)  # noqa: DTZ011
        outage = PartSpan.objects.filter(state="down").first()
        if outage is not None:
            note = notes.draft_note(
                title="Calls were not taken", title_zh="呼叫无法接入", text="A power supply failed.",
                text_zh="一路电源故障。", began_at=outage.began_at, is_public=True, tenant_ids=[],
                by_name="Operator", at=now, outage=outage,
            )  # fmt: skip
            notes.publish_note(note_id=note.pk, at=now)
        case = cases.open_case(
            tenant=tenant, channel="page", severity="urgent", subject="No sound in Sales",
            text="Since nine, about every third call.", at=now - timedelta(hours=2), by_name="Owner Acme",
        )  # fmt: skip
        rung(case)
        cases.write(
            case_id=case.pk, kind="answered", text="We look at it. Which device?", by_name="Operator",
            at=now - timedelta(minutes=100),
        )  # fmt: skip
        cases.open_case(
            tenant=tenant, channel="phone", severity="normal", subject="A report by mail each morning",
            text="Who can set that up?", at=now - timedelta(hours=30), by_name="Owner Acme",
        )  # fmt: skip
