"""What came of a try, written down: delivered, tried again later, given up; and who takes nothing is stopped."""

import random
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from django.db import transaction

from tenants.context import current_schema
from tenants.events import emit
from tenants.hooks import kept
from tenants.hooks.events import EndpointStopped
from tenants.hooks.models import Delivery, Endpoint
from tenants.hooks.posting import Answer
from tenants.people.actions import record_audit

log = structlog.get_logger()

PAUSES = (5, 15, 60, 300, 900, 1800, 3600, 7200, 14_400)
"""Seconds before the second try, the third, …: eight hours in all."""
MOST_TRIES = len(PAUSES) + 1
MOST_KEPT = 12
"""Tries that are kept with a delivery."""
LEAST_BETWEEN_MARKS = timedelta(seconds=30)
BUSY = (408, 425, 429)
GONE = 410


@transaction.atomic
def note_answer(delivery_id: int, answer: Answer, *, began_at: datetime, at: datetime) -> bool:
    """False when the endpoint shall be left alone for a while."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    endpoint = Endpoint.objects.select_for_update().get(pk=delivery.endpoint_id)
    delivery.claimed_by = delivery.claimed_until = None
    if delivery.state != Delivery.State.WAITING:
        # Another lane, which took us for dead, was quicker.
        return True
    _note_try(delivery, answer, began_at)
    if answer.is_good:
        delivery.state = Delivery.State.DELIVERED
        _note_success(endpoint, at)
    else:
        _note_failure(endpoint, delivery, answer, at)
    delivery.save()
    return endpoint.state == Endpoint.State.ACTIVE and (
        endpoint.held_until is None or endpoint.held_until <= at
    )


def stop(endpoint: Endpoint, problem: str, at: datetime) -> None:
    """No longer tried until a person resumes it: what waits stays, what happens meanwhile is not written down."""
    endpoint.state, endpoint.problem, endpoint.stopped_at = Endpoint.State.STOPPED, problem, at
    endpoint.save()
    kept.forget(current_schema())
    transaction.on_commit(partial(kept.forget, current_schema()))
    record_audit(verb="webhook stopped", subject=endpoint, after={"problem": problem})
    log.warning("A webhook was stopped", tenant=current_schema(), endpoint=endpoint.pk, problem=problem)
    emit(EndpointStopped(occurred_at=at, endpoint_id=endpoint.pk))


def pause_after(attempts: int) -> timedelta:
    """Before the next try; a tenth more or less, so that many do not come back in the same second."""
    seconds = PAUSES[min(max(attempts, 1), len(PAUSES)) - 1]
    return timedelta(seconds=seconds * random.uniform(0.9, 1.1))  # noqa: S311  (no secret depends on it)


def _note_try(delivery: Delivery, answer: Answer, began_at: datetime) -> None:
    delivery.attempts += 1
    delivery.first_tried_at = delivery.first_tried_at or began_at
    delivery.last_tried_at = began_at
    delivery.status, delivery.problem = answer.status or None, answer.code
    told: dict[str, Any] = {
        "at": began_at.isoformat(),
        "milliseconds": answer.milliseconds,
        "status": answer.status or None,
        "problem": answer.code,
        "answer": answer.text,
    }
    delivery.tries = [*delivery.tries, told][-MOST_KEPT:]


def _note_success(endpoint: Endpoint, at: datetime) -> None:
    """A busy endpoint's row is not written at each event."""
    if endpoint.failures or not endpoint.has_succeeded_since(at - LEAST_BETWEEN_MARKS):
        endpoint.failures, endpoint.held_until, endpoint.last_success_at = 0, None, at
        endpoint.save(update_fields=["failures", "held_until", "last_success_at"])


def _note_failure(endpoint: Endpoint, delivery: Delivery, answer: Answer, at: datetime) -> None:
    if _is_of_endpoint(answer):
        endpoint.failures += 1
        endpoint.held_until = at + pause_after(endpoint.failures)
        endpoint.save(update_fields=["failures", "held_until"])
    delivery.due_at = at + pause_after(delivery.attempts)
    if answer.status == GONE:
        stop(endpoint, "gone", at)
    elif delivery.attempts >= MOST_TRIES:
        delivery.state = Delivery.State.GIVEN_UP
        if not endpoint.has_succeeded_since(delivery.first_tried_at or at):
            stop(endpoint, answer.code, at)


def _is_of_endpoint(answer: Answer) -> bool:
    """Nobody there, too slow, broken or busy: others would fare no better. A refusal may be of this one event."""
    return not answer.status or answer.status >= 500 or answer.status in BUSY or 300 <= answer.status < 400
