"""What the floor tells the operators' first page: switches that are silent, cells nobody routes for, emergencies."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from telephony.cells.models import Lease, StrayLeg, SwitchNode
from tenants.fleetwide import schemas_with
from tenants.overview.signs import Sign, add_signs
from tenants.policies import can_manage_tenants
from tenants.queries import tenants_of_schemas

SILENT_AFTER = timedelta(seconds=60)
ASKED_EVERY = 60
"""Seconds: whose emergency is on takes a question to every tenant."""


def connect() -> None:
    add_signs("health", can_manage_tenants, switches)
    add_signs("health", can_manage_tenants, leases)
    add_signs("incidents", can_manage_tenants, emergencies)
    add_signs("incidents", can_manage_tenants, strays)


def switches(at: datetime) -> Iterator[Sign]:
    nodes = list(SwitchNode.objects.order_by("name"))
    for node in nodes:
        if node.last_seen_at is None or at - node.last_seen_at > SILENT_AFTER:
            yield Sign("danger", _("The switch %(name)s is silent") % {"name": node}, "/cells/")
        else:
            yield Sign("good", _("The switch %(name)s answers.") % {"name": node}, "/cells/")


def leases(at: datetime) -> Iterator[Sign]:
    for lease in Lease.objects.select_related("cell").order_by("cell__name"):
        if lease.expires_at is None or lease.expires_at < at:
            yield Sign(
                "danger", _("Nobody routes the calls of cell %(name)s") % {"name": lease.cell}, "/cells/"
            )


def emergencies(at: datetime) -> Iterator[Sign]:
    schemas = cache.get_or_set(
        "emergencies-on", lambda: schemas_with("telephony_emergencyplan", "is_on", True), ASKED_EVERY
    )
    for tenant in tenants_of_schemas(schemas or ()):
        yield Sign("danger", _("The emergency plan of %(tenant)s is on") % {"tenant": tenant}, "/emergency/")


def strays(at: datetime) -> Iterator[Sign]:
    count = StrayLeg.objects.filter(first_heard_at__gt=at - timedelta(days=1)).count()
    if count:
        said = ngettext(
            "%(n)s call of no tenant since yesterday", "%(n)s calls of no tenant since yesterday", count
        )
        yield Sign("warning", said % {"n": count}, "/admin/cells/strayleg/")
