"""Which notices concern a tenant, and who of it has read them."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from tenants.models import Tenant
from tenants.plans.models import Acknowledgement, Notice, Wish


def notices_for(tenant: Tenant) -> QuerySet[Notice]:
    """Published ones of this tenant, the latest beginning first."""
    return (
        Notice.objects.filter(Q(tenants=None) | Q(tenants=tenant.pk), withdrawn_at=None)
        .distinct()
        .order_by("-starts_at", "-pk")
    )


def unread_notices(tenant: Tenant, at: datetime) -> int:
    """Of what is not over yet."""
    own = Acknowledgement.objects.filter(notice=OuterRef("pk"), tenant_id=tenant.pk)
    return notices_for(tenant).filter(~Exists(own), ends_at__gt=at).count()


def readers_of(tenant: Tenant) -> dict[int, Acknowledgement]:
    return {one.notice_id: one for one in Acknowledgement.objects.filter(tenant_id=tenant.pk)}


def wishes_of(tenant: Tenant) -> QuerySet[Wish]:
    return Wish.objects.filter(tenant_id=tenant.pk)
