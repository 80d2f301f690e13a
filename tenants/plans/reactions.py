"""What follows when a tenant's doors open: its standing is there before anybody asks for it."""

from tenants.events import TenantOpened, subscribe
from tenants.models import Tenant
from tenants.plans.actions import settle


def connect() -> None:
    subscribe(TenantOpened, settle_opened)


def settle_opened(event: TenantOpened) -> None:
    settle(tenant=Tenant.objects.get(pk=event.tenant_id), at=event.occurred_at)
