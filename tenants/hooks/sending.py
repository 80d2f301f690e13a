"""Sends what the outbox holds: in order per call, again and again with longer pauses, and with an end.

The network is never called inside a transaction. What was sent and not written down is sent again, with the same key.
"""

import json
import time
from datetime import UTC, datetime
from uuid import uuid4

import structlog
from django.utils import timezone

from tenants.context import current_schema, current_tenant
from tenants.hooks import kinds, posting, signing
from tenants.hooks.claims import claim, is_anything_due, release
from tenants.hooks.marks import note_answer
from tenants.hooks.models import Delivery, Endpoint
from tenants.secrets import SecretUnreadable, unseal

log = structlog.get_logger()

TURN_SECONDS = 8.0
"""How long one lane works before others have their turn."""
PAYLOAD_VERSION = 1


def send_due() -> bool:
    """One lane's turn for the current tenant. True when there is more to send."""
    lane, until = uuid4(), time.monotonic() + TURN_SECONDS
    while time.monotonic() < until:
        claimed = claim(lane, timezone.now())
        if claimed is None:
            return False
        _send_all(*claimed, until=until)
    return is_anything_due(timezone.now())


def _send_all(endpoint: Endpoint, deliveries: list[Delivery], *, until: float) -> None:
    for place, delivery in enumerate(deliveries):
        if time.monotonic() >= until or not _send(endpoint, delivery):
            release(deliveries[place if time.monotonic() >= until else place + 1 :])
            return


def _send(endpoint: Endpoint, delivery: Delivery) -> bool:
    """False when this endpoint shall be left alone for a while."""
    if not delivery.body and not _write_body(endpoint, delivery):
        return True
    at = timezone.now()
    try:
        headers = _headers(endpoint, delivery, at)
    except SecretUnreadable:
        return note_answer(delivery.pk, posting.Answer(problem="secret"), began_at=at, at=at)
    answer = posting.post(endpoint.url, headers=headers, body=delivery.body)
    return note_answer(delivery.pk, answer, began_at=at, at=timezone.now())


def _headers(endpoint: Endpoint, delivery: Delivery, at: datetime) -> dict[str, str]:
    valid = [unseal(endpoint.secret)]
    if endpoint.old_secret and endpoint.old_secret_until and endpoint.old_secret_until > at:
        valid.append(unseal(endpoint.old_secret))
    signed = signing.headers(valid, key=str(delivery.key), timestamp=int(at.timestamp()), body=delivery.body)
    return signed | {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "callcentre-webhook/1",
        "Webhook-Attempt": str(delivery.attempts + 1),
        "Connection": "close",
    }


def _write_body(endpoint: Endpoint, delivery: Delivery) -> bool:
    """Once, before the first try. False when there is nothing left to tell of."""
    kind = kinds.kind(delivery.kind)
    try:
        told = kind.tell(delivery.ids, endpoint.sees_numbers) if kind else None
    except Exception:
        log.exception("An event could not be put into words", kind=delivery.kind, delivery=delivery.pk)
        told = None
    if told is None:
        Delivery.objects.filter(pk=delivery.pk).update(
            state=Delivery.State.DROPPED, problem="gone", claimed_by=None, claimed_until=None
        )
        return False
    delivery.body = body_of(delivery, told, timezone.now())
    Delivery.objects.filter(pk=delivery.pk).update(body=delivery.body)
    return True


def body_of(delivery: Delivery, told: dict[str, object], at: datetime) -> str:
    """docs/webhooks.schema.json says the same."""
    envelope = {
        "id": str(delivery.key),
        "type": delivery.kind,
        "version": PAYLOAD_VERSION,
        "sequence": delivery.pk,
        "occurred_at": moment(delivery.occurred_at),
        "made_at": moment(at),
        "tenant": current_tenant().host or current_schema(),
        "data": told,
    }
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))


def moment(at: datetime | None) -> str | None:
    """`2026-11-16T09:00:00.123Z`."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
