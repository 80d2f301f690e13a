"""Calls by their id: in one's own house with the way to the call, for operators only whose call it is."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from telephony import policies
from telephony.admin.calls import as_id
from telephony.admin.cells import may_look
from telephony.models import Call, Queue
from tenants.admin_finders import page_of
from tenants.fleetwide import schemas_with
from tenants.lists.finding import MOST_EACH, Finder, Found
from tenants.masking import mask_number
from tenants.people.admin_sites import operator_site, tenant_site
from tenants.queries import tenants_of_schemas


def calls(term: str) -> Iterator[Found]:
    """By its id, or by the caller's whole number."""
    wanted = as_id(term)
    digits = "".join(filter(str.isdigit, term))
    if wanted is None and len(digits) < 6:
        return
    mine = Q(pk=wanted) if wanted else Q(caller_number__in={digits, f"+{digits}"})
    for row in Call.objects.filter(mine).order_by("-arrived_at")[:MOST_EACH]:
        link = reverse("tenant:telephony_call_change", args=[row.pk])
        yield Found(mask_number(row.caller_number) or str(row.pk), f"{row.arrived_at:%Y-%m-%d %H:%M}", link)


def calls_of_fleet(term: str) -> Iterator[Found]:
    wanted = as_id(term)
    if wanted is None:
        return
    for row in tenants_of_schemas(schemas_with("telephony_call", "id", wanted)):
        yield Found(row.name, str(_("this call is theirs")), page_of(row))


def queues(term: str) -> Iterator[Found]:
    for row in Queue.objects.filter(name__icontains=term).order_by("name")[:MOST_EACH]:
        yield Found(row.name, "", reverse("tenant:telephony_queue_change", args=[row.pk]))


tenant_site.finders += [
    Finder(_("Calls"), policies.can_see_every_call, calls),
    Finder(_("Queues"), lambda member: tenant_site.get_model_admin(Queue).may_be_viewed_by(member), queues),
]
operator_site.finders.append(Finder(_("Calls"), may_look, calls_of_fleet, is_wide=True))
