"""Celery shells of lists: a long sheet, as whoever handed it in."""

from typing import Any

import structlog
from django.apps import apps
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from tenants.context import is_public
from tenants.lists.models import SheetImport
from tenants.lists.sheets import is_behind_another, note_waiting, run_sheet
from tenants.people.acting import acting
from tenants.provisioning.turns import SHEETS, try_any_turn
from tenants.tasks import tenant_task

log = structlog.get_logger()


LOOK_AGAIN = 2
"""Seconds, while others have their turn."""


@tenant_task(name="lists.run_sheet")
def run_sheet_of(sheet_id: int) -> str:
    """One turn; when there is more, at the end of the queue again, behind the other tenants. As many sheets of all
    tenants together as leave a worker free for what is short.
    """
    with try_any_turn(SHEETS, settings.SHEETS_AT_ONCE) as is_ours:
        if not is_ours or is_behind_another(sheet_id=sheet_id, at=timezone.now()):
            note_waiting(sheet_id=sheet_id, at=timezone.now())
            send_sheet(sheet_id, seconds=LOOK_AGAIN)
            return "waiting"
        sheet = SheetImport.objects.defer("content").select_related("by").get(pk=sheet_id)
        with acting(sheet.by):
            sheet = run_sheet(sheet_id=sheet_id, resource=_resource_of(sheet), clock=timezone.now)
    if sheet.is_at_work:
        send_sheet(sheet_id)
    return sheet.state


def _resource_of(sheet: SheetImport) -> Any:
    """The same as the list's own import page uses."""
    from tenants.people.admin_sites import operator_site, tenant_site

    site = operator_site if is_public() else tenant_site
    admin: Any = site.get_model_admin(apps.get_model(sheet.place))
    return admin.get_import_resource_classes(None)[sheet.resource]()


def send_sheet(sheet_id: int, seconds: int = 0) -> None:
    """Without a broker the sheet waits, and its page says so and offers to go on."""
    try:
        run_sheet_of.apply_async((sheet_id,), countdown=seconds or None)
    except OperationalError:
        log.warning("A sheet waits because the task queue is away", sheet_id=sheet_id)
