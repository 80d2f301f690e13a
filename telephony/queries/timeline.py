"""What happened in a call, moment by moment, in the reader's language."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from telephony.models import Call, Leg, Offer, QueueStay
from telephony.models.causes import cause_words

NOT_DIALLED = "NOT_DIALLED"
GIVEN_UP = frozenset({"ORIGINATOR_CANCEL", "NORMAL_CLEARING", ""})
"""Why a leg ended that was never answered: whoever called did not wait any longer."""


@dataclass(frozen=True)
class Moment:
    at: datetime
    kind: str
    text: str


def timeline(call: Call) -> list[Moment]:
    """Oldest first; moments at the same time keep the order in which they must have happened."""
    rings = _calls_made(call) if _is_ours(call) else _offers(call)
    moments = [*_beginning(call), *_waiting(call), *rings, *_ending(call)]
    return sorted(moments, key=lambda moment: moment.at)


def _is_ours(call: Call) -> bool:
    return call.direction == Call.Direction.OUTBOUND


def _beginning(call: Call) -> Iterator[Moment]:
    yield Moment(call.arrived_at, "arrived", _("We called") if _is_ours(call) else _("The call arrived"))


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


def _calls_made(call: Call) -> Iterator[Moment]:
    """The agent's own phone, then whether anybody was reached."""
    for offer in call.offers.all():
        who = {"agent": offer.agent.name}
        yield Moment(offer.offered_at, "offered", _("Rang %(agent)s") % who)
        if offer.answered_at:
            yield Moment(offer.answered_at, "answered", _("%(agent)s reached them") % who)
        elif offer.outcome and offer.ended_at:
            yield Moment(offer.ended_at, offer.outcome, _why_nobody(call, offer))
        if offer.wrap_up_ended_at:
            yield Moment(offer.wrap_up_ended_at, "wrapped_up", _("%(agent)s finished the wrap-up") % who)


def _why_nobody(call: Call, offer: Offer) -> str:
    """The leg of whom we called has the call's id."""
    who = {"agent": offer.agent.name}
    dialled = Leg.objects.filter(pk=call.pk).first()
    if dialled is None or dialled.cause == NOT_DIALLED:
        return _("%(agent)s did not pick up the own phone: nobody was called") % who
    if dialled.cause in GIVEN_UP:
        return _("%(agent)s hung up before anybody answered") % who
    return _("Nobody was reached: %(why)s") % {"why": cause_words(dialled.cause)}


def _ending(call: Call) -> Iterator[Moment]:
    if call.ended_at:
        who = call.ended_by_words
        yield Moment(
            call.ended_at,
            "ended",
            _("The call ended (%(who)s)") % {"who": who} if who else _("The call ended"),
        )
    if call.disposed_at and call.disposition:
        yield Moment(call.disposed_at, "disposed", _("Disposition: %(name)s") % {"name": call.disposition})
