"""What the ground floor itself knows: openings that stopped, contracts and papers that end, charges without a price."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenants.billing.queries import unpriced_charges
from tenants.context import every_tenant
from tenants.desk.models import NumberApplication, NumberPaper
from tenants.leaving.policies import can_delete_tenants
from tenants.leaving.queries import OPEN, house_asks
from tenants.models import Contract, ProvisioningStep, Tenant
from tenants.overview.queries import months_back
from tenants.overview.signs import Sign, add_signs
from tenants.policies import can_manage_tenants, can_manage_terms, can_see_tenants
from tenants.provisioning.fence import is_wanted, without_fence
from tenants.support.models import SupportAccess

SOON = timedelta(days=30)


def connect() -> None:
    add_signs("health", can_see_tenants, openings)
    add_signs("health", can_manage_tenants, fence)
    add_signs("incidents", can_manage_tenants, suspended)
    add_signs("incidents", can_manage_tenants, support_open)
    add_signs("incidents", can_delete_tenants, houses_leaving)
    add_signs("money", can_manage_terms, unpriced)
    add_signs("money", can_manage_terms, contracts_ending)
    add_signs("work", can_manage_tenants, waiting_applications)
    add_signs("work", can_manage_tenants, papers_ending)


def openings(at: datetime) -> Iterator[Sign]:
    failed = ProvisioningStep.objects.filter(state="failed").select_related("tenant")
    for step in failed[:5]:
        link = reverse("operator:tenants_tenant_change", args=[step.tenant_id])
        said = _("The opening of %(tenant)s stopped at: %(step)s")
        yield Sign("danger", said % {"tenant": step.tenant, "step": step.get_name_display()}, link)
    if not failed:
        yield Sign("good", _("No opening has stopped."))


def fence(at: datetime) -> Iterator[Sign]:
    if not is_wanted():
        yield Sign("info", _("The database's own fence is switched off."), "")
        return
    bare = len(without_fence([tenant.schema_name for tenant in every_tenant()]))
    if bare:
        said = ngettext(
            "The database's own fence is down for %(n)s tenant",
            "The database's own fence is down for %(n)s tenants",
            bare,
        )
        yield Sign("warning", said % {"n": bare})
    else:
        yield Sign("good", _("The database itself keeps every tenant apart."))


def suspended(at: datetime) -> Iterator[Sign]:
    count = Tenant.objects.filter(state=Tenant.State.SUSPENDED).count()
    if count:
        link = reverse("operator:tenants_tenant_changelist") + "?state__exact=suspended"
        yield Sign(
            "info",
            ngettext("%(n)s tenant is suspended", "%(n)s tenants are suspended", count) % {"n": count},
            link,
        )


def support_open(at: datetime) -> Iterator[Sign]:
    count = SupportAccess.objects.filter(state=SupportAccess.State.RUNNING, ends_at__gt=at).count()
    if count:
        said = ngettext("%(n)s support access is open", "%(n)s support accesses are open", count)
        yield Sign("info", said % {"n": count}, "/support/")


def houses_leaving(at: datetime) -> Iterator[Sign]:
    """Which their owners want to be deleted: whoever looks after a tenant should know before it is gone."""
    for ask in [one for one in house_asks() if one.state in OPEN][:5]:
        said = _("%(tenant)s is to be deleted at its owner's wish: %(state)s, %(day)s")
        day = f"{ask.due_at:%Y-%m-%d}" if ask.due_at else "–"
        words = said % {"tenant": ask.tenant, "state": ask.get_state_display(), "day": day}
        yield Sign("warning", words, f"/leaving/deletions/#house-{ask.pk}")


def unpriced(at: datetime) -> Iterator[Sign]:
    """Of this month and the two before; from a thousand on it only says so."""
    months = [months_back(at.date(), back) for back in range(3)]
    count = len(unpriced_charges().filter(month__in=months).values_list("pk", flat=True)[:1000])
    if count:
        link = reverse("operator:billing_charge_changelist") + "?price=missing"
        shown = f"{count}+" if count == 1000 else str(count)
        yield Sign("warning", _("%(n)s charges have no price") % {"n": shown}, link)
    else:
        yield Sign("good", _("Every charge has its price."))


def contracts_ending(at: datetime) -> Iterator[Sign]:
    today = at.date()
    ending = Contract.objects.filter(ends_on__gte=today, ends_on__lte=today + SOON).exclude(
        tenant__state="closed"
    )
    count = ending.count()
    if count:
        said = ngettext("%(n)s contract ends within 30 days", "%(n)s contracts end within 30 days", count)
        link = reverse("operator:tenants_contract_changelist")
        dates = f"?ends_on_from={today}&ends_on_to={today + SOON}"
        yield Sign("warning", said % {"n": count}, link + dates)


def waiting_applications(at: datetime) -> Iterator[Sign]:
    count = NumberApplication.objects.filter(state=NumberApplication.State.APPLIED).count()
    if count:
        said = ngettext("%(n)s application for a number waits", "%(n)s applications for numbers wait", count)
        yield Sign("info", said % {"n": count}, "/numbers/")


def papers_ending(at: datetime) -> Iterator[Sign]:
    today = at.date()
    count = NumberPaper.objects.filter(expires_on__gte=today, expires_on__lte=today + SOON).count()
    if count:
        said = ngettext("%(n)s paper runs out within 30 days", "%(n)s papers run out within 30 days", count)
        yield Sign("warning", said % {"n": count}, "/numbers/")
