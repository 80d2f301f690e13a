"""How well a leg was heard is written down once; a poor one is told, and is somebody's work."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from telephony import events
from telephony.actions.bulk import insert_rows
from telephony.actions.follow_ups import open_follow_up
from telephony.actions.sitting import sitting, together
from telephony.facts import LegMeasured
from telephony.models import FollowUp, Leg, LineQuality, QualityTerms
from telephony.queries.line_quality import terms
from telephony.queries.line_tally import count_lines
from telephony.queries.remembered import once
from tenants.errors import BadInput
from tenants.events import emit
from tenants.people.actions import record_audit
from tenants.people.audit import difference, row_values
from tenants.prepared import Compiled, given

_legs = Compiled(lambda: Leg.objects.filter(pk__among=given("ids")))
_known = Compiled(lambda: LineQuality.objects.filter(pk__among=given("ids")).values_list("pk", flat=True))


@together
def note_line_quality(*, told: LegMeasured, at: datetime) -> None:
    """The first telling stands. A leg of no call of ours is nobody's line."""
    table = sitting()
    if table is None:
        keep_lines([(told, at)])
    else:
        table.later(keep_lines, (told, at))


def keep_lines(measured: Sequence[tuple[LegMeasured, datetime]]) -> None:
    """Of many legs at once, behind their rows, in the transaction that settles them."""
    first: dict[UUID, tuple[LegMeasured, datetime]] = {}
    for told, at in measured:
        first.setdefault(told.leg_id, (told, at))
    # The call and its queue are read only where the line was poor: this is asked for every leg that ends.
    legs = {leg.pk: leg for leg in _legs(ids=list(first))}
    known = set(_known(ids=list(first)))
    wanted = once("quality_terms", terms, is_setting=True)
    rows = [_line(first[pk][0], leg, wanted) for pk, leg in legs.items() if pk not in known]
    insert_rows(rows)
    transaction.on_commit(lambda: count_lines(len(rows), poor=sum(row.is_poor for row in rows)))
    for row in rows:
        if row.is_poor:
            _raise_alert(row, wanted, first[row.pk][1])


def _line(told: LegMeasured, leg: Leg, wanted: QualityTerms) -> LineQuality:
    return LineQuality(
        leg=leg,
        agent_id=leg.agent_id if leg.kind == Leg.Kind.AGENT else None,
        trunk="" if leg.kind == Leg.Kind.AGENT else told.trunk,
        ended_at=told.at,
        mos=told.mos,
        loss_percent=told.loss_percent,
        jitter_ms=told.jitter_ms,
        delay_ms=told.delay_ms,
        packets=told.packets,
        least_mos=wanted.least_mos,
    )


@transaction.atomic
def keep_quality_terms(*, least_mos: float, opens_follow_ups: bool) -> QualityTerms:
    """For calls from now on; what is written down keeps its threshold."""
    if not 1.0 <= least_mos <= 4.5:
        raise BadInput(_("MOS goes from 1.0 to 4.5."), field="least_mos")
    row = QualityTerms.objects.select_for_update().order_by("pk").first() or QualityTerms()
    before = row_values(row) if row.pk else {}
    row.least_mos, row.opens_follow_ups = round(least_mos, 2), opens_follow_ups
    row.save()
    was, now = difference(before, row_values(row))
    if now:
        record_audit(verb="changed", subject=row, before=was or None, after=now)
    return row


def _raise_alert(row: LineQuality, wanted: QualityTerms, at: datetime) -> None:
    call = row.leg.call
    if call is None:
        return
    emit(events.LineWasPoor(occurred_at=row.ended_at, call_id=call.pk, leg_id=row.pk, agent_id=row.agent_id))
    if wanted.opens_follow_ups and not _is_somebodys_work(row):
        open_follow_up(kind=FollowUp.Kind.POOR_LINE, call=call, queue=call.queue, at=at)


def _is_somebodys_work(row: LineQuality) -> bool:
    """One is enough while the same phone, or the same trunk, is looked into."""
    same = (
        Q(call__legs__quality__agent=row.agent_id)
        if row.agent_id
        else Q(call__legs__quality__trunk=row.trunk)
    )
    return FollowUp.objects.filter(same, kind=FollowUp.Kind.POOR_LINE, state=FollowUp.State.OPEN).exists()
