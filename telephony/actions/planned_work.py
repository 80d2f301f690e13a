"""Work people plan: a return visit, a task. It has a day and an hour, may be moved, and says when it is due."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from telephony import message_events as events
from telephony.actions.follow_ups import LONGEST_NOTE, open_row
from telephony.message_errors import FollowUpNotPlanned
from telephony.models import Call, FollowUp
from telephony.text import plain_line
from tenants.errors import BadInput
from tenants.events import emit
from tenants.numbers import to_e164
from tenants.people.actions import record_audit
from tenants.people.policies import Member

LONGEST_TITLE = 160
AT_ONCE = 200
"""Told in one go; the rest a minute later."""


@transaction.atomic
def plan_follow_up(
    *,
    by: Member,
    kind: str,
    title: str,
    due_at: datetime,
    at: datetime,
    owner: Member | None = None,
    call_id: UUID | None = None,
    customer_id: int | None = None,
    ticket_number: int | None = None,
    number: str = "",
    country: str = "",
    note: str = "",
) -> FollowUp:
    """Somebody's work at a time to come, the planner's own unless told otherwise. Raises BadInput by field."""
    words = plain_line(title, LONGEST_TITLE)
    if kind not in FollowUp.PLANNED:
        raise BadInput(field="kind")
    if not words:
        raise BadInput(field="title")
    if due_at <= at:
        raise BadInput(field="due_at")
    call = Call.objects.filter(pk=call_id).first() if call_id else None
    row = FollowUp.objects.create(
        kind=kind,
        title=words,
        call=call,
        queue=call.queue if call else None,
        owner=owner or by,
        number=_e164(number, country) or (call.caller_number if call else ""),
        customer_id=customer_id,
        ticket_number=ticket_number,
        created_by=by,
        created_at=at,
        due_at=due_at,
        note=note.strip()[:LONGEST_NOTE],
    )
    record_audit(verb="planned", subject=row, actor=by, after={"due_at": due_at, "owner": row.owner_id})
    emit(events.FollowUpPlanned(occurred_at=at, follow_up_id=row.pk, owner_id=row.owner_id))
    return row


def _e164(number: str, country: str) -> str:
    if not number.strip():
        return ""
    found = to_e164(number, country)
    if not found:
        raise BadInput(field="number")
    return found


@transaction.atomic
def move_follow_up(*, follow_up_id: int, due_at: datetime, at: datetime) -> FollowUp:
    """To another time, when it is told again; the first time stays known. Raises FollowUpDone, BadInput."""
    row = open_row(follow_up_id)
    if due_at <= at:
        raise BadInput(field="due_at")
    if row.due_at == due_at:
        return row
    before, row.first_due_at = row.due_at, row.first_due_at or row.due_at
    row.due_at, row.told_at = due_at, None
    row.save()
    record_audit(verb="moved", subject=row, before={"due_at": before}, after={"due_at": due_at})
    return row


@transaction.atomic
def rate_visit(*, follow_up_id: int, satisfaction: int) -> FollowUp:
    """What the customer said at a return visit, 1 to 5. Raises FollowUpNotPlanned for other work."""
    row = FollowUp.objects.select_for_update(no_key=True).get(pk=follow_up_id)
    if row.kind != FollowUp.Kind.VISIT:
        raise FollowUpNotPlanned
    if satisfaction not in range(1, 6):
        raise BadInput(field="satisfaction")
    row.satisfaction = satisfaction
    row.save()
    return row


@transaction.atomic
def tell_due_follow_ups(*, at: datetime) -> int:
    """Owners hear of work that is due, once for each time it was set; how many were told."""
    due = FollowUp.objects.select_for_update(no_key=True, skip_locked=True).filter(
        state=FollowUp.State.OPEN, due_at__lte=at, told_at=None, owner__isnull=False
    )
    rows = list(due.order_by("due_at")[:AT_ONCE])
    FollowUp.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=at)
    for row in rows:
        emit(events.FollowUpDue(occurred_at=at, follow_up_id=row.pk, owner_id=row.owner_id))
    return len(rows)
