"""Numbers shown that are not answered any more rest for a while, so that others of the pool are shown instead."""

from datetime import datetime, timedelta

from django.db import transaction

from telephony.models import PoolNumber
from telephony.queries.display_health import answers_of
from telephony.queries.displays import chosen_to_show
from tenants.people.actions import record_audit


def show_next(
    dialled: str, *, to: str, queue_id: int | None, at: datetime, agent_id: int | None = None
) -> str:
    """What somebody outside sees who is asked or handed a caller now; the next one sees another of the pool."""
    chosen = chosen_to_show(dialled, agent_id=agent_id, queue_id=queue_id, to=to, at=at)
    note_shown(chosen.pool_number_id, at)
    return chosen.number


def note_shown(pool_number_id: int | None, at: datetime) -> None:
    """Another one's turn comes next."""
    if pool_number_id is not None:
        PoolNumber.objects.filter(pk=pool_number_id).update(shown_at=at)


@transaction.atomic
def judge_number(*, number: str, at: datetime) -> None:
    """After a call out that showed this number. Below the pool's floor over the last n calls it rests."""
    judging = PoolNumber.objects.filter(
        number_e164=number, pool__is_active=True, pool__least_connected__isnull=False
    )
    for row in judging.select_related("pool").select_for_update(of=("self",)):
        if row.is_resting(at):
            continue
        answers = answers_of(row, at)
        percent = 100 * sum(answers) // len(answers) if answers else 100
        if len(answers) >= row.pool.judged_calls and percent < (row.pool.least_connected or 0):
            _put_to_rest(row, percent, at)


def _put_to_rest(row: PoolNumber, percent: int, at: datetime) -> None:
    row.resting_until = at + timedelta(minutes=row.pool.rest_minutes)
    row.rested_at_percent = percent
    row.save(update_fields=["resting_until", "rested_at_percent"])
    after = {"number": row.number_e164, "answered percent": percent, "until": row.resting_until}
    record_audit(verb="put a number to rest", subject=row.pool, after=after)


@transaction.atomic
def end_rest(*, pool_id: int, pool_number_id: int, at: datetime) -> bool:
    """A person says that it is well again: judged by its calls from now on. False when it did not rest."""
    row = PoolNumber.objects.select_for_update().filter(pk=pool_number_id, pool_id=pool_id).first()
    if row is None or not row.is_resting(at):
        return False
    row.resting_until = at
    row.save(update_fields=["resting_until"])
    record_audit(verb="ended a number's rest", subject=row.pool, after={"number": row.number_e164})
    return True
