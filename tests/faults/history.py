"""What the world outside saw: every leg, as the switch told it to the test's own ears, whatever our worker heard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from telephony import facts
from tests.contract.driver import FactLog


@dataclass
class SeenLeg:
    """One leg from its beginning to its end. `call_id` and `agent_id` are given on an offer's leg."""

    leg_id: UUID
    created_at: datetime
    is_caller: bool
    call_id: UUID | None = None
    agent_id: int | None = None
    epoch: int | None = None
    queued_at: datetime | None = None
    answered_at: datetime | None = None
    bridged_at: datetime | None = None
    partners: set[UUID] = field(default_factory=set)
    fell_back_at: datetime | None = None
    ended_at: datetime | None = None
    cause: str = ""


class History:
    """Folds the log's facts into legs; `look()` takes in what is new."""

    def __init__(self, log: FactLog) -> None:
        self._log = log
        self._next = len(log.heard)
        self.legs: dict[UUID, SeenLeg] = {}
        self.began_at: datetime | None = None

    def look(self) -> History:
        heard = self._log.heard
        while self._next < len(heard):
            self._fold(heard[self._next])
            self._next += 1
        return self

    def callers(self) -> list[SeenLeg]:
        return [leg for leg in self.legs.values() if leg.is_caller]

    def offers(self) -> list[SeenLeg]:
        return [leg for leg in self.legs.values() if not leg.is_caller]

    def alive(self) -> list[SeenLeg]:
        return [leg for leg in self.legs.values() if leg.ended_at is None]

    def talking(self) -> list[SeenLeg]:
        return [leg for leg in self.callers() if leg.bridged_at and not leg.ended_at]

    def waiting(self) -> list[SeenLeg]:
        found = [leg for leg in self.callers() if leg.queued_at and not leg.bridged_at and not leg.ended_at]
        return sorted(found, key=lambda leg: leg.queued_at or leg.created_at)

    def _fold(self, fact: facts.Fact) -> None:
        if isinstance(fact, facts.LegCreated):
            self.legs[fact.leg_id] = SeenLeg(
                leg_id=fact.leg_id,
                created_at=fact.at,
                is_caller=fact.direction == facts.Direction.INBOUND,
                call_id=fact.call_id,
                agent_id=fact.agent_id,
                epoch=fact.epoch,
            )
        elif isinstance(fact, facts.LegFact) and (leg := self.legs.get(fact.leg_id)):
            self._fold_of(leg, fact)

    def _fold_of(self, leg: SeenLeg, fact: facts.LegFact) -> None:
        if isinstance(fact, facts.LegQueued):
            leg.queued_at = leg.queued_at or fact.queued_at
        elif isinstance(fact, facts.LegAnswered):
            leg.answered_at = fact.answered_at
        elif isinstance(fact, facts.LegsBridged):
            self._join(leg, fact)
        elif isinstance(fact, facts.WaitFellBack):
            leg.fell_back_at = fact.at
        elif isinstance(fact, facts.LegHungUp):
            leg.ended_at, leg.cause = fact.ended_at, fact.cause

    def _join(self, leg: SeenLeg, fact: facts.LegsBridged) -> None:
        for one, other in ((leg.leg_id, fact.other_leg_id), (fact.other_leg_id, leg.leg_id)):
            if found := self.legs.get(one):
                found.bridged_at = found.bridged_at or fact.at
                found.partners.add(other)


def overlapping(legs: Iterable[SeenLeg]) -> list[tuple[SeenLeg, SeenLeg]]:
    """Neighbours in time of which the second began before the first had ended."""
    in_order = sorted(legs, key=lambda leg: leg.created_at)
    pairs = zip(in_order, in_order[1:], strict=False)
    return [(one, other) for one, other in pairs if one.ended_at is None or one.ended_at > other.created_at]
