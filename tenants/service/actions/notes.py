"""Outage notes: drafted, published to whom the outage touches, followed by updates, ended."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from tenants import realtime
from tenants.context import enter, enter_public
from tenants.models import Tenant
from tenants.people.actions import record_audit
from tenants.service import errors
from tenants.service.models import NoteUpdate, OutageNote, PartSpan, ToldTenant
from tenants.service.queries.availability import tenants_touched

State = OutageNote.State


@transaction.atomic
def draft_note(
    *, title: str, title_zh: str, text: str, text_zh: str, began_at: datetime, is_public: bool,
    tenant_ids: Iterable[int], by_name: str, at: datetime, outage: PartSpan | None = None,
) -> OutageNote:  # fmt: skip
    """Nobody outside sees it yet."""
    with enter_public():
        note = OutageNote.objects.create(
            title=title, title_zh=title_zh, began_at=began_at, is_public=is_public, outage=outage,
            tenant_ids=sorted(set(tenant_ids)),
        )  # fmt: skip
        NoteUpdate.objects.create(note=note, text=text, text_zh=text_zh, by_name=by_name[:120], at=at)
        record_audit(verb="added", subject=note, after={"title": title, "public": is_public})
    return note


@transaction.atomic
def publish_note(*, note_id: int, at: datetime) -> int:
    """To each tenant it concerns, once; how many were told now."""
    with enter_public():
        note = _locked(note_id)
        if note.state == State.RESOLVED:
            raise errors.NoteIsOver
        if note.state == State.DRAFT:
            note.state, note.published_at = State.PUBLISHED, at
            note.save(update_fields=["state", "published_at"])
            record_audit(verb="published", subject=note)
        return _tell(note, at)


@transaction.atomic
def add_update(*, note_id: int, text: str, text_zh: str, by_name: str, at: datetime) -> None:
    """Who came to be touched since is told now too; who has read it reads it again."""
    with enter_public():
        note = _locked(note_id)
        if note.state == State.RESOLVED:
            raise errors.NoteIsOver
        NoteUpdate.objects.create(note=note, text=text, text_zh=text_zh, by_name=by_name[:120], at=at)
        if note.state == State.PUBLISHED:
            note.told.update(read_at=None, read_by="")
            _tell(note, at)


@transaction.atomic
def resolve_note(*, note_id: int, text: str, text_zh: str, by_name: str, at: datetime) -> None:
    with enter_public():
        note = _locked(note_id)
        if note.state == State.RESOLVED:
            return
        add_update(note_id=note_id, text=text, text_zh=text_zh, by_name=by_name, at=at)
        note.state, note.resolved_at = State.RESOLVED, at
        note.save(update_fields=["state", "resolved_at"])
        record_audit(verb="ended", subject=note)


@transaction.atomic
def read_note(*, note_id: int, tenant: Tenant, by_name: str, at: datetime) -> None:
    """Somebody of the tenant has seen it."""
    with enter_public():
        found = ToldTenant.objects.filter(note_id=note_id, tenant_id=tenant.pk, read_at=None)
        found.exclude(note__state=State.DRAFT).update(read_at=at, read_by=by_name[:120])


def _tell(note: OutageNote, at: datetime) -> int:
    known = set(note.told.values_list("tenant_id", flat=True))
    new = [tenant for tenant in _concerned(note, at) if tenant.pk not in known]
    ToldTenant.objects.bulk_create([ToldTenant(note=note, tenant=tenant, told_at=at) for tenant in new])
    for tenant in new:
        with enter(tenant.schema_name):
            realtime.publish("everyone", {"type": "service_note", "note": note.pk})
    return len(new)


def _concerned(note: OutageNote, at: datetime) -> list[Tenant]:
    if note.outage is not None and not note.tenant_ids:
        return [tenant for tenant, _seconds in tenants_touched(note.outage, at)]
    found = Tenant.objects.exclude(schema_name="public").filter(state="active")
    return list(found.filter(pk__in=note.tenant_ids) if note.tenant_ids else found)


def _locked(note_id: int) -> OutageNote:
    note = (
        OutageNote.objects.select_for_update(of=("self",)).select_related("outage").filter(pk=note_id).first()
    )
    if note is None:
        raise errors.NoteNotFound
    return note
