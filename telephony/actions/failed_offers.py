"""Offers the switch could not ring, or has done with."""

from datetime import datetime
from uuid import UUID

from telephony.actions.following import follow_call
from telephony.actions.legs import known_offer
from telephony.actions.listening import fail_ear
from telephony.actions.sitting import sitting, together
from telephony.models import Call, Leg, Offer

NOT_REGISTERED = "USER_NOT_REGISTERED"


@together
def fail_offer(*, offer_id: UUID, at: datetime, failure: str) -> None:
    """The switch could not ring the phone, or no longer knows of it.

    `failure` is the switch's word for it.
    """
    offer = known_offer(offer_id)
    if offer is None or offer.ended_at or offer.answered_at or offer.failed_at:
        return
    table = sitting()
    if table is not None:
        offer.failed_at, offer.failure = at, failure[:80]
        table.save(offer)
    else:
        Call.objects.select_for_update(no_key=True).get(pk=offer.call_id)
        Offer.objects.filter(pk=offer_id, ended_at=None).update(failed_at=at, failure=failure[:80])
    follow_call(offer.call_id, at)


@together
def finish_offer_command(*, offer_id: UUID, at: datetime, failure: str) -> None:
    """The switch has done with the command of this offer: somebody answered, or `failure` says why nobody did.

    Of phones rung together those end by their own legs; one of which no leg was ever made could not be rung.
    """
    offer = known_offer(offer_id)
    if offer is None:
        if failure:
            fail_ear(leg_id=offer_id, at=at, failure=failure)
        return
    if not offer.is_group:
        if failure:
            fail_offer(offer_id=offer_id, at=at, failure=failure)
        return
    table = sitting()
    if table is not None:
        # What follows reads rows: let them say what has been heard.
        table.forget()
    rung = Leg.objects.filter(call_id=offer.call_id).values("pk")
    together = Offer.objects.filter(stay_id=offer.stay_id, offered_at=offer.offered_at, is_group=True)
    unrung = together.filter(ended_at=None, answered_at=None).exclude(pk__in=rung).order_by("pk")
    for unrung_id in unrung.values_list("pk", flat=True):
        fail_offer(offer_id=unrung_id, at=at, failure=NOT_REGISTERED)
