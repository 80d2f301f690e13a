"""Reads of tenants, their terms and numbers."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.db.models import Q, QuerySet
from django_tenants.utils import get_public_schema_name

from tenants.models import Contract, Country, Domain, Number, Tenant
from tenants.numbers import to_e164
from tenants.prepared import Compiled, given


@dataclass(frozen=True, kw_only=True)
class TenantOnLine:
    """What the switch's questions need to know of a tenant before its own rows. `row` is missing in what was kept."""

    schema: str
    state: str
    language: str
    country: str
    time_zone: str
    domains: tuple[str, ...]
    numbers: tuple[str, ...]
    choosy: tuple[str, ...] = ()
    """Of them, those that refuse some callers: where they lead is not the same for everybody."""
    row: Tenant | None = field(default=None, compare=False, repr=False)


def tenants_on_line() -> list[TenantOnLine]:
    """Everybody with a number or a host, in three reads; to be asked in the public schema."""
    numbers, domains, choosy = defaultdict(list), defaultdict(list), defaultdict(list)
    lent = Number.objects.exclude(tenant=None).only("tenant_id", "e164", "use", "regions", "outside")
    for number in lent:
        numbers[number.tenant_id].append(number.e164)
        if number.refuses_callers:
            choosy[number.tenant_id].append(number.e164)
    for tenant, host in Domain.objects.values_list("tenant_id", "domain"):
        domains[tenant].append(host)
    return [
        TenantOnLine(
            schema=row.schema_name,
            state=row.state,
            language=row.language,
            country=row.country,
            time_zone=row.time_zone,
            domains=tuple(sorted(domains[row.pk])),
            numbers=tuple(sorted(numbers[row.pk])),
            choosy=tuple(sorted(choosy[row.pk])),
            row=row,
        )
        for row in Tenant.objects.filter(pk__in={*numbers, *domains}).order_by("pk")
        if row.schema_name != get_public_schema_name()
    ]


def tenant_of_number(dialled: str) -> Tenant | None:
    """Whose number was dialled, in any of the spellings a carrier sends; None when it is nobody's."""
    found = number_on_line(dialled)
    return found.tenant if found else None


def number_on_line(dialled: str) -> Number | None:
    """The lent number that was dialled, with its tenant's row; in the public schema."""
    written = spellings(dialled)
    if not written:
        return None
    return _lent.first(spellings=list(written))


_lent = Compiled(
    lambda: (
        Number.objects.filter(e164__among=given("spellings"), tenant__isnull=False)
        .select_related("tenant")
        .order_by("pk")[:1]
    )
)
_states = Compiled(lambda: Tenant.objects.filter(schema_name=given("schema")).values_list("state", flat=True))


def numbers_of(tenant: Tenant) -> list[str]:
    """What is lent to the tenant, in its stored spelling; to be asked in the public schema."""
    return list(Number.objects.filter(tenant=tenant).order_by("e164").values_list("e164", flat=True))


def spellings(dialled: str) -> set[str]:
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


def tenants_of_schemas(schemas: Iterable[str]) -> QuerySet[Tenant]:
    return Tenant.objects.filter(schema_name__in=list(schemas)).order_by("name", "id")


def cell_of(schema_name: str) -> str:
    """The cell this tenant lives in; "" when there is no such tenant."""
    return Tenant.objects.filter(schema_name=schema_name).values_list("cell", flat=True).first() or ""


def housed_elsewhere(cell: str) -> dict[str, str]:
    """Schema → cell of the open and suspended tenants that live in another cell than this one."""
    elsewhere = Tenant.objects.filter(state__in=("active", "suspended")).exclude(cell=cell)
    return dict(elsewhere.values_list("schema_name", "cell"))


def state_of(schema_name: str) -> str:
    """The tenant's state at this moment, uncached; '' when there is no such tenant."""
    return _states.first(schema=schema_name) or ""


def tenant_of_domain(host: str) -> Tenant | None:
    """Whose pages and phones live under this host name."""
    return Tenant.objects.filter(domains__domain=(host or "").lower()[:253]).first()


def address_of_page(tenant: Tenant | None, path: str) -> str:
    """A page of the tenant's own host, or of the operators'."""
    host = tenant.host if tenant else settings.PUBLIC_HOSTS[0]
    return f"https://{host}{path}" if settings.HTTPS else f"http://{host}:{settings.PORT}{path}"
