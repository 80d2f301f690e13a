"""Reads of tenants, their terms and numbers."""

import re
from datetime import date

from django.db.models import Q, QuerySet

from tenants.models import Contract, Country, Number, Tenant
from tenants.numbers import to_e164


def tenant_of_number(dialled: str) -> Tenant | None:
    """Whose number was dialled, in any of the spellings a carrier sends; None when it is nobody's."""
    spellings = _spellings(dialled)
    if not spellings:
        return None
    found = Number.objects.filter(e164__in=spellings, tenant__isnull=False).select_related("tenant").first()
    return found.tenant if found else None


def _spellings(dialled: str) -> set[str]:
    """`+44…`, `0044…`, `44…`, `020…` and bare service numbers."""
    text = (dialled or "").strip()[:40]
    digits = re.sub(r"[^\d]", "", text)
    if not digits:
        return set()
    found = {digits, f"+{digits}", f"+{digits.removeprefix('00')}"}
    found |= {number for country in Country.values if (number := to_e164(text, country))}
    return found


def contract_on(tenant: Tenant, day: date) -> Contract | None:
    """The contract that holds on a day; the latest beginning wins."""
    return contracts_between(tenant, day, day).first()


def contracts_between(tenant: Tenant, start: date, end: date) -> QuerySet[Contract]:
    """Contracts that hold on any day from start to end, both included; newest first."""
    return (
        Contract.objects.filter(tenant=tenant, starts_on__lte=end)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=start))
        .select_related("plan", "sla")
    )


def cell_of(schema_name: str) -> str:
    """The cell this tenant lives in; "" when there is no such tenant."""
    return Tenant.objects.filter(schema_name=schema_name).values_list("cell", flat=True).first() or ""


def housed_elsewhere(cell: str) -> dict[str, str]:
    """Schema → cell of the open and suspended tenants that live in another cell than this one."""
    elsewhere = Tenant.objects.filter(state__in=("active", "suspended")).exclude(cell=cell)
    return dict(elsewhere.values_list("schema_name", "cell"))


def state_of(schema_name: str) -> str:
    """The tenant's state at this moment, uncached; '' when there is no such tenant."""
    return Tenant.objects.filter(schema_name=schema_name).values_list("state", flat=True).first() or ""


def tenant_of_domain(host: str) -> Tenant | None:
    """Whose pages and phones live under this host name."""
    return Tenant.objects.filter(domains__domain=(host or "").lower()[:253]).first()
