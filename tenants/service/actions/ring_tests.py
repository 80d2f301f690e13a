"""An operator has their own telephone rung at once. The floor above dials; here stands what was asked and what came.

A row is begun once, within seconds, and ended once.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from tenants.context import enter_public
from tenants.masking import mask_number
from tenants.people.actions import record_audit
from tenants.people.models import Member
from tenants.service import errors
from tenants.service.models import PageCall, PageTarget, RingTest
from tenants.service.queries.ringing import has_way_out

Result = RingTest.Result
MOST_AN_HOUR = 5
HOUR = timedelta(hours=1)
KEPT = timedelta(days=30)


@transaction.atomic
def ask_ring_test(*, operator: Member, at: datetime) -> RingTest:
    """Raises NoTelephone, RingTestRuns, TooManyRingTests."""
    with enter_public():
        target = PageTarget.objects.select_for_update().filter(operator_id=operator.pk).first()
        if target is None or not target.phone:
            raise errors.NoTelephone
        own = RingTest.objects.filter(operator_id=operator.pk)
        if any(one.is_under_way(at) for one in own.filter(ended_at=None, asked_at__gt=at - HOUR)):
            raise errors.RingTestRuns
        if own.filter(asked_at__gt=at - HOUR).count() >= MOST_AN_HOUR:
            raise errors.TooManyRingTests(most=MOST_AN_HOUR)
        own.filter(asked_at__lt=at - KEPT).delete()
        shown = mask_number(target.phone)
        row = RingTest(
            call_id=uuid4(), operator_id=operator.pk, operator_name=str(operator)[:120], masked_number=shown,
            asked_at=at,
        )  # fmt: skip
        if not has_way_out():
            row.ended_at, row.result = at, Result.NO_TRUNK
        row.save()
        record_audit(verb="had their telephone rung", subject=target, after={"telephone": shown})
    return row


@transaction.atomic
def begin_test(*, call_id: UUID, node: str, at: datetime) -> str:
    """To be kept before the switch is asked. The number to ring; "" when it is too late, or another worker has it."""
    with enter_public():
        row = RingTest.objects.select_for_update().filter(call_id=call_id).first()
        if row is None or not row.is_waiting(at):
            return ""
        # One telephone rings once at a time, whichever cell's worker comes first.
        target = PageTarget.objects.select_for_update().filter(operator_id=row.operator_id).first()
        running = PageCall.objects.filter(ended_at=None, page__operator_id=row.operator_id)
        if target is None or not target.phone or running.exists():
            return ""
        row.node, row.started_at, row.result = node[:40], at, ""
        row.save(update_fields=["node", "started_at", "result"])
    return target.phone


@transaction.atomic
def hinder_test(*, call_id: UUID, why: str) -> None:
    """Not rung so far; the next look tries again while somebody waits for it."""
    with enter_public():
        RingTest.objects.filter(call_id=call_id, started_at=None, ended_at=None).update(result=why)


@transaction.atomic
def end_test(*, call_id: UUID, result: str, at: datetime, cause: str = "") -> None:
    with enter_public():
        RingTest.objects.filter(call_id=call_id, ended_at=None).update(
            result=result, ended_at=at, cause=cause[:40]
        )
