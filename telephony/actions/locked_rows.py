"""One tenant's rows, locked and read a list at a time: each row once, as the one object everybody shares.

Locks are taken in the order legs, calls, agents, each by key, as everybody else takes them. A row nobody prepared for
is read when it is asked for: slower, never wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import RawSQL

from telephony.models import Agent, Call, Leg, Offer, Queue, QueueStay
from telephony.queries.remembered import once
from tenants.prepared import Compiled, Question, answers, given

Values = dict[str, Any]
_OFFERS = Offer.objects.defer("explanation")
"""Why an agent was chosen is long, and nothing that happens afterwards changes it."""
_IS_OPEN = Q(ended_at=None) | Q(wrap_up_started_at__isnull=False, wrap_up_ended_at=None)

_NAMED = given("ids")
_NAMED_OR_OF_LEGS = RawSQL(  # noqa: S611
    "%s::uuid[] || ARRAY(SELECT call_id FROM telephony_leg WHERE id = ANY(%s)"
    " UNION SELECT call_id FROM telephony_offer WHERE id = ANY(%s))",
    (given("calls"), _NAMED, _NAMED),
)
"""Which calls legs belong to is looked up behind the locks of the legs, by the database itself."""

_queues = Compiled(lambda: Queue.objects.filter(pk=given("id")))
_legs_locked = Compiled(lambda: _locked(Leg))
_calls_locked = Compiled(lambda: _locked(Call))
_calls_of_legs_locked = Compiled(lambda: _locked(Call, _NAMED_OR_OF_LEGS))
_agents_locked = Compiled(lambda: _locked(Agent))
_offers_named = Compiled(lambda: _OFFERS.filter(pk__among=given("ids")))
_legs_of_calls = Compiled(lambda: Leg.objects.filter(call_id__among=given("calls")))
_stays_of_calls = Compiled(lambda: QueueStay.objects.filter(call_id__among=given("calls")))
_offers_of_calls = Compiled(lambda: _OFFERS.filter(call_id__among=given("calls")))
_open_offers_of_agents = Compiled(lambda: _OFFERS.filter(_IS_OPEN, agent_id__among=given("agents")))
_open_legs_of_agents = Compiled(lambda: Leg.objects.filter(ended_at=None, agent_id__among=given("agents")))


def _locked(model: Any, keys: Any = _NAMED) -> QuerySet[Any]:
    return model.objects.select_for_update(no_key=True).filter(pk__among=keys).order_by("pk")


class LockedRows:
    """Every getter returns the same object for the same row."""

    def __init__(self) -> None:
        self._forget_rows()

    def _forget_rows(self) -> None:
        self._legs: dict[UUID, Leg | None] = {}
        self._calls: dict[UUID, Call | None] = {}
        self._offers: dict[UUID, Offer | None] = {}
        self._agents: dict[int, Agent] = {}
        self._stays_of: dict[UUID, list[QueueStay]] = {}
        self._offers_of: dict[UUID, list[Offer]] = {}
        self._legs_of: defaultdict[UUID, dict[UUID, Leg]] = defaultdict(dict)
        self._legs_of_agent: defaultdict[int, dict[UUID, Leg]] = defaultdict(dict)
        self._offers_of_agent: defaultdict[int, dict[UUID, Offer]] = defaultdict(dict)
        self._told: dict[tuple[type[Model], Any], Values] = {}
        self._read: dict[tuple[type[Model], Any], Values] = {}

    def read(
        self, leg_ids: Iterable[UUID], call_ids: Iterable[UUID] = (), *, beside: Sequence[Question] = ()
    ) -> list[list[Any]]:
        """Lock and read everything facts about these legs and calls will ask for; gives the answers `beside`."""
        legs = set(leg_ids) - self._legs.keys()
        named, calls = list(legs), legs.union(call_ids) - self._calls.keys()
        locked, offers, called, *others = answers(
            _legs_locked.asking(ids=named),
            _offers_named.asking(ids=named),
            _calls_of_legs_locked.asking(ids=named, calls=list(calls)),
            *beside,
        )
        self._take_legs(legs, locked)
        self._take_offers(legs - self._offers.keys(), offers)
        found = [self._legs.get(leg_id) for leg_id in legs] + [self._offers.get(leg_id) for leg_id in legs]
        calls |= {row.call_id for row in found if row is not None and row.call_id}
        self._take_calls(calls - self._calls.keys(), called)
        offered = [offer for offers in self._offers_of.values() for offer in offers]
        self._read_agents({row.agent_id for row in [*found, *offered] if row is not None and row.agent_id})
        return others

    def _read_legs(self, leg_ids: set[UUID]) -> None:
        if leg_ids:
            self._take_legs(leg_ids, _legs_locked(ids=list(leg_ids)))

    def _take_legs(self, leg_ids: set[UUID], found: Iterable[Leg]) -> None:
        self._legs |= dict.fromkeys(leg_ids)
        for leg in found:
            self._take_up(leg)
            self._place_leg(leg)

    def _read_offers(self, offer_ids: set[UUID]) -> None:
        unknown = offer_ids - self._offers.keys()
        if unknown:
            self._take_offers(unknown, _offers_named(ids=list(unknown)))

    def _take_offers(self, unknown: set[UUID], found: Iterable[Offer]) -> None:
        self._offers |= dict.fromkeys(unknown)
        for offer in found:
            self._place_offer(offer)

    def _read_stories(self, call_ids: set[UUID]) -> None:
        self._take_calls(call_ids, _calls_locked(ids=list(call_ids)) if call_ids else ())

    def _take_calls(self, call_ids: set[UUID], locked: Iterable[Call]) -> None:
        """The call's row is locked first: legs, stays and offers are read behind that lock."""
        self._calls |= dict.fromkeys(call_ids)
        for call in locked:
            if call.pk in call_ids:
                self._calls[call.pk] = call
                self._take_up(call)
                self._remember(call)
        there = [call_id for call_id in call_ids if self._calls[call_id] is not None]
        self._stays_of |= {call_id: [] for call_id in there}
        self._offers_of |= {call_id: [] for call_id in there}
        if not there:
            return
        legs, stays, offers = answers(
            _legs_of_calls.asking(calls=there),
            _stays_of_calls.asking(calls=there),
            _offers_of_calls.asking(calls=there),
        )
        for leg in legs:
            if self._legs.get(leg.pk) is None:
                self._take_up(leg)
                self._place_leg(leg)
        for stay in stays:
            stay.queue = self._queue_of(stay)
            self._stays_of[stay.call_id].append(stay)
            self._take_up(stay)
            self._remember(stay)
        for offer in offers:
            self._offers_of[offer.call_id].append(self._place_offer(offer))

    def _read_agents(self, agent_ids: set[int]) -> None:
        """With all the work they have now, of whichever call."""
        unknown = agent_ids - self._agents.keys()
        if not unknown:
            return
        named = list(unknown)
        agents, offers, legs = answers(
            _agents_locked.asking(ids=named),
            _open_offers_of_agents.asking(agents=named),
            _open_legs_of_agents.asking(agents=named),
        )
        for agent in agents:
            self._agents[agent.pk] = agent
            self._take_up(agent)
        for offer in offers:
            self._place_offer(offer)
        for leg in legs:
            if self._legs.get(leg.pk) is None:
                self._take_up(leg)
                self._place_leg(leg)

    def _take_up(self, row: Any) -> None:
        """As it was read."""
        self._read.setdefault((type(row), row.pk), values_of(row))

    def _place_leg(self, leg: Leg) -> None:
        self._legs[leg.pk] = leg
        if leg.call_id:
            self._legs_of[leg.call_id][leg.pk] = leg
        if leg.agent_id:
            self._legs_of_agent[leg.agent_id][leg.pk] = leg

    def _place_offer(self, offer: Offer) -> Offer:
        known = self._offers.get(offer.pk)
        if known is not None:
            return known
        self._offers[offer.pk] = offer
        self._take_up(offer)
        self._offers_of_agent[offer.agent_id][offer.pk] = offer
        self._remember(offer)
        return offer

    def _remember(self, row: Model) -> None:
        self._told[type(row), row.pk] = values_of(row)

    # ---- one row

    def call(self, call_id: UUID) -> Call | None:
        if call_id not in self._calls:
            self._read_stories({call_id})
        return self._calls[call_id]

    def offer(self, offer_id: UUID) -> Offer | None:
        self._read_offers({offer_id})
        return self._offers[offer_id]

    def agent(self, agent_id: int) -> Agent:
        self._read_agents({agent_id})
        return self._agents[agent_id]

    def _queue_of(self, stay: QueueStay) -> Queue:
        """Once for all its callers; a stay keeps its queue from being deleted."""
        queue = self.queue(stay.queue_id)
        return stay.queue if queue is None else queue

    def queue(self, queue_id: int) -> Queue | None:
        return once((Queue, queue_id), lambda: _queues.first(id=queue_id), is_setting=True)

    # ---- what belongs together

    def legs_of_call(self, call_id: UUID) -> dict[UUID, Leg]:
        return self._legs_of[call_id]

    def stays_of_call(self, call_id: UUID) -> list[QueueStay]:
        """In the order of entering."""
        self.call(call_id)
        self._stays_of[call_id].sort(key=lambda stay: stay.entered_at)
        return self._stays_of[call_id]

    def offers_of_call(self, call_id: UUID) -> list[Offer]:
        """In the order they were made."""
        self.call(call_id)
        self._offers_of[call_id].sort(key=lambda offer: offer.offered_at)
        return self._offers_of[call_id]

    def offers_of_agent(self, agent_id: int) -> list[Offer]:
        """At least those that are open or in wrap-up."""
        self._read_agents({agent_id})
        return list(self._offers_of_agent[agent_id].values())

    def own_legs_of_agent(self, agent_id: int) -> list[Leg]:
        """Open legs of the agent's phone which no offer made."""
        self._read_agents({agent_id})
        legs = [leg for leg in self._legs_of_agent[agent_id].values() if leg.ended_at is None]
        return [leg for leg in legs if leg.agent_id == agent_id and self.offer(leg.pk) is None]

    def told_of(self, rows: Iterable[Model]) -> dict[int, Values]:
        """By `id(row)` the values each had when it was last read or saved; a row made since has none."""
        return {id(row): self._told.get((type(row), row.pk), {}) for row in rows}


def values_of(row: Model) -> Values:
    """Its columns as they are now. Asked some hundred times for one call: copied whole, then less what is Django's."""
    values = row.__dict__.copy()
    values.pop("_state", None)
    values.pop("_prefetched_objects_cache", None)
    return values
