"""Support accesses, read from both sides. They are in the public schema; a tenant asks for its own alone."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from tenants.context import current_schema, is_public
from tenants.models import Tenant
from tenants.people.roles import Seat
from tenants.support.models import SupportAccess, SupportTerms

OPEN = (SupportAccess.State.ASKED, SupportAccess.State.RUNNING)
MOST_SHOWN = 100


def terms_of(tenant: Tenant) -> SupportTerms:
    """What the tenant decided, or what holds until it does."""
    return SupportTerms.objects.filter(tenant=tenant).first() or SupportTerms(tenant=tenant)


def own_accesses() -> QuerySet[SupportAccess]:
    """Of the current tenant, the newest first."""
    return SupportAccess.objects.filter(tenant__schema_name=current_schema())


def open_accesses() -> list[SupportAccess]:
    """Of the current tenant: who waits and who is in. Asked by every page, answered by a small index."""
    return [] if is_public() else list(own_accesses().filter(state__in=OPEN).order_by("pk"))


def open_access_of(member_id: int) -> SupportAccess | None:
    """What lets this member of the current tenant in, when support it is."""
    return own_accesses().filter(member_id=member_id, state=SupportAccess.State.RUNNING).first()


def only_looks(member: Any) -> bool:
    """Support that may change nothing gets no socket: what is said there acts. Others are asked nothing for this."""
    if member.seat != Seat.TEMPORARY or not member.username.startswith("support-"):
        return False
    access = open_access_of(member.pk)
    return access is not None and not access.may_change


def access_of_session(access_id: object) -> SupportAccess | None:
    return own_accesses().filter(pk=access_id).first() if isinstance(access_id, int) else None


def tenant_of(access_id: int) -> Tenant:
    return SupportAccess.objects.select_related("tenant").get(pk=access_id).tenant


def accesses_for_case(tenant: Tenant, case_number: str) -> list[SupportAccess]:
    return list(SupportAccess.objects.filter(tenant=tenant, case_number=case_number)[:MOST_SHOWN])


def every_access() -> list[SupportAccess]:
    """For the operators, who answer for each other."""
    return list(SupportAccess.objects.select_related("tenant").order_by("-pk")[:MOST_SHOWN])


def over(at: datetime) -> list[SupportAccess]:
    running = SupportAccess.objects.filter(state=SupportAccess.State.RUNNING, ends_at__lte=at)
    return list(running.select_related("tenant"))


def unanswered(before: datetime) -> list[SupportAccess]:
    asked = SupportAccess.objects.filter(state=SupportAccess.State.ASKED, asked_at__lte=before)
    return list(asked.select_related("tenant"))


def active_tenants() -> QuerySet[Tenant]:
    return Tenant.objects.filter(state=Tenant.State.ACTIVE).exclude(schema_name="public").order_by("name")
