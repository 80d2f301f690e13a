"""What operators find by one box: tenants, numbers, invoices, whose mail address it is; nothing inside a tenant."""

from collections.abc import Iterator
from hashlib import sha256

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.billing.models import Invoice, month_text
from tenants.billing.policies import can_see_ledger
from tenants.context import enter
from tenants.fleetwide import schemas_with
from tenants.lists.finding import MOST_EACH, Finder, Found
from tenants.models import Number, Tenant
from tenants.numbers import format_number
from tenants.people.actions import record_audit
from tenants.people.admin_sites import operator_site
from tenants.policies import can_manage_tenants, can_see_tenants
from tenants.typed import whole

LEAST_DIGITS = 3


def tenants(term: str) -> Iterator[Found]:
    named = Q(name__icontains=term) | Q(schema_name__icontains=term) | Q(domains__domain__icontains=term)
    rows = Tenant.objects.exclude(schema_name="public").filter(named).distinct()
    for row in rows.order_by("name")[:MOST_EACH]:
        yield Found(row.name, str(row.get_state_display()), page_of(row))


def numbers(term: str) -> Iterator[Found]:
    digits = "".join(filter(str.isdigit, term)).removeprefix("00")
    if len(digits) < LEAST_DIGITS:
        return
    rows = Number.objects.filter(e164__contains=digits).select_related("tenant").order_by("e164")
    for row in rows[:MOST_EACH]:
        link = reverse("operator:tenants_number_change", args=[row.pk])
        yield Found(format_number(row.e164), f"{row.get_state_display()} · {row.tenant or '–'}", link)


def invoices(term: str) -> Iterator[Found]:
    """By the tenant's name, by the month (2026-11), or both."""
    rows = Invoice.objects.select_related("tenant").order_by("-month", "tenant__name", "currency")
    for word in term.split():
        is_month = len(word) == 7 and word[4] == "-" and whole(word.replace("-", "")) is not None
        if is_month and not 1 <= int(word[5:]) <= 12:
            return
        rows = rows.filter(month=f"{word}-01") if is_month else rows.filter(tenant__name__icontains=word)
    for row in rows[:MOST_EACH]:
        link = reverse("operator:billing_invoice_change", args=[row.pk])
        yield Found(f"{row.tenant} · {month_text(row.month)}", f"{row.total} {row.currency}", link)


def people(term: str) -> Iterator[Found]:
    """Which tenant has somebody with exactly this mail address: no name, no role. The tenant's log tells of it."""
    if "@" not in term.strip("@") or " " in term:
        return
    found = schemas_with("people_member", "email", term, is_folded=True)
    digest = sha256(term.lower().encode()).hexdigest()[:12]
    record_audit(
        verb="looked up a mail address", subject="people.member", after={"digest": digest, "at": found}
    )
    for row in Tenant.objects.filter(schema_name__in=found).order_by("name"):
        with enter(row.schema_name):
            record_audit(verb="looked up a mail address", subject="people.member", after={"digest": digest})
        yield Found(row.name, _("somebody there has this address"), page_of(row))


def page_of(tenant: Tenant) -> str:
    return reverse("operator:tenants_tenant_change", args=[tenant.pk])


operator_site.finders += [
    Finder(gettext_lazy("Tenants"), can_see_tenants, tenants),
    Finder(gettext_lazy("Numbers"), can_see_tenants, numbers),
    Finder(gettext_lazy("Invoices"), can_see_ledger, invoices),
    Finder(gettext_lazy("People"), can_manage_tenants, people, is_wide=True),
]
