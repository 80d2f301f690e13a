"""Reads of exports, imports and deletions. Rows are public: a tenant asks for its own alone."""

from datetime import datetime, timedelta

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from tenants.context import current_schema, current_tenant, enter, enter_public, is_public
from tenants.leaving.models import Deletion, Erasure, ErasureAsk, Export, HouseAsk, Import
from tenants.leaving.policies import OWNERS
from tenants.mails.queries import MOST_READERS, Reader
from tenants.models import Tenant
from tenants.people.queries import seated_members_with

LOST_AFTER = timedelta(minutes=2)
"""Without a sign for so long, whoever was at it is gone."""
MOST_SHOWN = 50
LOOK_AGAIN = timedelta(minutes=30)
"""At a house whose day has come and which something holds."""
NEAR = timedelta(days=1)
OPEN = ("asked", "waiting", "running")


def own_exports() -> QuerySet[Export]:
    """Of the current tenant; in the public schema, of everybody."""
    if is_public():
        return Export.objects.select_related("tenant")
    return Export.objects.filter(tenant__schema_name=current_schema()).select_related("tenant")


def export_of(export_id: int) -> Export | None:
    return own_exports().filter(pk=export_id).first()


def exports_to_take_up(at: datetime) -> list[int]:
    """Asked for, or begun by a worker that is gone."""
    lost = Q(state="asked") | Q(state="running", beat_at__lt=at - LOST_AFTER)
    with enter_public():
        return list(Export.objects.filter(lost).order_by("pk").values_list("pk", flat=True))


def exports_over(at: datetime) -> list[Export]:
    with enter_public():
        return list(Export.objects.filter(state="ready", expires_at__lte=at).select_related("tenant"))


def imports_to_take_up(at: datetime) -> list[int]:
    lost = Q(state="asked") | Q(state="running", beat_at__lt=at - LOST_AFTER)
    with enter_public():
        return list(Import.objects.filter(lost).order_by("pk").values_list("pk", flat=True))


def imports() -> list[Import]:
    return list(Import.objects.select_related("tenant")[:MOST_SHOWN])


def deletions() -> list[Deletion]:
    return list(Deletion.objects.select_related("tenant")[:MOST_SHOWN])


def deletion_of(deletion_id: int) -> Deletion | None:
    return Deletion.objects.select_related("tenant").filter(pk=deletion_id).first()


def deletions_to_take_up(at: datetime) -> list[int]:
    lost = Q(beat_at=None) | Q(beat_at__lt=at - LOST_AFTER)
    with enter_public():
        return list(Deletion.objects.filter(lost, state="running").values_list("pk", flat=True))


def tenants_to_export() -> QuerySet[Tenant]:
    """With a schema still: open, suspended, closed."""
    gone = Deletion.objects.filter(state="done").values("tenant_id")
    found = Tenant.objects.exclude(schema_name="public").exclude(state="provisioning")
    return found.exclude(pk__in=gone).order_by("name")


def closed_tenants() -> list[Tenant]:
    return list(tenants_to_export().filter(state=Tenant.State.CLOSED))


def own_erasures() -> QuerySet[Erasure]:
    return Erasure.objects.filter(tenant__schema_name=current_schema())


def own_erasures_asked() -> list[ErasureAsk]:
    return list(ErasureAsk.objects.filter(tenant__schema_name=current_schema(), state="asked")[:MOST_SHOWN])


def own_erasures_failed() -> list[ErasureAsk]:
    """Which nobody asked for again, nor did."""
    failed = ErasureAsk.objects.filter(tenant__schema_name=current_schema(), state="failed")
    same = {"tenant": OuterRef("tenant"), "subject_digest": OuterRef("subject_digest")}
    again = ErasureAsk.objects.filter(pk__gt=OuterRef("pk"), **same)
    done = Erasure.objects.filter(at__gt=OuterRef("answered_at"), **same)
    return list(failed.filter(~Exists(again), ~Exists(done))[:MOST_SHOWN])


def erasures_to_take_up(at: datetime) -> list[tuple[str, int]]:
    """(schema, id) of what was confirmed and never came to its end."""
    with enter_public():
        lost = ErasureAsk.objects.filter(state="asked", answered_at__lt=at - LOST_AFTER)
        return list(lost.order_by("pk").values_list("tenant__schema_name", "pk"))


# --- the whole house ---


def own_house_ask() -> HouseAsk | None:
    """The current tenant's, as long as it is open."""
    tenant = current_tenant()
    with enter_public():
        return HouseAsk.objects.select_related("tenant").filter(tenant_id=tenant.pk, state__in=OPEN).first()


def house_asks(tenant: Tenant | None = None) -> list[HouseAsk]:
    """At the operators: of everybody, or of one; open ones first."""
    found = HouseAsk.objects.select_related("tenant", "deletion")
    found = found if tenant is None else found.filter(tenant=tenant)
    rows = found.order_by(Case(When(state__in=OPEN, then=0), default=1), "-pk")
    return list(rows[:MOST_SHOWN])


def houses_to_take_up(at: datetime) -> list[int]:
    """Whose day has come, and whose doors are closed already."""
    looked = Q(looked_at=None) | Q(looked_at__lt=at - LOOK_AGAIN)
    due = Q(state="waiting", due_at__lte=at) & looked | Q(state="running", deletion=None)
    with enter_public():
        return list(HouseAsk.objects.filter(due).order_by("pk").values_list("pk", flat=True))


def houses_near(at: datetime) -> list[HouseAsk]:
    """To be deleted within a day, and nobody was reminded."""
    with enter_public():
        near = HouseAsk.objects.filter(
            state="waiting", near_told_at=None, due_at__lte=at + NEAR, due_at__gt=at
        )
        return list(near.select_related("tenant"))


def owners_of(tenant: Tenant, at: datetime) -> list[Reader]:
    """Who may be written to when the house is gone."""
    with enter(tenant.schema_name):
        rows = seated_members_with(*OWNERS, at=at).exclude(email="").order_by("pk")[:MOST_READERS]
        return [Reader(address=one.email, name=one.name, language=one.language) for one in rows]


def was_taken_along(ask: HouseAsk) -> bool:
    """An archive written since it was asked for has been downloaded."""
    with enter_public():
        rows = Export.objects.filter(tenant_id=ask.tenant_id, asked_at__gte=ask.asked_at, downloads__gt=0)
        return rows.exists()
