"""Works of hours, in a worker: begun at once, taken up by beat when a worker died, thrown away after their days."""

from collections.abc import Callable

import structlog
from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from tenants.context import enter
from tenants.leaving import queries
from tenants.leaving.actions import closing_down, deletions, erasures, exports, imports
from tenants.provisioning.turns import ARCHIVES, try_any_turn
from tenants.tasks import tenant_task

log = structlog.get_logger()


def in_turn(work: Callable[..., str], **which: int) -> str:
    """One work of hours at a time in the house, so that what is short finds a worker; `take_up` sees to the rest."""
    with try_any_turn(ARCHIVES, 1) as is_ours:
        return work(**which) if is_ours else "waiting"


@shared_task(name="leaving.export")
def export(export_id: int) -> str:
    return in_turn(exports.run_export, export_id=export_id)


@shared_task(name="leaving.import")
def bring(import_id: int) -> str:
    return in_turn(imports.run_import, import_id=import_id)


@shared_task(name="leaving.delete")
def delete(deletion_id: int) -> str:
    return in_turn(deletions.run_deletion, deletion_id=deletion_id)


@shared_task(name="leaving.close_down")
def close_down(ask_id: int) -> int:
    """Quick, but for the deletion at its end, which has a task and a turn of its own."""
    deletion_id = closing_down.close_down(ask_id=ask_id, at=timezone.now())
    if deletion_id:
        send(delete, deletion_id)
    return deletion_id


@tenant_task(name="leaving.erase")
def erase(ask_id: int) -> bool:
    return erasures.run_erasure(ask_id=ask_id) is not None


@shared_task(name="leaving.take_up", expires=55)
def take_up() -> int:
    """Each in a task of its own, so that a long one keeps no other waiting; twice does no harm."""
    now = timezone.now()
    found = [(export, pk) for pk in queries.exports_to_take_up(now)]
    found += [(bring, pk) for pk in queries.imports_to_take_up(now)]
    found += [(delete, pk) for pk in queries.deletions_to_take_up(now)]
    found += [(close_down, pk) for pk in queries.houses_to_take_up(now)]
    for task, pk in found:
        task.delay(pk)
    for schema, pk in (lost := queries.erasures_to_take_up(now)):
        with enter(schema):
            erase.delay(pk)
    for near in queries.houses_near(now):
        closing_down.remind(ask=near, at=now)
    for over in queries.exports_over(now):
        exports.throw_away(export=over)
    return len(found) + len(lost)


def send(task, pk: int) -> None:  # noqa: ANN001
    """Without a broker the row waits, and `take_up` finds it."""
    try:
        task.delay(pk)
    except OperationalError:
        log.warning("Work on a tenant's leaving waits because the task queue is away", work=task.name)


SCHEDULE = {"leaving: take up what waits": {"task": "leaving.take_up", "schedule": 60.0}}
