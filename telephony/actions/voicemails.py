"""Messages callers left."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from telephony.errors import CallNotFound
from telephony.models import Voicemail
from tenants.people.actions import record_audit
from tenants.people.policies import Member


@transaction.atomic
def mark_heard(*, voicemail_id: UUID, member: Member, at: datetime) -> None:
    message = Voicemail.objects.select_for_update(no_key=True).filter(pk=voicemail_id).first()
    if message is None:
        raise CallNotFound
    record_audit(verb="played", subject=message)
    if message.heard_at:
        return
    message.heard_at, message.heard_by = at, member
    message.save()
