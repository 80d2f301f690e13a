"""Outage notes: what a tenant, the public and operators read of them."""

from datetime import datetime

from tenants.context import enter_public
from tenants.models import Tenant
from tenants.service.models import OutageNote, ToldTenant

State = OutageNote.State
MOST_SHOWN = 30


def note(note_id: int) -> OutageNote | None:
    with enter_public():
        return OutageNote.objects.select_related("outage").filter(pk=note_id).first()


def notes_shown() -> list[OutageNote]:
    with enter_public():
        found = OutageNote.objects.select_related("outage").prefetch_related("updates", "told__tenant")
        return list(found[:MOST_SHOWN])


def notes_for(tenant: Tenant) -> list[ToldTenant]:
    """What this tenant was told, the newest first."""
    with enter_public():
        found = ToldTenant.objects.filter(tenant_id=tenant.pk).exclude(note__state=State.DRAFT)
        return list(
            found.select_related("note").prefetch_related("note__updates").order_by("-pk")[:MOST_SHOWN]
        )


def public_notes(since: datetime) -> list[OutageNote]:
    """Those that go on, and those that were over lately."""
    with enter_public():
        found = OutageNote.objects.filter(is_public=True).exclude(state=State.DRAFT)
        found = found.exclude(state=State.RESOLVED, resolved_at__lt=since).prefetch_related("updates")
        return list(found[:MOST_SHOWN])


def unread_notes(tenant: Tenant) -> int:
    with enter_public():
        found = ToldTenant.objects.filter(tenant_id=tenant.pk, read_at=None)
        return found.exclude(note__state=State.DRAFT).count()
