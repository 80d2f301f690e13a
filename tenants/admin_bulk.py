"""What operators do to many tenants at once."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.actions import resume_tenant, suspend_tenant
from tenants.effects import effects_on
from tenants.errors import DomainError
from tenants.lists.bulk import BulkKind
from tenants.lists.kinds import add_kind
from tenants.models import Number, Tenant
from tenants.policies import can_manage_tenants

LOOKED_INTO = 5
"""Of so few tenants each one's own effects are told; of more only what all have together."""


def _suspend(tenant: Tenant, at: datetime, reason: str) -> dict:
    suspend_tenant(tenant_id=tenant.pk, at=at, reason=reason)
    return {"at": at.isoformat()}


def _resume(tenant: Tenant, at: datetime, reason: str) -> dict:
    resume_tenant(tenant_id=tenant.pk, at=at)
    return {"reason": tenant.state_reason}


def _suspend_again(tenant: Tenant, kept: dict, at: datetime) -> None:
    suspend_tenant(tenant_id=tenant.pk, at=at, reason=kept.get("reason", ""))


def _resume_again(tenant: Tenant, kept: dict, at: datetime) -> None:
    if tenant.state != Tenant.State.SUSPENDED or tenant.state_since.isoformat() != kept.get("at"):
        raise DomainError(_("Somebody has changed it since."))
    resume_tenant(tenant_id=tenant.pk, at=at)


def _not_active(tenant: Tenant) -> str:
    return "" if tenant.is_open else _("It is not active: %(state)s.") % {"state": tenant.get_state_display()}


def _not_suspended(tenant: Tenant) -> str:
    is_so = tenant.state == Tenant.State.SUSPENDED
    return "" if is_so else _("It is not suspended: %(state)s.") % {"state": tenant.get_state_display()}


def _effects(tenants: list[Tenant]) -> Iterable[str | Promise]:
    from django.utils import timezone

    if len(tenants) <= LOOKED_INTO:
        return [f"{tenant}: {line}" for tenant in tenants for line in effects_on(tenant, timezone.now())]
    numbers = Number.objects.filter(tenant__in=tenants).count()
    return [
        _("Everybody at %(count)s tenants is signed out and locked out.") % {"count": len(tenants)},
        _("Callers of %(count)s numbers hear a notice") % {"count": numbers},
    ]


add_kind(
    "tenants.tenant",
    BulkKind(
        code="suspend",
        title=gettext_lazy("Suspend"),
        question=gettext_lazy("Suspend %(count)s tenants?"),
        may=can_manage_tenants,
        refusal=_not_active,
        do=_suspend,
        put_back=_resume_again,
        effects=_effects,
        asks_reason=True,
        is_dangerous=True,
    ),
)
add_kind(
    "tenants.tenant",
    BulkKind(
        code="resume",
        title=gettext_lazy("Resume"),
        question=gettext_lazy("Resume %(count)s tenants?"),
        may=can_manage_tenants,
        refusal=_not_suspended,
        do=_resume,
        put_back=_suspend_again,
        effects=lambda tenants: [_("Its people can sign in again and its callers reach their queues.")],
    ),
)
