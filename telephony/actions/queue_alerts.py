"""Queues that pass their limits ring on the floor; back within them for a while they are quiet again. Both are kept."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from telephony import events
from telephony.models import AlertTerms, QueueAlert
from telephony.queries.queue_alerts import (
    Breach,
    Paces,
    Standing,
    breaches,
    lacking,
    limits_by_queue,
    standings,
)
from tenants.events import emit
from tenants.people.actions import record_audit

CALM = timedelta(seconds=15)
"""How long a queue is to be within its limit until the alert is over: one caller more or less is no news."""
IS_WORSE_BELOW = frozenset({QueueAlert.Kind.SERVICE_LEVEL})


@transaction.atomic
def watch_queues(*, at: datetime, paces: Paces) -> int:
    """Look at every queue with limits once. Returns how many alerts are open."""
    limits = limits_by_queue()
    still_open = list(QueueAlert.objects.select_for_update(of=("self",)).filter(cleared_at=None))
    if not limits and not still_open:
        return 0
    now = {one.queue.pk: one for one in standings(limits.keys(), at=at, paces=paces)}
    known = {(alert.queue_id, alert.kind): alert for alert in still_open}
    count = 0
    for queue_id, standing in now.items():
        for breach in breaches(standing, limits[queue_id]):
            to_add = lacking(standing, limits[queue_id])
            _ring(known.pop((queue_id, breach.kind), None), standing, breach, to_add, at)
            count += 1
    for alert in known.values():
        count += not _calm(alert, at, is_watched=alert.queue_id in limits)
    return count


def _ring(
    alert: QueueAlert | None, standing: Standing, breach: Breach, to_add: int | None, at: datetime
) -> None:
    told = {
        "waiting": standing.waiting,
        "expected_wait_seconds": standing.expected_wait_seconds,
        "agents_to_add": to_add,
    }
    if alert is None:
        alert = QueueAlert.objects.create(
            queue=standing.queue,
            kind=breach.kind,
            limit=breach.limit,
            value=breach.value,
            worst=breach.value,
            raised_at=at,
            **told,
        )
        emit(events.QueueAlertRaised(occurred_at=at, alert_id=alert.pk, queue_id=alert.queue_id))
        return
    worse = min if breach.kind in IS_WORSE_BELOW else max
    told |= {"worst": worse(alert.worst, breach.value), "calm_since": None}
    if _changed(alert, told):
        _keep(alert, told)
        emit(events.QueueAlertChanged(occurred_at=at, alert_id=alert.pk, queue_id=alert.queue_id))


def _changed(alert: QueueAlert, told: dict[str, Any]) -> bool:
    """What a person reads: seconds that tick by are not news."""
    rounded = {"expected_wait_seconds": 5, "worst": 1}

    def seen(name: str, value: Any) -> Any:
        return None if value is None else value // rounded[name] if name in rounded else value

    return any(seen(name, getattr(alert, name)) != seen(name, value) for name, value in told.items())


def _calm(alert: QueueAlert, at: datetime, *, is_watched: bool) -> bool:
    """True when it is over: after a while, or at once when nobody wants to know of the queue any more."""
    if is_watched and alert.calm_since is None:
        _keep(alert, {"calm_since": at})
        return False
    if is_watched and at - alert.calm_since < CALM:
        return False
    _keep(alert, {"cleared_at": at})
    emit(events.QueueAlertCleared(occurred_at=at, alert_id=alert.pk, queue_id=alert.queue_id))
    return True


def _keep(alert: QueueAlert, values: dict[str, Any]) -> None:
    alert.version += 1
    for name, value in values.items():
        setattr(alert, name, value)
    alert.save(update_fields=["version", *values])


@transaction.atomic
def take_on_alert(*, alert_id: int, member: Any, at: datetime) -> QueueAlert | None:
    """Somebody deals with it: it is quiet on every screen. None: there is no such open alert."""
    alert = QueueAlert.objects.select_for_update(of=("self",)).filter(pk=alert_id, cleared_at=None).first()
    if alert is None or alert.seen_at is not None:
        return alert
    _keep(alert, {"seen_by": member, "seen_at": at})
    record_audit(verb="took on the alert", subject=alert)
    emit(events.QueueAlertChanged(occurred_at=at, alert_id=alert.pk, queue_id=alert.queue_id))
    return alert


@transaction.atomic
def set_limits(*, queue_id: int | None, values: dict[str, Any]) -> AlertTerms:
    """The limits of a queue, or of all the others (None). `values` are checked fields of AlertTerms."""
    before = AlertTerms.objects.filter(queue_id=queue_id).values(*values).first()
    terms, _new = AlertTerms.objects.update_or_create(queue_id=queue_id, defaults=values)
    if before != values:
        record_audit(verb="changed", subject=terms, before=before, after=values)
    return terms
