"""One look at the rows for all the news of a moment: they are at least as new as anything it tells.

Each stay, offer and agent is looked at once, however often the news speaks of it.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q, QuerySet, prefetch_related_objects

from telephony import events
from telephony.models import Leg, Offer, Queue, QueueStay
from tenants.events import Event
from tenants.prepared import Compiled, given

Bridged = Offer.Outcome.BRIDGED
PREFETCHED = ("queue__queue_skills",)
"""Of stays that began without a plan."""


class Glance:
    """Call within the tenant. `away` names the switches that do not answer: who waits on one cannot be offered now."""

    def __init__(self, told: Iterable[Event], away: Collection[str]) -> None:
        self._told = list(told)
        self._away = away
        self.ended_stays = self._of(events.StayEnded, "stay_id")
        self.callback_ids = self._of(events.CallbackChanged, "callback_id")
        self.new_stays = set(self._of(events.CallQueued, "stay_id"))
        ended, begun = self._of(events.OfferEnded, "offer_id"), self._of(events.CallOffered, "offer_id")
        rows = {row.pk: row for row in _offers_named(ids=[*ended, *begun])} if ended or begun else {}
        self.ended_offers = [rows[pk] for pk in ended if pk in rows and rows[pk].kind == Offer.Kind.LINE]
        self.ended_dials = [
            rows[pk].call_id for pk in ended if pk in rows and rows[pk].kind == Offer.Kind.DIAL
        ]
        self.begun_offers = [rows[pk] for pk in begun if pk in rows]

    def _of(self, kind: type[Event], key: str) -> list[Any]:
        """In the order they were told, each once."""
        return list(dict.fromkeys(getattr(event, key) for event in self._told if type(event) is kind))

    @property
    def agent_ids(self) -> list[int]:
        """Whose state may be another one: told so, or an offer to them ended without a conversation."""
        unlucky = [offer.agent_id for offer in self.ended_offers if offer.outcome != Bridged]
        return list(dict.fromkeys([*unlucky, *self._of(events.AgentStateChanged, "agent_id")]))

    def stays_in_line(self) -> list[QueueStay]:
        """Of the stays that began, changed, or rang in vain, those whose caller waits."""
        again = [
            offer.stay_id
            for offer in self.ended_offers
            if offer.outcome != Bridged and offer.stay_id is not None
        ]
        asked = {*again, *self.new_stays, *self._of(events.StayChanged, "stay_id")}
        if not asked:
            return []
        away = self._away
        stays = list(waiting(away).filter(pk__in=asked)) if away else _waiting_of(ids=list(asked))
        prefetch_related_objects([stay for stay in stays if not stay.routing.get("asks")], *PREFETCHED)
        return stays

    def needless_offers(self) -> list[Offer]:
        """Phones that ring for a wait that is over. Of phones rung together the switch itself ends those that were not
        first, and says why.
        """
        if not self.ended_stays:
            return []
        return _needless_offers(stays=self.ended_stays)


def waiting(away: Collection[str]) -> QuerySet[QueueStay]:
    """Open stays whose caller is within reach, and neither ringing somebody nor taken out of the line."""
    ringing = Offer.objects.filter(Q(ended_at=None) & Q(answered_at=None)).values("call_id")
    found = QueueStay.objects.filter(left_at=None, call__ended_at=None, queue__state=Queue.State.OPEN)
    if away:
        found = found.exclude(call_id__in=Leg.objects.filter(node__in=away).values("pk"))
    return found.exclude(call_id__in=ringing).select_related("queue").order_by("entered_at", "pk")


_light_offers = Offer.objects.defer("explanation")
_offers_named = Compiled(lambda: _light_offers.filter(pk__among=given("ids")))
_waiting_of = Compiled(lambda: waiting(()).filter(pk__among=given("ids")))
_needless_offers = Compiled(
    lambda: _light_offers.filter(stay_id__among=given("stays"), ended_at=None, answered_at=None).exclude(
        is_group=True, stay__answered_at__isnull=False
    )
)
