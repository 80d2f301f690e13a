"""A call's lines (telephony.timeline), read from its rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from telephony.conversations import Talk
from telephony.models import Call, Leg, Offer
from telephony.timeline import While, agent_line, caller_line


@dataclass(frozen=True)
class Lines:
    """`agents`: one line for each time a phone rang, in order, with its offer. `legs`: of the whole call."""

    caller: list[While]
    agents: list[tuple[Offer, list[While]]]
    legs: Mapping[UUID, Leg]

    def of_agent(self, agent_id: int) -> list[While]:
        """The last one of theirs; empty when their phone did not ring."""
        return next((line for offer, line in reversed(self.agents) if offer.agent_id == agent_id), [])


def lines_of(call: Call, *, now: datetime) -> Lines:
    """What still lasts lasts until `now`."""
    legs = {leg.pk: leg for leg in Leg.objects.filter(call=call).select_related("agent")}
    offers = list(Offer.objects.filter(call=call).select_related("agent").order_by("offered_at"))
    caller = legs.get(call.pk)
    left_at = caller.ended_at if caller else None
    talks = {
        offer.pk: Talk(legs[offer.pk], caller, caller_id=call.pk, caller_left_at=left_at)
        for offer in offers
        if offer.pk in legs and offer.answered_at
    }
    stays = list(call.stays.order_by("entered_at"))
    return Lines(
        caller=caller_line(call, caller, stays, talks.values(), now),
        agents=[(offer, agent_line(offer, talks.get(offer.pk), now)) for offer in offers],
        legs=legs,
    )
