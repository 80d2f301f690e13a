"""What members write to each other: a line of chat, an announcement and that it was read."""

from datetime import datetime

from django.db import transaction

from telephony import message_events as events
from telephony.message_errors import AnnouncementGone, NobodyToWriteTo, NothingSaid
from telephony.models import Announcement, AnnouncementRead, ChatMessage
from telephony.queries.messages import announcements_for, correspondent
from tenants.events import emit
from tenants.people.actions import record_audit
from tenants.people.policies import Member

LONGEST_LINE = 2000
LONGEST_ANNOUNCEMENT = 2000


@transaction.atomic
def write_message(*, sender: Member, recipient_id: int, text: str, at: datetime) -> ChatMessage:
    """Raises NobodyToWriteTo, NothingSaid."""
    if correspondent(sender, recipient_id) is None:
        raise NobodyToWriteTo
    row = ChatMessage.objects.create(
        sender=sender, recipient_id=recipient_id, text=_said(text, LONGEST_LINE), at=at
    )
    emit(
        events.ChatWritten(occurred_at=at, message_id=row.pk, sender_id=sender.pk, recipient_id=recipient_id)
    )
    return row


@transaction.atomic
def read_messages(*, reader: Member, sender_id: int, at: datetime) -> int:
    """All lines of this sender to the reader are read; how many were not."""
    unread = ChatMessage.objects.filter(recipient=reader, sender_id=sender_id, read_at=None)
    return unread.update(read_at=at)


@transaction.atomic
def announce(
    *, by: Member, text: str, at: datetime, group_id: int | None = None, until: datetime | None = None
) -> Announcement:
    row = Announcement.objects.create(
        by=by, text=_said(text, LONGEST_ANNOUNCEMENT), group_id=group_id, until=until, at=at
    )
    record_audit(verb="announced", subject=row, after={"group": group_id, "until": until})
    emit(events.Announced(occurred_at=at, announcement_id=row.pk))
    return row


@transaction.atomic
def end_announcement(*, announcement_id: int, at: datetime) -> Announcement:
    """It is past from now on; who has read it stays known."""
    row = Announcement.objects.select_for_update(no_key=True).filter(pk=announcement_id).first()
    if row is None:
        raise AnnouncementGone
    if row.until is None or row.until > at:
        row.until = at
        row.save()
        record_audit(verb="withdrawn", subject=row, after={"until": at})
        emit(events.Announced(occurred_at=at, announcement_id=row.pk))
    return row


@transaction.atomic
def read_announcement(*, announcement_id: int, member: Member, at: datetime) -> None:
    """Raises AnnouncementGone for one that is not this member's to read. Read again, the first time stands."""
    if not announcements_for(member, at).filter(pk=announcement_id).exists():
        raise AnnouncementGone
    AnnouncementRead.objects.get_or_create(
        announcement_id=announcement_id, member=member, defaults={"at": at}
    )


def _said(text: str, longest: int) -> str:
    said = text.replace("\x00", "").strip()[:longest]
    if not said:
        raise NothingSaid(field="text")
    return said
