"""Writes an internal note about a contact; an @name in it asks that colleague to look."""

import re
from datetime import datetime
from uuid import UUID

from django.db import transaction

from telephony import message_events as events
from telephony.message_errors import NothingSaid
from telephony.models import Call, ContactNote, NoteMention
from telephony.queries.messages import WHO_WRITE
from tenants.events import emit
from tenants.people.policies import Member
from tenants.people.queries import members_with

LONGEST = 2000
NAMED = re.compile(r"(?:^|(?<=[\s(,;:，；：（]))@([\w.+-]{1,64})")


@transaction.atomic
def note_contact(
    *, by: Member, text: str, at: datetime, call_id: UUID | None = None, customer_id: int | None = None
) -> ContactNote:
    said = text.replace("\x00", "").strip()[:LONGEST]
    if not said:
        raise NothingSaid(field="text")
    call = Call.objects.filter(pk=call_id).first() if call_id else None
    row = ContactNote.objects.create(
        by=by,
        text=said,
        at=at,
        call=call,
        number=call.caller_number if call else "",
        customer_id=customer_id,
    )
    names = {name.rstrip(".").lower() for name in NAMED.findall(said)}
    for member in members_with(*WHO_WRITE).filter(username__in=names).exclude(pk=by.pk):
        NoteMention.objects.create(note=row, member=member)
        emit(events.Mentioned(occurred_at=at, note_id=row.pk, member_id=member.pk))
    return row


@transaction.atomic
def see_mention(*, note_id: int, member: Member, at: datetime) -> bool:
    """False when this member was not mentioned there, or has seen it."""
    unseen = NoteMention.objects.filter(note_id=note_id, member=member, seen_at=None)
    return bool(unseen.update(seen_at=at))
