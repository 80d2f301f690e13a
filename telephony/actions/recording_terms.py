"""What the operator sets for a tenant's recordings: quota, and the floor and ceiling of the law."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from telephony.cells.models import RecordingQuota, RetentionLimit
from telephony.vault.retention import Limit
from tenants.context import enter_public
from tenants.errors import BadInput
from tenants.people.actions import record_audit


class FloorOverCeiling(BadInput):
    "The days at least are more than the days at most."


@dataclass(frozen=True, kw_only=True)
class QuotaTerms:
    """Without gigabytes there is no quota."""

    gigabytes: Decimal | None
    stops_recording: bool = True


def save_recording_terms(
    *, tenant_id: int | None, limits: Mapping[str, Limit], quota: QuotaTerms | None = None
) -> None:
    """Of one tenant, or of all that have no limits of their own (None). A limit of 0 without ceiling is none."""
    for kind, limit in limits.items():
        if limit.ceiling is not None and limit.floor > limit.ceiling:
            raise FloorOverCeiling(field=f"{kind}_floor")
    with enter_public(), transaction.atomic():
        for kind, limit in limits.items():
            _keep_limit(tenant_id, kind, limit)
        if tenant_id is not None and quota is not None:
            _keep_quota(tenant_id, quota)
        record_audit(
            verb="changed terms of recordings",
            subject=f"tenants.tenant:{tenant_id or '*'}",
            after={
                "limits": {kind: [limit.floor, limit.ceiling, limit.law] for kind, limit in limits.items()},
                "gigabytes": str(quota.gigabytes) if quota and quota.gigabytes is not None else None,
            },
        )


def _keep_limit(tenant_id: int | None, kind: str, limit: Limit) -> None:
    if not limit.floor and limit.ceiling is None:
        RetentionLimit.objects.filter(tenant_id=tenant_id, kind=kind).delete()
        return
    RetentionLimit.objects.update_or_create(
        tenant_id=tenant_id,
        kind=kind,
        defaults={"floor_days": limit.floor, "ceiling_days": limit.ceiling, "law": limit.law},
    )


def _keep_quota(tenant_id: int, quota: QuotaTerms) -> None:
    if quota.gigabytes is None:
        RecordingQuota.objects.filter(tenant_id=tenant_id).delete()
        return
    RecordingQuota.objects.update_or_create(
        tenant_id=tenant_id,
        defaults={"gigabytes": quota.gigabytes, "stops_recording": quota.stops_recording},
    )
