"""Celery shells that carry the tenant: the sender's schema travels in the headers and is entered before the task."""

from functools import partial

import structlog
from celery import shared_task
from celery.contrib.django.task import DjangoTask
from celery.schedules import crontab
from django.conf import settings
from django.utils import timezone
from django_tenants.utils import schema_exists
from kombu.exceptions import OperationalError

from tenants.context import current_schema, enter, every_closed_tenant, every_tenant
from tenants.models import Tenant
from tenants.people.sign_in import forget_old_attempts
from tenants.provisioning.keeping import keep_ready
from tenants.provisioning.opening import openings_left, provision
from tenants.resealing import seal_old_texts

log = structlog.get_logger()

HEADER = "cc_schema"


class TenantTask(DjangoTask):
    """Runs inside the schema that was current when it was sent."""

    def apply_async(self, args=None, kwargs=None, **options):  # noqa: ANN001, ANN201
        options["headers"] = {HEADER: current_schema()} | (options.get("headers") or {})
        return super().apply_async(args, kwargs, **options)

    def __call__(self, *args, **kwargs):  # noqa: ANN002, ANN003, ANN204
        if self.request.called_directly:
            return super().__call__(*args, **kwargs)
        schema = self._schema()
        if not schema_exists(schema):
            # Of a tenant deleted meanwhile: without its schema the public tables of the same names would answer.
            log.warning("A task of a deleted tenant was left out", task=self.name, schema=schema)
            return None
        with enter(schema):
            # Not super().__call__: that pushes an empty request, and retries would forget their count.
            return self.run(*args, **kwargs)

    def _schema(self) -> str:
        carried = self.request.get(HEADER) or (self.request.headers or {}).get(HEADER)
        return carried or current_schema()


tenant_task = partial(shared_task, base=TenantTask)


def for_every_tenant(task: TenantTask, *args: object) -> int:
    """Send the task once per tenant, each in its own schema; the way beat reaches tenants."""
    return _for_each(every_tenant(), task, *args)


def for_every_closed_tenant(task: TenantTask, *args: object) -> int:
    """The same for those that are closed and have left something."""
    return _for_each(every_closed_tenant(), task, *args)


def _for_each(tenants: list[Tenant], task: TenantTask, *args: object) -> int:
    for tenant in tenants:
        with enter(tenant.schema_name):
            task.delay(*args)
    return len(tenants)


@shared_task(name="tenants.provision_tenant")
def provision_tenant(tenant_id: int) -> bool:
    is_done = provision(tenant_id)
    send_for_houses()
    return is_done


def send_to_be_provisioned(tenant_id: int) -> None:
    """Without a broker the order stands in its rows, and `take_up_openings` finds it later."""
    try:
        provision_tenant.delay(tenant_id)
    except OperationalError:
        log.warning("A tenant waits to be opened because the task queue is away", tenant_id=tenant_id)


@shared_task(name="tenants.take_up_openings")
def take_up_openings() -> int:
    """Openings whose task was lost or whose worker died. Failed ones wait for an operator."""
    found = openings_left()
    for tenant_id in found:
        provision(tenant_id)
    return len(found)


@shared_task(name="tenants.keep_houses_ready", expires=55)
def keep_houses_ready() -> int:
    return keep_ready()


def send_for_houses() -> None:
    """For those that were taken: in the queue behind the openings that wait there already."""
    if not settings.READY_HOUSES:
        return
    try:
        keep_houses_ready.delay()
    except OperationalError:
        log.warning("Houses are made ready later because the task queue is away")


@tenant_task(name="tenants.forget_sign_in_attempts")
def forget_sign_in_attempts() -> int:
    return forget_old_attempts(at=timezone.now())


@shared_task(name="tenants.forget_sign_in_attempts_everywhere")
def forget_sign_in_attempts_everywhere() -> int:
    forget_old_attempts(at=timezone.now())
    return for_every_tenant(forget_sign_in_attempts)


@tenant_task(name="tenants.seal_texts")
def seal_texts() -> int:
    return seal_old_texts()


@shared_task(name="tenants.seal_texts_everywhere")
def seal_texts_everywhere() -> int:
    """Of closed tenants too: what they left lies on the same disk."""
    return for_every_tenant(seal_texts) + for_every_closed_tenant(seal_texts)


SCHEDULE = {
    "take up openings": {"task": "tenants.take_up_openings", "schedule": 60.0},
    "keep houses ready": {"task": "tenants.keep_houses_ready", "schedule": 60.0},
    "forget old sign-in attempts": {
        "task": "tenants.forget_sign_in_attempts_everywhere",
        "schedule": crontab(hour="3", minute="17"),
    },
    "seal words": {"task": "tenants.seal_texts_everywhere", "schedule": crontab(hour="3", minute="47")},
}
