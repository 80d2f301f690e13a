"""One tenant's live routing: what our own news means to the router, and what the router decides to the switch.

It holds nothing that the rows do not say: thrown away and read again it goes on as before, with every caller's
original place in line.
"""

from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from telephony import actions, events
from telephony.actions.callback_attempts import CallbackNotNow
from telephony.models import Agent, Offer, QueueStay
from telephony.queries.callbacks import callback_id_of, work_id
from telephony.queries.routables import work_of
from telephony.routing import Assignment, Availability, Router
from telephony.switch import OfferCommand, Switch
from telephony.worker.callbacks import Callbacks
from telephony.worker.clock import Clock
from telephony.worker.dials import Dials
from telephony.worker.estimates import Estimates
from telephony.worker.following_ears import FollowingEars
from telephony.worker.glance import Glance, waiting
from telephony.worker.masks import Masks
from telephony.worker.news import MemoryAsked
from telephony.worker.offering import Offering
from telephony.worker.overflow import Overflow
from telephony.worker.people import People, Standing, midnight, places_that_end
from telephony.worker.ringing import Ringing
from telephony.worker.rooms import Rooms
from telephony.worker.wheel import Wheel
from tenants.context import current_tenant, enter, enter_row
from tenants.events import Event

if TYPE_CHECKING:
    from tenants.models import Tenant

HEARD = (
    events.AgentStateChanged,
    events.AgentPlacesChanged,
    events.CallQueued,
    events.StayChanged,
    events.StayEnded,
    events.CallOffered,
    events.OfferEnded,
    events.CallbackChanged,
    events.FloorConfigured,
    events.RecordingMasked,
    events.ListeningChanged,
    events.CallLineChanged,
)
RETRY_AGENT_AFTER = 5.0
"""Seconds an agent who did not take an offer is left alone."""
TOGETHER_WITHIN = 1.0
"""Seconds between the ends of phones that stop ringing at once."""
BLAMELESS = frozenset({Offer.Outcome.CALLER_LEFT, Offer.Outcome.LOST_RACE})
"""How an offer may end without the agent having let it ring."""


class Desk:
    def __init__(
        self,
        tenant: str,
        *,
        switch: Switch,
        clock: Clock,
        wheel: Wheel,
        cell: str,
        epoch: Callable[[], int],
        away: Callable[[], Collection[str]] = tuple,
        between: Callable[[], object] = lambda: None,
    ) -> None:
        """`away` names the switches that do not answer: who waits on one of them cannot be offered now. `between` is
        called during whatever may take long.
        """
        self.tenant = tenant
        self._clock = clock
        self._wheel = wheel
        self._away, self._between = away, between
        self._router = Router(keeps_inputs=True)
        self._people = People()
        self._overflow = Overflow(switch, clock.now)
        self._estimates = Estimates()
        self._callbacks = Callbacks(self._wake_at, clock.now)
        self._offering = Offering(
            tenant,
            switch=switch,
            clock=clock,
            cell=cell,
            epoch=epoch,
            callbacks=self._callbacks,
            inside=self._inside,
            between=between,
        )
        self._ringing = Ringing(
            wake_at=self._wake_at, now=clock.now, inside=self._inside, stop=self._offering.stop_ringing
        )
        self._masks = Masks(switch, wake_at=self._wake_at, now=clock.now, inside=self._inside)
        self._ears = FollowingEars(switch, inside=self._inside)
        self._rooms = Rooms(switch, wake_at=self._wake_at, now=clock.now, inside=self._inside)
        self._dials = Dials(wake_at=self._wake_at, now=clock.now, inside=self._inside)
        self._alone_until: dict[int, float] = {}
        self._last_missed: tuple[Any, float] = None, 0.0
        self._row: Tenant | None = None

    # ---- reading the floor

    def read_floor(self) -> None:
        """Agents, queues, waiting callers and open timers, all from the rows; then offer what can be offered."""
        self._router = Router(keeps_inputs=True)
        at = self._clock.now()
        with enter(self.tenant):
            self._row = current_tenant()
        with self._inside():
            agents = self._people.read(at)
            in_line = list(waiting(self._away()).prefetch_related("queue__queue_skills"))
            works = [*(work_of(stay) for stay in in_line), *self._callbacks.read()]
            self._set_timers()
        for agent in agents:
            self._router.put_agent(agent)
            if self._is_left_alone(agent.id):
                self._router.agent_became_busy(agent.id)
        self._between()
        assignments = [self._router.work_arrived(work, self._now()) for work in works]
        self._offer_all([*assignments, *self._router.tick(self._now())])
        for stay in in_line:
            self._set_overflow_timer(stay)

    def _set_timers(self) -> None:
        for agent in Agent.objects.filter(is_active=True, wrap_up_until__isnull=False):
            if agent.wrap_up_until:
                self._wake_at(agent.wrap_up_until.timestamp(), "wrap_up", agent.pk)
        self._ringing.read()
        for until, agent_id in places_that_end(self._clock.now()):
            self._wake_at(until.timestamp(), "place", agent_id)
        for agent_id, until in self._people.left_alone():
            self._wake_at(until.timestamp(), "agent", agent_id)
        self._masks.read()
        self._ears.read()
        self._rooms.read()
        self._dials.read()

    # ---- our own news

    def hear(self, *told: Event) -> None:
        """What happened, all of it in one look at the rows; news of other kinds changes nothing here."""
        if any(isinstance(event, events.FloorConfigured) for event in told):
            self.read_floor()
        else:
            self._catch_up(told)
        for event in told:
            self._pass_on(event)

    def _pass_on(self, event: Event) -> None:
        """To those who work beside the router."""
        if isinstance(event, MemoryAsked):
            event.answer(*self.standing())
        elif isinstance(event, events.AgentPlacesChanged):
            self._meet(event.agent_id)
        elif isinstance(event, events.RecordingMasked):
            self._masks.hear(event)
        elif isinstance(event, events.ListeningChanged | events.OfferEnded):
            self._ears.hear(event)
        elif isinstance(event, events.CallLineChanged):
            self._rooms.hear(event)

    def _catch_up(self, told: Iterable[Event]) -> None:
        with self._inside():
            seen = Glance(told, self._away())
            for stay_id in seen.ended_stays:
                self._router.work_left(stay_id)
            for offer in seen.begun_offers:
                self._ringing.begun(offer.pk, offer.expires_at)
            chosen = [one for offer in seen.ended_offers for one in self._end_offer(offer)]
            chosen += [self._join_callback(work_id(callback_id)) for callback_id in seen.callback_ids]
            in_line = seen.stays_in_line()
            chosen += [self._join(stay) for stay in in_line]
            chosen += self._look_at(seen.agent_ids)
            needless = seen.needless_offers()
        self._offer_all(chosen)
        self._estimate([stay for stay in in_line if stay.pk in seen.new_stays])
        for offer in needless:
            self._offering.stop_ringing(offer.pk, "ORIGINATOR_CANCEL")
        if seen.ended_dials:
            self._dials.ended(seen.ended_dials)

    def _end_offer(self, offer: Offer) -> list[Assignment | None]:
        self._ringing.ended(offer.pk)
        callback = self._callbacks.offer_ended(offer)
        work = offer.stay_id if callback is None else callback
        if offer.outcome == Offer.Outcome.BRIDGED:
            self._router.work_left(work)
            return []
        if offer.outcome not in BLAMELESS:
            self._leave_alone(offer.agent_id, work)
        return [self._join_callback(callback), self._router.offer_failed(work, offer.agent_id, self._now())]

    def standing(self) -> tuple[set[Any], dict[Any, Availability]]:
        """The stays and agents the router remembers, for whoever compares them with the rows; one who is left alone
        for a while backs off.
        """
        works, standing = self._router.standing()
        alone = {agent_id: Availability.BACKING_OFF for agent_id in standing if self._is_left_alone(agent_id)}
        return {work for work in works if callback_id_of(work) is None}, standing | alone

    # ---- time

    def wake(self, kind: str, subject: Any) -> None:
        """A moment we asked for has come."""
        if kind == "offer":
            self._ringing.woke(subject)
        elif kind == "callback":
            with self._inside():
                chosen = self._join_callback(work_id(subject))
            self._offer_all([chosen])
        elif kind == "callback_try":
            with self._inside():
                self._callbacks.look_at_try(subject)
        elif kind == "dial":
            self._dials.woke(subject)
        elif kind == "mask":
            self._masks.woke(subject)
        elif kind == "room":
            self._rooms.woke(subject)
        elif kind == "overflow":
            self._overflow.woke(subject)
            self._look_at_stay(subject)
        else:
            # A place that ended, or a while in which they were left alone: with all who come back now they join.
            self._meet(subject)

    def tick(self) -> None:
        due = self._router.next_tick_at
        if due is not None and due <= self._now():
            self._offer_all(self._router.tick(self._now()))

    def look_at_agent(self, agent_id: int) -> None:
        """Free, busy or away, as the rows say now."""
        with self._inside():
            chosen = self._look_at([agent_id])
        self._offer_all(chosen)

    def _look_at(self, agent_ids: list[int]) -> list[Assignment | None]:
        strangers = [agent_id for agent_id in agent_ids if not self._people.knows(agent_id)]
        standings = self._people.standings([agent_id for agent_id in agent_ids if agent_id not in strangers])
        for agent_id in agent_ids:
            if agent_id not in standings:
                self._meet(agent_id)
        chosen = [self._take_standing(agent_id, standing) for agent_id, standing in standings.items()]
        if strangers:
            self.tick()
        return chosen

    def _take_standing(self, agent_id: int, standing: Standing) -> Assignment | None:
        if standing.wrap_up_until:
            self._wake_at(standing.wrap_up_until.timestamp(), "wrap_up", agent_id)
        if not standing.is_free:
            busy = Availability.BUSY if standing.is_ready else Availability.NOT_READY
            self._router.agent_became_busy(agent_id, busy)
            return None
        if self._is_left_alone(agent_id):
            return None
        worked = self._people.after_work(agent_id, self._clock.now())
        if worked is not None:
            self._router.put_agent(worked)
        return self._router.agent_became_free(agent_id, self._now())

    def _meet(self, agent_id: int) -> None:
        """Somebody new, gone, or with other places than before."""
        with self._inside():
            agent = self._people.read_one(agent_id, self._clock.now())
        if agent is None:
            self._router.remove_agent(agent_id)
            return
        self._router.put_agent(agent)
        if self._is_left_alone(agent_id):
            self._router.agent_became_busy(agent_id)

    def _leave_alone(self, agent_id: int, work_id: Any) -> None:
        """Those who let one call ring together come back together, to be rung together."""
        until = self._now() + RETRY_AGENT_AFTER
        missed, back_at = self._last_missed
        if missed == work_id and until - back_at < TOGETHER_WITHIN:
            until = back_at
        self._last_missed = work_id, until
        self._alone_until[agent_id] = until
        self._wake_at(until, "agent", agent_id)

    def _is_left_alone(self, agent_id: int) -> bool:
        return self._alone_until.get(agent_id, 0) > self._now()

    # ---- waiting

    def _look_at_stay(self, stay_id: int) -> None:
        with self._inside():
            stay = waiting(self._away()).filter(pk=stay_id).first()
            chosen = self._join(stay) if stay is not None else None
        self._offer_all([chosen])

    def _join(self, stay: QueueStay) -> Assignment | None:
        """Take the place in line, or the way to the next queue when it is time."""
        way = self._overflow.way(stay)
        if way is None:
            chosen = self._router.work_arrived(work_of(stay), self._now())
        else:
            chosen = None
            self._router.work_left(stay.pk)
            self._overflow.move(stay, way)
        self._set_overflow_timer(stay)
        return chosen

    def _join_callback(self, work: int | None) -> Assignment | None:
        """As its row says: in line, or not in line any more. Nothing for the work of a caller."""
        if (callback_id := callback_id_of(work)) is None:
            return None
        found = self._callbacks.one(callback_id)
        if found is None:
            self._router.work_left(work)
            return None
        return self._router.work_arrived(found, self._now())

    def _set_overflow_timer(self, stay: QueueStay) -> None:
        """One for each stay: to look again when it is due, or a while after it was not possible."""
        look_at = self._overflow.look_again_at(stay)
        if look_at is not None:
            self._wake_at(look_at.timestamp(), "overflow", stay.pk)

    def _estimate(self, stays: list[QueueStay]) -> None:
        if not stays:
            return
        at, ahead = self._clock.now(), self._router.ahead_of([stay.pk for stay in stays])
        with self._inside():
            self._estimates.note(stays, ahead, midnight=midnight(at), at=at)

    # ---- offering

    def _offer_all(self, chosen: Iterable[Assignment | None]) -> None:
        """Until nobody is chosen any more: who could not be rung leaves the caller to the next."""
        waiting_for = [assignment for assignment in chosen if assignment is not None]
        while waiting_for:
            waiting_for = [further for further in self._offer(waiting_for) if further is not None]

    def _offer(self, assignments: list[Assignment]) -> list[Assignment | None]:
        """Who was chosen instead of those who could not be rung."""
        made = self._offering.make(assignments)
        further: list[Assignment | None] = []
        for assignment, outcome in zip(assignments, made, strict=True):
            asked = (assignment.agent_id, *assignment.together)
            if isinstance(outcome, actions.CallGone | CallbackNotNow):
                self._router.work_left(assignment.work_id)
                with self._inside():
                    further += [self._join_callback(assignment.work_id), *self._look_at(list(asked))]
            else:
                phones = outcome.phones if isinstance(outcome, OfferCommand) else ()
                rung = {phone.agent_id for phone in phones}
                further += self._pass_over(assignment.work_id, [who for who in asked if who not in rung])
        return further

    def _pass_over(self, work_id: int, agent_ids: Iterable[int]) -> list[Assignment | None]:
        """They were no longer free after all."""
        further = []
        for agent_id in agent_ids:
            self._leave_alone(agent_id, work_id)
            further.append(self._router.offer_failed(work_id, agent_id, self._now()))
        return further

    def _wake_at(self, at: float, kind: str, subject: Any) -> None:
        self._wheel.add(at, (kind, self.tenant, subject))

    def _inside(self) -> AbstractContextManager[None]:
        """The tenant, with the row as it was when the floor was read."""
        return enter(self.tenant) if self._row is None else enter_row(self._row)

    def _now(self) -> float:
        return self._clock.seconds()
