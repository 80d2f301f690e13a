"""How a tenant was ordered."""

from dataclasses import dataclass

from tenants.plans.models import Preset


@dataclass(frozen=True)
class Order:
    schema: str
    language: str
    trade: str
    direction: str


def opened_as(tenant_id: int) -> Order | None:
    """None for tenants ordered without a preset; to be asked in the public schema."""
    found = Preset.objects.filter(tenant_id=tenant_id).select_related("tenant").first()
    if found is None:
        return None
    return Order(found.tenant.schema_name, found.tenant.language, found.trade, found.direction)
