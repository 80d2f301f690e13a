"""What every call we make needs: nobody else dials the number meanwhile, and it ends though nobody was dialled."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import connection

from telephony.actions.following import follow_call
from telephony.models import Leg
from tenants.context import current_schema

NOT_DIALLED = "NOT_DIALLED"


def lock_number(number: str) -> None:
    """Until the end of the transaction nobody else decides to dial this number for this tenant."""
    digest = hashlib.sha256(f"{current_schema()} {number}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], signed=True)])


def note_never_dialled(*, call_id: UUID, began_at: datetime, at: datetime) -> None:
    """The call ends although the leg it was made for never was: a row says so, which costs nothing."""
    Leg.objects.create(
        id=call_id,
        call_id=call_id,
        kind=Leg.Kind.EXTERNAL,
        direction="outbound",
        created_at=began_at,
        ended_at=at,
        ended_by="switch",
        cause=NOT_DIALLED,
        settled_at=at,
        billable_seconds=0,
    )
    follow_call(call_id, at)
