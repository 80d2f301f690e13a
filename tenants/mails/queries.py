"""Who reads a mail, in which language, under whose name; and what waits in the outbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.context import enter_public, enter_row
from tenants.mails.letters import DEFAULT_ACCENT, Look
from tenants.mails.models import Mail
from tenants.models import Tenant
from tenants.people.queries import seated_members_with
from tenants.people.roles import Role
from tenants.plans.models import Brand

MOST_READERS = 20
MOST_SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class Reader:
    """`language` "" is the tenant's."""

    address: str
    name: str = ""
    language: str = ""


def owners_and(tenant: Tenant, *roles: Role) -> list[Reader]:
    """Owners and these roles, whoever of them may sign in and has an address."""
    if not tenant.has_schema:
        return []
    with enter_row(tenant):
        rows = seated_members_with(Role.OWNER, *roles, at=timezone.now()).exclude(email="")
        return [
            Reader(address=one.email, name=one.name, language=one.language)
            for one in rows.order_by("pk")[:MOST_READERS]
        ]


def reader_of_case(case: Any) -> list[Reader]:
    """A mail is answered by mail, to where it came from; everything else to the house."""
    if case.channel == "mail" and case.contact:
        return [Reader(address=case.contact, name=case.opened_by)]
    return owners_and(case.tenant, Role.ADMIN) if case.tenant_id else []


def look_of(tenant: Tenant | None, language: str) -> Look:
    """The tenant's own name and colour where it has chosen some."""
    brand = None
    if tenant is not None:
        with enter_public():
            brand = Brand.objects.filter(tenant_id=tenant.pk).only("product_name", "accent").first()
    own = (brand.product_name if brand else "") or (tenant.name if tenant else str(_("Contact centre")))
    return Look(name=own, accent=(brand.accent if brand else "") or DEFAULT_ACCENT, language=language)


@dataclass(frozen=True)
class Outbox:
    waiting: int
    given_up: int
    sent: int
    oldest_at: datetime | None


def outbox() -> Outbox:
    with enter_public():
        told = Mail.objects.aggregate(
            waiting=Count("pk", filter=Q(state="waiting")), given_up=Count("pk", filter=Q(state="given_up")),
            sent=Count("pk", filter=Q(state="sent")), oldest_at=Min("created_at", filter=Q(state="waiting")),
        )  # fmt: skip
    return Outbox(**told)


def mails(states: Iterable[str] = (), before: int | None = None) -> list[Mail]:
    """The newest first; `before` is the last key of the page before."""
    with enter_public():
        rows = Mail.objects.select_related("tenant").defer("text", "html").order_by("-pk")
        rows = rows.filter(state__in=list(states)) if states else rows
        return list((rows.filter(pk__lt=before) if before else rows)[: MOST_SHOWN + 1])
