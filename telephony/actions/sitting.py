"""Many facts, one transaction: rows are read once, changed in memory, and written together at the end.

A fact alone needs its leg, its call with everything known of it, and the agents it touches: a score of questions. Of
fifty facts the questions are the same, with longer lists. So the worker takes what waits for one tenant as one
sitting: `prepare` locks and reads, the actions find each row here, once, as the one object all of them share, and
`flush` writes what changed. Outside a sitting the same actions read and write row by row. A row nobody prepared for is
read when it is asked for: slower, never wrong. Nothing outlives the sitting, so nothing can be out of date.

Locks are taken in the order legs, calls, agents, each by key, as everybody else takes them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model, Q

from telephony.actions.bulk import insert_rows, update_rows
from telephony.models import Agent, AgentStateChange, Call, Leg, Offer, Queue, QueueStay
from telephony.queries.remembered import Answers, once, remembering

P = ParamSpec("P")
R = TypeVar("R")
Values = dict[str, Any]
_OFFERS = Offer.objects.defer("explanation")
"""Why an agent was chosen is long, and nothing that happens afterwards changes it."""


class Sitting:
    """One tenant's rows while a sitting lasts. Every getter returns the same object for the same row."""

    def __init__(self) -> None:
        self._forget_rows()
        self._dirty: dict[tuple[type[Model], Any], Model] = {}
        self._new_rows: list[AgentStateChange] = []
        self._stays_expected = 1
        self._stay_keys: list[int] = []

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

    # ---- reading

    def prepare(self, leg_ids: Iterable[UUID], call_ids: Iterable[UUID] = (), *, stays: int = 1) -> None:
        """Lock and read everything facts about these legs and calls will ask for; about so many `stays` will begin."""
        self._stays_expected = stays
        legs = set(leg_ids) - self._legs.keys()
        self._read_legs(legs)
        self._read_offers(legs)
        found = [self._legs.get(leg_id) for leg_id in legs] + [self._offers.get(leg_id) for leg_id in legs]
        calls = {row.call_id for row in found if row is not None and row.call_id}
        self._read_stories((calls | legs | set(call_ids)) - self._calls.keys())
        offered = [offer for offers in self._offers_of.values() for offer in offers]
        self._read_agents({row.agent_id for row in [*found, *offered] if row is not None and row.agent_id})

    def _read_legs(self, leg_ids: set[UUID]) -> None:
        if not leg_ids:
            return
        self._legs |= dict.fromkeys(leg_ids)
        for leg in Leg.objects.select_for_update(no_key=True).filter(pk__in=leg_ids).order_by("pk"):
            self._take_up(leg)
            self._place_leg(leg)

    def _read_offers(self, offer_ids: set[UUID]) -> None:
        unknown = offer_ids - self._offers.keys()
        if not unknown:
            return
        self._offers |= dict.fromkeys(unknown)
        for offer in _OFFERS.filter(pk__in=unknown):
            self._place_offer(offer)

    def _read_stories(self, call_ids: set[UUID]) -> None:
        """The call's row is locked first: legs, stays and offers are read behind that lock."""
        if not call_ids:
            return
        self._calls |= dict.fromkeys(call_ids)
        for call in Call.objects.select_for_update(no_key=True).filter(pk__in=call_ids).order_by("pk"):
            self._calls[call.pk] = call
            self._take_up(call)
            self._remember(call)
        there = [call_id for call_id in call_ids if self._calls[call_id] is not None]
        self._stays_of |= {call_id: [] for call_id in there}
        self._offers_of |= {call_id: [] for call_id in there}
        if not there:
            return
        for leg in Leg.objects.filter(call_id__in=there):
            if self._legs.get(leg.pk) is None:
                self._take_up(leg)
                self._place_leg(leg)
        for stay in QueueStay.objects.filter(call_id__in=there).select_related("queue"):
            self._stays_of[stay.call_id].append(stay)
            self._take_up(stay)
            self._remember(stay)
        for offer in _OFFERS.filter(call_id__in=there):
            self._offers_of[offer.call_id].append(self._place_offer(offer))

    def _read_agents(self, agent_ids: set[int]) -> None:
        """With all the work they have now, of whichever call."""
        unknown = agent_ids - self._agents.keys()
        if not unknown:
            return
        for agent in Agent.objects.select_for_update(no_key=True).filter(pk__in=unknown).order_by("pk"):
            self._agents[agent.pk] = agent
            self._take_up(agent)
        is_open = Q(ended_at=None) | Q(wrap_up_started_at__isnull=False, wrap_up_ended_at=None)
        for offer in _OFFERS.filter(is_open, agent_id__in=unknown).select_related("call"):
            self._place_offer(offer)
        for leg in Leg.objects.filter(ended_at=None, agent_id__in=unknown):
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

    def leg(self, leg_id: UUID, node: str) -> Leg:
        if leg_id not in self._legs:
            self._read_legs({leg_id})
        leg = self._legs[leg_id]
        if leg is None:
            leg = Leg(pk=leg_id, node=node)
            self._place_leg(leg)
            self.save(leg)
        return leg

    def call(self, call_id: UUID) -> Call | None:
        if call_id not in self._calls:
            self._read_stories({call_id})
        return self._calls[call_id]

    def begin_call(self, call: Call) -> None:
        self._calls[call.pk] = call
        self._stays_of[call.pk], self._offers_of[call.pk] = [], []
        self.save(call)

    def offer(self, offer_id: UUID) -> Offer | None:
        self._read_offers({offer_id})
        return self._offers[offer_id]

    def agent(self, agent_id: int) -> Agent:
        self._read_agents({agent_id})
        return self._agents[agent_id]

    def queue(self, queue_id: int) -> Queue | None:
        return once((Queue, queue_id), lambda: Queue.objects.filter(pk=queue_id).first(), is_setting=True)

    def place_stay(self, stay: QueueStay) -> None:
        """A new one. Others speak of it by its key at once, so it is given one before it has a row."""
        if not self._stay_keys:
            self._stay_keys = _keys_of(QueueStay, max(1, self._stays_expected))
        stay.pk = self._stay_keys.pop()
        self._dirty[QueueStay, stay.pk] = stay
        self._stays_of[stay.call_id].append(stay)
        self._remember(stay)

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

    def state_of_call(self, offer: Offer) -> str:
        """As it is here; of calls this sitting is not about, as it was read."""
        call = self._calls.get(offer.call_id) or offer.call
        return str(call.state)

    def told_of(self, rows: Iterable[Model]) -> dict[Model, Values]:
        """The values each row had when it was last read or saved; a row made since has none."""
        return {row: self._told.get((type(row), row.pk), {}) for row in rows}

    # ---- writing

    def save(self, row: Model) -> None:
        """To be written at the end."""
        self._dirty[type(row), row.pk] = row
        if isinstance(row, Leg):
            self._place_leg(row)
        else:
            self._remember(row)

    def add(self, row: AgentStateChange) -> None:
        self._new_rows.append(row)

    def flush(self) -> None:
        """Write everything saved so far. A row of the same key that somebody else has made meanwhile is a conflict:
        IntegrityError, and the sitting begins again.
        """
        dirty, self._dirty = list(self._dirty.values()), {}
        for model in (Leg, Call, QueueStay, Offer, Agent):
            rows = [row for row in dirty if type(row) is model]
            insert_rows([row for row in rows if row._state.adding])
            self._write_over(
                [row for row in rows if (type(row), row.pk) in self._read and not row._state.adding]
            )
            for row in rows:
                self._read[model, row.pk] = values_of(row)
        insert_rows(self._new_rows)
        self._new_rows = []

    def _write_over(self, rows: list[Any]) -> None:
        """Only columns in which a row differs from what was read behind its lock."""
        changed: set[str] = set()
        for row in rows:
            before = self._read[type(row), row.pk]
            changed |= {name for name, value in values_of(row).items() if before.get(name, row) != value}
        update_rows(rows, changed)

    def forget(self) -> None:
        """Flush, and read everything anew: what comes next writes past the sitting."""
        self.flush()
        self._forget_rows()


def values_of(row: Model) -> Values:
    """Its columns as they are now."""
    return {name: value for name, value in row.__dict__.items() if name[0] != "_"}


def _keys_of(model: type[Model], count: int) -> list[int]:
    """So many keys nobody else will have, in falling order."""
    with connection.cursor() as cursor:
        table, column = model._meta.db_table, model._meta.pk.column
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [table, column, count],
        )
        return sorted((row[0] for row in cursor.fetchall()), reverse=True)


_now: ContextVar[Sitting | None] = ContextVar("sitting", default=None)


def sitting() -> Sitting | None:
    """The one that lasts, or None: then each row is read and written by itself."""
    return _now.get()


@contextmanager
def one_sitting(settings: Answers | None = None) -> Iterator[Sitting]:
    """A transaction in which rows are shared and written together; what it emits is told after the commit.

    `settings` holds what a tenant's settings said in sittings before.
    """
    with transaction.atomic():
        table = Sitting()
        before = _now.set(table)
        try:
            with remembering(settings):
                yield table
            table.flush()
        finally:
            _now.reset(before)


def together(action: Callable[P, R]) -> Callable[P, R]:
    """An action that works in a sitting: part of it when one lasts, else a transaction of its own."""

    @wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _now.get() is not None:
            return action(*args, **kwargs)
        with transaction.atomic():
            return action(*args, **kwargs)

    return run


def save(row: Model) -> None:
    """Now, or with everything else at the end of the sitting."""
    table = _now.get()
    if table is None:
        row.save()
    else:
        table.save(row)
