"""Work that calls leave: a message to answer, a low score to ask about. Opened once, claimed, done with a note."""

from datetime import datetime, timedelta

from django.db import transaction

from telephony import events
from telephony.errors import FollowUpDone, FollowUpGone
from telephony.models import Call, FollowUp, Queue
from tenants.events import emit
from tenants.people.actions import record_audit
from tenants.people.policies import Member

DUE_AFTER = {
    FollowUp.Kind.VOICEMAIL: timedelta(hours=4),
    FollowUp.Kind.LOW_SCORE: timedelta(hours=24),
    FollowUp.Kind.CALLBACK: timedelta(hours=4),
    FollowUp.Kind.POOR_LINE: timedelta(hours=24),
}
LONGEST_NOTE = 2000


def open_follow_up(*, kind: str, call: Call, queue: Queue | None, at: datetime) -> FollowUp:
    """Once for each call and kind; must run inside the transaction of what makes the work."""
    row, is_new = FollowUp.objects.get_or_create(
        kind=kind,
        call=call,
        defaults={"queue": queue, "created_at": at, "due_at": at + DUE_AFTER[FollowUp.Kind(kind)]},
    )
    if is_new:
        emit(events.FollowUpOpened(occurred_at=at, call_id=call.pk, follow_up_id=row.pk))
    return row


@transaction.atomic
def claim_follow_up(*, follow_up_id: int, member: Member) -> FollowUp:
    """It is theirs from now on, also when it was a colleague's; done work is refused."""
    row = open_row(follow_up_id)
    if row.owner_id == member.pk:
        return row
    before, row.owner = row.owner_id, member
    row.save()
    record_audit(verb="claimed", subject=row, before={"owner": before}, after={"owner": member.pk})
    return row


@transaction.atomic
def release_follow_up(*, follow_up_id: int) -> FollowUp:
    """Nobody's again."""
    row = open_row(follow_up_id)
    if row.owner_id is None:
        return row
    before, row.owner = row.owner_id, None
    row.save()
    record_audit(verb="released", subject=row, before={"owner": before}, after={"owner": None})
    return row


@transaction.atomic
def note_follow_up(*, follow_up_id: int, note: str) -> FollowUp:
    row = open_row(follow_up_id)
    row.note = note.strip()[:LONGEST_NOTE]
    row.save()
    return row


@transaction.atomic
def finish_follow_up(*, follow_up_id: int, member: Member, note: str, at: datetime) -> FollowUp:
    """Done, by whom and with what note. Told again it stays as it was."""
    row = _locked(follow_up_id)
    if row.state == FollowUp.State.DONE:
        return row
    row.state, row.done_at, row.done_by = FollowUp.State.DONE, at, member
    row.owner = row.owner or member
    row.note = note.strip()[:LONGEST_NOTE] or row.note
    row.save()
    record_audit(verb="finished", subject=row, after={"state": row.state})
    return row


@transaction.atomic
def reopen_follow_up(*, follow_up_id: int) -> FollowUp:
    row = _locked(follow_up_id)
    if row.state == FollowUp.State.OPEN:
        return row
    row.state, row.done_at, row.done_by = FollowUp.State.OPEN, None, None
    row.save()
    record_audit(verb="reopened", subject=row, after={"state": row.state})
    return row


def open_row(follow_up_id: int) -> FollowUp:
    """Locked; raises FollowUpGone, FollowUpDone."""
    row = _locked(follow_up_id)
    if row.state == FollowUp.State.DONE:
        raise FollowUpDone
    return row


def _locked(follow_up_id: int) -> FollowUp:
    row = FollowUp.objects.select_for_update(no_key=True).filter(pk=follow_up_id).first()
    if row is None:
        raise FollowUpGone
    return row
