"""Celery shells of lists: a long sheet, as whoever handed it in."""

from typing import Any

import structlog
from django.apps import apps
from django.utils import timezone
from kombu.exceptions import OperationalError

from tenants.context import is_public
from tenants.lists.models import SheetImport
from tenants.lists.sheets import run_sheet
from tenants.people.acting import acting
from tenants.tasks import tenant_task

log = structlog.get_logger()


@tenant_task(name="lists.run_sheet")
def run_sheet_of(sheet_id: int) -> str:
    sheet = SheetImport.objects.defer("content").select_related("by").get(pk=sheet_id)
    with acting(sheet.by):
        return run_sheet(sheet_id=sheet_id, resource=_resource_of(sheet), clock=timezone.now).state


def _resource_of(sheet: SheetImport) -> Any:
    """The same as the list's own import page uses."""
    from tenants.people.admin_sites import operator_site, tenant_site

    site = operator_site if is_public() else tenant_site
    admin: Any = site.get_model_admin(apps.get_model(sheet.place))
    return admin.get_import_resource_classes(None)[sheet.resource]()


def send_sheet(sheet_id: int) -> None:
    """Without a broker the sheet waits, and its page says so and offers to go on."""
    try:
        run_sheet_of.delay(sheet_id)
    except OperationalError:
        log.warning("A sheet waits because the task queue is away", sheet_id=sheet_id)
