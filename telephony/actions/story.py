"""One call with everything known of it, locked.

So that its state can follow from the fields of all its rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from telephony.actions.locked_rows import values_of
from telephony.actions.sitting import Sitting, sitting
from telephony.models import Call, Leg, Offer, QueueStay

LOST = "LOST"
"""The cause of legs which the switch no longer knew when we asked; their record corrects it if one comes."""


@dataclass
class Story:
    call: Call
    legs: dict[UUID, Leg]
    stays: list[QueueStay]
    offers: list[Offer]
    _before: dict[int, dict[str, Any]] = field(default_factory=dict)
    """By the row's place in memory: to ask a row of Django for its key takes longer than all else here."""

    def __post_init__(self) -> None:
        if not self._before:
            self._before = {id(row): values_of(row) for row in self.rows()}

    def rows(self) -> Iterable[Model]:
        return (self.call, *self.stays, *self.offers)

    def before(self, row: Model) -> dict[str, Any]:
        """The values the row had when the story was opened; empty for one that is new since."""
        return self._before.get(id(row), {})

    def changed(self) -> list[Model]:
        return [row for row in self.rows() if values_of(row) != self.before(row)]

    @property
    def caller_leg(self) -> Leg | None:
        return self.legs.get(self.call.pk)

    @property
    def caller_left_at(self) -> datetime | None:
        return self.caller_leg.ended_at if self.caller_leg else None

    @property
    def is_lost(self) -> bool:
        leg = self.caller_leg
        return leg is not None and leg.ended_at is not None and leg.is_estimated and leg.cause == LOST

    def bridged_offers(self) -> list[Offer]:
        """Those whose agent was on the line with the caller."""
        return [offer for offer in self.offers if offer.spoke_at]


def open_story(call_id: UUID) -> Story:
    """Lock the call row; legs, stays and offers are read behind that lock."""
    table = sitting()
    if table is not None:
        return _open_in(table, call_id)
    call = Call.objects.select_for_update(no_key=True).get(pk=call_id)
    return Story(
        call=call,
        legs={leg.pk: leg for leg in Leg.objects.filter(call_id=call_id)},
        stays=list(QueueStay.objects.filter(call_id=call_id).select_related("queue").order_by("entered_at")),
        offers=list(Offer.objects.filter(call_id=call_id).order_by("offered_at")),
    )


def _open_in(table: Sitting, call_id: UUID) -> Story:
    call = table.call(call_id)
    if call is None:
        raise Call.DoesNotExist
    stays, offers = table.stays_of_call(call_id), table.offers_of_call(call_id)
    before = table.told_of([call, *stays, *offers])
    return Story(call=call, legs=table.legs_of_call(call_id), stays=stays, offers=offers, _before=before)


def earliest(*moments: datetime | None) -> datetime | None:
    known = [moment for moment in moments if moment is not None]
    return min(known, default=None)


def seconds_between(start: datetime | None, end: datetime | None) -> int:
    """Whole seconds, rounded; 0 when one is missing or the order is wrong."""
    if start is None or end is None or end < start:
        return 0
    return round((end - start).total_seconds())
