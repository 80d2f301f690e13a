"""Call flows: drawn as drafts that nobody overwrites unseen, published as versions that never change, rolled back.

Publishing touches no call: whoever is in a version stays in it. The worker is told to write the switch's files again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from telephony.actions.setup import floor_changed
from telephony.events import FlowPublished
from telephony.flow_errors import (
    DraftChanged,
    DraftChangedSincePreflight,
    FlowInUse,
    FlowIsArchived,
    FlowNameMissing,
    FlowNameTaken,
    FlowNotFound,
    FlowNotPublished,
    FlowNotReady,
    FlowUnreadable,
    FlowVersionNotFound,
    NothingToPublish,
    NumberNotFound,
)
from telephony.flows.check import errors_of
from telephony.flows.differences import differences
from telephony.flows.document import Document, UnreadableFlow, empty, parse
from telephony.models import Entry, Flow, FlowVersion
from telephony.queries.flows import latest_number, live_calls_in, problems_of
from tenants.context import current_schema
from tenants.events import emit
from tenants.people.actions import record_audit
from tenants.people.policies import Member

LONGEST_NAME = 80
LONGEST_NOTE = 200


@transaction.atomic
def create_flow(
    *, name: str, document: Mapping[str, Any] | None = None, by: Member | None, at: datetime
) -> Flow:
    """A flow with its first draft; without a document nothing is drawn in it."""
    draft = read_document(empty() if document is None else document)
    flow = Flow.objects.create(
        name=_free_name(name),
        draft=draft.as_dict(),
        draft_version=1,
        draft_changed_at=at,
        draft_changed_by=_own(by),
    )
    record_audit(verb="added", subject=flow, after={"name": flow.name, "nodes": len(draft.nodes)})
    return flow


@transaction.atomic
def rename_flow(*, flow_id: int, name: str) -> Flow:
    flow = _locked(flow_id)
    before = flow.name
    if before == name.strip():
        return flow
    flow.name = _free_name(name)
    flow.save(update_fields=["name"])
    record_audit(verb="changed", subject=flow, before={"name": before}, after={"name": flow.name})
    return flow


@transaction.atomic
def save_draft(
    *, flow_id: int, document: Mapping[str, Any], draft_version: int, by: Member | None, at: datetime
) -> Flow:
    """Keep what was drawn. `draft_version` is the one it was drawn upon: raises DraftChanged when there is a newer.

    What says the same as the stored draft makes no new version. An unfinished draft is kept, an unreadable one refused.
    """
    draft = read_document(document)
    flow = _locked(flow_id)
    _refuse_archived(flow)
    said = draft.as_dict()
    if flow.draft == said:
        return flow
    if flow.draft_version != draft_version:
        raise DraftChanged(who=str(flow.draft_changed_by or "?"))
    changed = differences(_read_stored(flow.draft), draft)
    flow.draft, flow.draft_version = said, flow.draft_version + 1
    flow.draft_changed_at, flow.draft_changed_by = at, _own(by)
    flow.save(update_fields=["draft", "draft_version", "draft_changed_at", "draft_changed_by"])
    if changed:
        nodes = sorted({one.node for one in changed if one.node})
        after = {"draft_version": flow.draft_version, "nodes": nodes[:50], "changes": len(changed)}
        record_audit(verb="flow drawn", subject=flow, after=after)
    return flow


@transaction.atomic
def publish_flow(
    *, flow_id: int, draft_version: int, note: str = "", by: Member | None, at: datetime
) -> FlowVersion:
    """The draft becomes the next version, for every call that arrives from now on.

    `draft_version` is the one looked at in the pre-flight. Raises FlowNotReady with what the check found.
    """
    flow = _locked(flow_id)
    _refuse_archived(flow)
    if flow.draft_version != draft_version:
        raise DraftChangedSincePreflight
    draft = read_document(flow.draft)
    if flow.published and not differences(_read_stored(flow.published.document), draft):
        raise NothingToPublish
    return _published(flow, draft, note=note, by=by, at=at)


@transaction.atomic
def roll_back_flow(
    *, flow_id: int, number: int, note: str = "", by: Member | None, at: datetime
) -> FlowVersion:
    """An earlier version's document becomes the next version. The draft stays as it is.

    It is checked as a new one is: what it names may have gone since. Raises NothingToPublish for what is published.
    """
    flow = _locked(flow_id)
    _refuse_archived(flow)
    source = flow.versions.filter(number=number).first()
    if source is None:
        raise FlowVersionNotFound
    if flow.published_id == source.pk:
        raise NothingToPublish
    return _published(flow, read_document(source.document), note=note, by=by, at=at, source=source)


def _published(
    flow: Flow,
    document: Document,
    *,
    note: str,
    by: Member | None,
    at: datetime,
    source: FlowVersion | None = None,
) -> FlowVersion:
    errors = errors_of(problems_of(document, at))
    if errors:
        raise FlowNotReady(errors)
    before = flow.published
    version = FlowVersion.objects.create(
        flow=flow,
        number=latest_number(flow) + 1,
        document=document.as_dict(),
        note=note.strip()[:LONGEST_NOTE],
        published_at=at,
        published_by=_own(by),
        rolled_back_from=source,
    )
    flow.published = version
    flow.save(update_fields=["published"])
    record_audit(
        verb="flow rolled back" if source else "flow published",
        subject=flow,
        before={"version": before.number} if before else None,
        after=_what_happened(flow, version, source),
        reason=version.note,
    )
    floor_changed()
    emit(FlowPublished(occurred_at=at, flow_id=flow.pk, version_id=version.pk))
    return version


def _what_happened(flow: Flow, version: FlowVersion, source: FlowVersion | None) -> dict[str, Any]:
    """The pre-flight's figures, counted again at the moment itself."""
    told: dict[str, Any] = {
        "version": version.number,
        "numbers": list(flow.entries.order_by("number_e164").values_list("number_e164", flat=True)),
        "live_calls_left": {str(number): count for number, count in live_calls_in(flow)},
    }
    return told | ({"says_again": source.number} if source else {})


@transaction.atomic
def draft_from_version(
    *, flow_id: int, number: int, draft_version: int, by: Member | None, at: datetime
) -> Flow:
    """Draw on from an earlier version."""
    source = FlowVersion.objects.filter(flow_id=flow_id, number=number).first()
    if source is None:
        raise FlowVersionNotFound
    return save_draft(flow_id=flow_id, document=source.document, draft_version=draft_version, by=by, at=at)


@transaction.atomic
def archive_flow(*, flow_id: int) -> Flow:
    """Put away; its versions and the calls that went through them stay. Raises FlowInUse while numbers lead to it."""
    flow = _locked(flow_id)
    if flow.is_archived:
        return flow
    count = flow.entries.count()
    if count:
        raise FlowInUse(count=count)
    return _put_away(flow, is_archived=True, verb="flow put away")


@transaction.atomic
def restore_flow(*, flow_id: int) -> Flow:
    flow = _locked(flow_id)
    return _put_away(flow, is_archived=False, verb="flow brought back") if flow.is_archived else flow


def _put_away(flow: Flow, *, is_archived: bool, verb: str) -> Flow:
    flow.is_archived = is_archived
    flow.save(update_fields=["is_archived"])
    record_audit(verb=verb, subject=flow)
    return flow


@transaction.atomic
def lead_number(*, entry_id: int, flow_id: int | None) -> Entry:
    """Callers of this number go through the flow from the next call on; None: to its queue at once."""
    entry = Entry.objects.select_for_update(no_key=True, of=("self",)).filter(pk=entry_id).first()
    if entry is None:
        raise NumberNotFound
    if entry.flow_id == flow_id:
        return entry
    flow = _locked(flow_id) if flow_id is not None else None
    if flow is not None:
        _refuse_archived(flow)
        if flow.published_id is None:
            raise FlowNotPublished
    before, entry.flow = entry.flow_id, flow
    entry.save(update_fields=["flow"])
    record_audit(verb="changed", subject=entry, before={"flow_id": before}, after={"flow_id": flow_id})
    floor_changed()
    return entry


def read_document(raw: Any) -> Document:
    """What a browser or a file says → a Document; FlowUnreadable says where it cannot be read."""
    try:
        return parse(raw)
    except UnreadableFlow as wrong:
        raise FlowUnreadable.of(wrong) from None


def _read_stored(raw: Any) -> Document:
    """A stored document; one that an older release wrote and this one cannot read counts as empty."""
    try:
        return parse(raw)
    except UnreadableFlow:
        return parse(empty())


def _free_name(name: str) -> str:
    wanted = " ".join(str(name).split())
    if not wanted or len(wanted) > LONGEST_NAME or not wanted.isprintable():
        raise FlowNameMissing(field="name")
    if Flow.objects.filter(name=wanted).exists():
        raise FlowNameTaken(field="name")
    return wanted


def _own(by: Member | None) -> Member | None:
    """Operators are members of another schema; the audit log names them."""
    return by if by is not None and by.home_schema == current_schema() else None


def _locked(flow_id: int) -> Flow:
    flow = Flow.objects.select_for_update(no_key=True, of=("self",)).filter(pk=flow_id).first()
    if flow is None:
        raise FlowNotFound
    return flow


def _refuse_archived(flow: Flow) -> None:
    if flow.is_archived:
        raise FlowIsArchived
