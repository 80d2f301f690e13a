"""Tells receivers of bills: signed as webhooks are, again with longer pauses, and with an end.

The network is never called inside a transaction. What was told and not written down is told again, with the same key.
"""

import json
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from tenants.closing.models import Bill, Telling
from tenants.closing.serializers import BillSerializer
from tenants.hooks import posting, signing
from tenants.secrets import SecretUnreadable, unseal

TURN_SECONDS = 20.0
PAUSES = (30, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
"""Seconds until the next try; after the last one it is given up."""
CLAIM = timedelta(seconds=60)


def tell_due() -> int:
    """How many were told, heard or not."""
    until, count = time.monotonic() + TURN_SECONDS, 0
    while time.monotonic() < until:
        telling = _claim(timezone.now())
        if telling is None:
            break
        _note(telling, _tell(telling), timezone.now())
        count += 1
    return count


@transaction.atomic
def _claim(at: datetime) -> Telling | None:
    """The next that is due; nobody else takes it for a while."""
    rows = Telling.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
        "receiver", "bill"
    )
    found = (
        rows.filter(state=Telling.State.WAITING, next_at__lte=at, receiver__is_active=True)
        .order_by("next_at", "pk")
        .first()
    )
    if found is not None:
        found.next_at = at + CLAIM
        found.save(update_fields=["next_at"])
    return found


def _tell(telling: Telling) -> posting.Answer:
    at = int(timezone.now().timestamp())
    body = body_of(telling)
    try:
        secret = unseal(telling.receiver.secret)
    except SecretUnreadable:
        return posting.Answer(problem="secret")
    if not secret:
        return posting.Answer(problem="secret")
    headers = signing.headers([secret], key=str(telling.key), timestamp=at, body=body) | {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "callcentre-webhook/1",
        "Connection": "close",
    }
    return posting.post(telling.receiver.url, headers=headers, body=body)


def body_of(telling: Telling) -> str:
    """The same bytes at every try: a bill does not change."""
    bill = (
        Bill.objects.select_related("tenant", "corrects")
        .prefetch_related("lines", "taxes")
        .get(pk=telling.bill_id)
    )
    kind = "credit_note.issued" if bill.is_credit else "invoice.issued"
    told = {"id": str(telling.key), "type": kind, "version": 1, "data": BillSerializer(bill).data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


@transaction.atomic
def _note(telling: Telling, answer: posting.Answer, at: datetime) -> None:
    telling.attempts += 1
    telling.status, telling.problem = answer.status, answer.code[:40]
    if answer.is_good:
        telling.state = Telling.State.HEARD
    elif telling.attempts > len(PAUSES):
        telling.state = Telling.State.GIVEN_UP
    else:
        telling.next_at = at + timedelta(seconds=PAUSES[telling.attempts - 1])
    telling.save(update_fields=["attempts", "status", "problem", "state", "next_at"])
