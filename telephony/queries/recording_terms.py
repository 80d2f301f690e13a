"""What operators see of every tenant's recordings: figures, quotas, limits of the law, and how keys are wrapped."""

from dataclasses import dataclass
from typing import Any

from telephony.cells.models import RecordingQuota, RetentionLimit
from telephony.models import VaultKey
from telephony.queries.vault_signs import VaultFigures, figures_by_tenant
from telephony.vault.keys import current_master
from tenants.context import enter, enter_public, every_tenant


@dataclass(frozen=True, kw_only=True)
class TenantVault:
    """`old_wraps`: keys still wrapped by a master key that is to be taken out."""

    tenant: Any
    figures: VaultFigures | None
    quota: RecordingQuota | None
    old_wraps: int


def tenant_vaults() -> list[TenantVault]:
    known = figures_by_tenant()
    with enter_public():
        quotas = {quota.tenant_id: quota for quota in RecordingQuota.objects.all()}
    return [
        TenantVault(
            tenant=tenant,
            figures=known.get(tenant.schema_name),
            quota=quotas.get(tenant.pk),
            old_wraps=_old_wraps(tenant.schema_name),
        )
        for tenant in every_tenant()
    ]


def own_limits(tenant_id: int | None) -> dict[str, RetentionLimit]:
    with enter_public():
        return {row.kind: row for row in RetentionLimit.objects.filter(tenant_id=tenant_id)}


def own_quota(tenant_id: int) -> RecordingQuota | None:
    with enter_public():
        return RecordingQuota.objects.filter(tenant_id=tenant_id).first()


def _old_wraps(schema: str) -> int:
    with enter(schema):
        return VaultKey.objects.filter(destroyed_at=None).exclude(wrapped_by=current_master()).count()
