"""One tenant's live routing: what our own news means to the router, and what the router decides to the switch.

It holds nothing that the rows do not say: thrown away and read again it goes on as before, with every caller's
original place in line.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

import structlog

from telephony import actions, events, queries
from telephony.models import Agent, Offer, Queue, QueueStay
from telephony.routing import Assignment, Availability, RoutableAgent, Router, Work
from telephony.switch import CommandTimedOut, Switch, SwitchError
from telephony.worker.clock import Clock
from telephony.worker.wheel import Wheel
from tenants.context import enter

log = structlog.get_logger()

RETRY_AGENT_AFTER = 5.0
"""Seconds an agent who did not take an offer is left alone."""
GRACE_AFTER_EXPIRY = 3.0
"""The switch ends the ringing itself; only if we never hear of it do we."""


class Desk:
    def __init__(
        self, tenant: str, *, switch: Switch, clock: Clock, wheel: Wheel, cell: str, epoch: Callable[[], int]
    ) -> None:
        self.tenant = tenant
        self._switch = switch
        self._clock = clock
        self._wheel = wheel
        self._cell = cell
        self._epoch = epoch
        self._router = Router()
        self._alone_until: dict[int, float] = {}
        self._known: set[int] = set()

    # ---- reading the floor

    def read_floor(self) -> None:
        """Agents, queues, waiting callers and open timers, all from the rows; then offer what can be offered."""
        self._router = Router()
        with enter(self.tenant):
            agents = list(_agents())
            waiting = [_work(stay) for stay in _waiting()]
            self._set_timers(agents)
        self._known = {agent.pk for agent in agents}
        for agent in agents:
            self._router.put_agent(self._routable(agent))
        assignments = [self._router.work_arrived(work, self._now()) for work in waiting]
        self._offer_all([found for found in assignments if found] + self._router.tick(self._now()))

    def _set_timers(self, agents: list[Agent]) -> None:
        for agent in agents:
            if agent.wrap_up_until:
                self._wheel.add(agent.wrap_up_until.timestamp(), ("wrap_up", self.tenant, agent.pk))
        for offer in Offer.objects.filter(ended_at=None, answered_at=None):
            self._wheel.add(
                offer.expires_at.timestamp() + GRACE_AFTER_EXPIRY, ("offer", self.tenant, offer.pk)
            )

    def _routable(self, agent: Agent) -> RoutableAgent:
        left_alone = self._alone_until.get(agent.pk, 0) > self._now()
        is_free = _can_be_offered(agent) and not left_alone
        return RoutableAgent(
            id=agent.pk,
            skills={skill.skill_id: skill.level for skill in agent.agent_skills.all()},
            queues={place.queue_id: place.position for place in agent.queue_agents.all()},
            idle_since=agent.idle_since.timestamp() if is_free else None,
        )

    # ---- our own news

    @singledispatchmethod
    def hear(self, event: Any) -> None:
        """News that changes nothing about who may be offered what."""

    @hear.register
    def _(self, event: events.AgentStateChanged) -> None:
        self.look_at_agent(event.agent_id)

    @hear.register
    def _(self, event: events.CallQueued) -> None:
        self._join_line(event.stay_id)

    @hear.register
    def _(self, event: events.StayEnded) -> None:
        self._router.work_left(event.stay_id)
        with enter(self.tenant):
            ringing = queries.ringing_offer(event.call_id)
        if ringing and ringing.stay_id == event.stay_id:
            self._stop_ringing(ringing.pk, "ORIGINATOR_CANCEL")

    @hear.register
    def _(self, event: events.CallOffered) -> None:
        with enter(self.tenant):
            offer = Offer.objects.get(pk=event.offer_id)
        due = offer.expires_at.timestamp() + GRACE_AFTER_EXPIRY
        self._wheel.add(due, ("offer", self.tenant, offer.pk))

    @hear.register
    def _(self, event: events.OfferEnded) -> None:
        with enter(self.tenant):
            offer = Offer.objects.get(pk=event.offer_id)
        if offer.outcome == Offer.Outcome.BRIDGED:
            self._router.work_left(offer.stay_id)
            return
        if offer.outcome != Offer.Outcome.CALLER_LEFT:
            self._leave_alone(offer.agent_id)
        self._offer_all([self._router.offer_failed(offer.stay_id, offer.agent_id, self._now())])
        if offer.stay_id is not None:
            self._join_line(offer.stay_id)
        self.look_at_agent(offer.agent_id)

    @hear.register
    def _(self, event: events.FloorConfigured) -> None:
        self.read_floor()

    # ---- time

    def tick(self) -> None:
        due = self._router.next_tick_at
        if due is not None and due <= self._now():
            self._offer_all(self._router.tick(self._now()))

    def expire_offer(self, offer_id: UUID) -> None:
        """The phone should have stopped ringing by now and nobody told us that it has."""
        with enter(self.tenant):
            offer = Offer.objects.filter(pk=offer_id, ended_at=None, answered_at=None).first()
        if offer is None:
            return
        self._stop_ringing(offer_id, "NO_ANSWER")
        with enter(self.tenant):
            actions.fail_offer(offer_id=offer_id, at=self._clock.now(), failure="NO_ANSWER")

    def look_at_agent(self, agent_id: int) -> None:
        """Free, busy or away, as the rows say now."""
        with enter(self.tenant):
            agent = self._agent(agent_id)
            is_free = agent is not None and _can_be_offered(agent)
        if agent is None:
            self._router.remove_agent(agent_id)
            return
        if agent_id not in self._known:
            self._known.add(agent_id)
            self._router.put_agent(self._routable(agent))
            self.tick()
            return
        if agent.wrap_up_until:
            self._wheel.add(agent.wrap_up_until.timestamp(), ("wrap_up", self.tenant, agent_id))
        if not is_free:
            busy = Availability.BUSY if agent.is_ready else Availability.NOT_READY
            self._router.agent_became_busy(agent_id, busy)
        elif self._alone_until.get(agent_id, 0) <= self._now():
            self._offer_all([self._router.agent_became_free(agent_id, self._now())])

    def _agent(self, agent_id: int) -> Agent | None:
        """Skills and queues are read only of somebody new: configuration is told by itself."""
        found = _agents() if agent_id not in self._known else Agent.objects.filter(is_active=True)
        return found.prefetch_related("devices").filter(pk=agent_id).first()

    def _leave_alone(self, agent_id: int) -> None:
        until = self._now() + RETRY_AGENT_AFTER
        self._alone_until[agent_id] = until
        self._wheel.add(until, ("agent", self.tenant, agent_id))

    # ---- offering

    def _join_line(self, stay_id: int) -> None:
        with enter(self.tenant):
            stay = _waiting().filter(pk=stay_id).first()
        if stay is not None:
            self._offer_all([self._router.work_arrived(_work(stay), self._now())])

    def _offer_all(self, assignments: Iterable[Assignment | None]) -> None:
        for assignment in assignments:
            if assignment is not None:
                self._offer(assignment)

    def _offer(self, assignment: Assignment) -> None:
        """Write the offer, then ask the switch: never inside the transaction."""
        at = self._clock.now()
        try:
            with enter(self.tenant):
                command = actions.offer_call(
                    stay_id=assignment.work_id,
                    agent_id=assignment.agent_id,
                    cell=self._cell,
                    epoch=self._epoch(),
                    explanation=assignment.explanation.as_dict(),
                    at=at,
                )
        except actions.CallGone:
            self._router.work_left(assignment.work_id)
            self.look_at_agent(assignment.agent_id)
            return
        except actions.AgentGone:
            self._leave_alone(assignment.agent_id)
            self._offer_all([self._router.offer_failed(assignment.work_id, assignment.agent_id, self._now())])
            return
        try:
            self._switch.offer(command)
        except CommandTimedOut:
            log.warning("The switch did not confirm an offer in time.", tenant=self.tenant)
        except SwitchError as error:
            failed_at = at + timedelta(milliseconds=1)
            with enter(self.tenant):
                actions.fail_offer(
                    offer_id=command.offer_id, at=failed_at, failure=str(error) or "UNREACHABLE"
                )

    def _stop_ringing(self, offer_id: UUID, cause: str) -> None:
        try:
            # Never a plain hang-up: the phone may have been picked up a moment ago, and the two talk.
            self._switch.withdraw(offer_id, cause)
        except SwitchError:
            log.info("An offer no longer rang when it was to be withdrawn.", tenant=self.tenant)

    def _now(self) -> float:
        return self._clock.seconds()


def _agents():  # noqa: ANN202
    return Agent.objects.filter(is_active=True).prefetch_related("agent_skills", "queue_agents", "devices")


def _can_be_offered(agent: Agent) -> bool:
    return agent.can_take_calls and any(device.is_registered for device in agent.devices.all())


def _waiting():  # noqa: ANN202
    """Open stays whose caller is neither ringing somebody nor taken out of the line."""
    ringing = Offer.objects.filter(ended_at=None, answered_at=None).values("call_id")
    waiting = QueueStay.objects.filter(left_at=None, call__ended_at=None, queue__state=Queue.State.OPEN)
    found = (
        waiting.exclude(call_id__in=ringing).select_related("queue").prefetch_related("queue__queue_skills")
    )
    return found.order_by("entered_at")


def _work(stay: QueueStay) -> Work:
    return Work(
        id=stay.pk,
        queue_id=stay.queue_id,
        queued_at=stay.entered_at.timestamp(),
        requirements=tuple(
            sorted((skill.skill_id, skill.min_level) for skill in stay.queue.queue_skills.all())
        ),
        priority=float(stay.priority),
        target_agent=stay.target_agent_id,
    )
