"""What happened in a call, moment by moment, in the reader's language."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from telephony.models import Call, Offer, QueueStay


@dataclass(frozen=True)
class Moment:
    at: datetime
    kind: str
    text: str


def timeline(call: Call) -> list[Moment]:
    """Oldest first; moments at the same time keep the order in which they must have happened."""
    moments = [*_beginning(call), *_waiting(call), *_offers(call), *_ending(call)]
    return sorted(moments, key=lambda moment: moment.at)


def _beginning(call: Call) -> Iterator[Moment]:
    yield Moment(call.arrived_at, "arrived", _("The call arrived"))


def _waiting(call: Call) -> Iterator[Moment]:
    for stay in call.stays.all():
        yield Moment(stay.entered_at, "queued", _("Began to wait in %(queue)s") % {"queue": stay.queue})
        if stay.left_at and stay.exit not in ("", QueueStay.Exit.ANSWERED):
            yield Moment(stay.left_at, stay.exit, str(QueueStay.Exit(stay.exit).label))


def _offers(call: Call) -> Iterator[Moment]:
    for offer in call.offers.all():
        who = {"agent": offer.agent.name}
        yield Moment(offer.offered_at, "offered", _("Rang %(agent)s") % who)
        if offer.answered_at:
            yield Moment(offer.answered_at, "answered", _("%(agent)s answered") % who)
        elif offer.outcome and offer.ended_at:
            label = Offer.Outcome(offer.outcome).label
            yield Moment(offer.ended_at, offer.outcome, f"{offer.agent.name}: {label}")
        if offer.wrap_up_ended_at:
            yield Moment(offer.wrap_up_ended_at, "wrapped_up", _("%(agent)s finished the wrap-up") % who)


def _ending(call: Call) -> Iterator[Moment]:
    if call.ended_at:
        who = Call.EndedBy(call.ended_by).label if call.ended_by else ""
        yield Moment(
            call.ended_at,
            "ended",
            _("The call ended (%(who)s)") % {"who": who} if who else _("The call ended"),
        )
    if call.disposed_at and call.disposition:
        yield Moment(call.disposed_at, "disposed", _("Disposition: %(name)s") % {"name": call.disposition})
