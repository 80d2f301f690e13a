"""What the head of a tenant's pages says of an invoice that is overdue."""

from datetime import datetime

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from tenants.billing import months
from tenants.closing.dunning import WARNING
from tenants.closing.models import Reminder
from tenants.closing.policies import OWN_BILLS
from tenants.closing.queries.statement import overdue
from tenants.models import Tenant
from tenants.plans.queries.warnings import HeadWarning, Place, add_warning


def connect() -> None:
    add_warning(Place.DEBT, OWN_BILLS, unpaid)


def unpaid(tenant: Tenant, at: datetime) -> HeadWarning | None:
    """The day of the suspension once it is known, else that something is overdue and was reminded of."""
    late = [one.bill.pk for one in overdue(tenant, months.day_of(at, tenant.time_zone))]
    told = Reminder.objects.filter(bill__in=late)
    if not told:
        return None
    warned = told.filter(step=WARNING).order_by("suspends_on").first()
    if warned is None:
        return HeadWarning("/invoices/", _("An invoice is overdue"))
    return HeadWarning(
        "/invoices/", format_lazy(_("Unpaid: suspension on {day}"), day=str(warned.suspends_on))
    )
