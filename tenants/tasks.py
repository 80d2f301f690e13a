"""Celery shells that carry the tenant: the sender's schema travels in the headers and is entered before the task."""

from functools import partial

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from tenants.context import current_schema, enter, every_tenant
from tenants.provisioning.opening import provision

HEADER = "cc_schema"


class TenantTask(DjangoTask):
    """Runs inside the schema that was current when it was sent."""

    def apply_async(self, args=None, kwargs=None, **options):  # noqa: ANN001, ANN201
        options["headers"] = {HEADER: current_schema()} | (options.get("headers") or {})
        return super().apply_async(args, kwargs, **options)

    def __call__(self, *args, **kwargs):  # noqa: ANN002, ANN003, ANN204
        if self.request.called_directly:
            return super().__call__(*args, **kwargs)
        with enter(self._schema()):
            # Not super().__call__: that pushes an empty request, and retries would forget their count.
            return self.run(*args, **kwargs)

    def _schema(self) -> str:
        carried = self.request.get(HEADER) or (self.request.headers or {}).get(HEADER)
        return carried or current_schema()


tenant_task = partial(shared_task, base=TenantTask)


def for_every_tenant(task: TenantTask, *args: object) -> int:
    """Send the task once per tenant, each in its own schema; the way beat reaches tenants."""
    tenants = every_tenant()
    for tenant in tenants:
        with enter(tenant.schema_name):
            task.delay(*args)
    return len(tenants)


@shared_task(name="tenants.provision_tenant")
def provision_tenant(tenant_id: int) -> bool:
    return provision(tenant_id)
