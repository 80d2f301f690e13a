"""Fact → tenant → action: the only place that enters a schema for what a switch said.

A fact that names no tenant is traced through its leg or its number. What cannot be traced is kept as a stray,
with
what was heard, and never reaches another tenant.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import singledispatchmethod
from uuid import UUID

from telephony import actions, facts
from telephony.cells import actions as cell_actions
from tenants import queries as tenant_queries
from tenants.context import enter, enter_public

MOST_LEGS_REMEMBERED = 50_000


class Ingest:
    """Remembers which tenant a leg belongs to, because not every fact says so.

    One per process, in one thread.
    """

    def __init__(self, on_recording_stopped: Callable[[str, UUID], None] | None = None) -> None:
        self._tenant_of_leg: OrderedDict[UUID, str] = OrderedDict()
        self._states: dict[str, bool] = {}
        self._on_recording_stopped = on_recording_stopped

    def take(self, fact: facts.Fact) -> None:
        """Carry one fact into the action it means; facts about the switch itself are the worker's."""
        if isinstance(fact, facts.LegFact):
            self._take_of_leg(fact)
        elif isinstance(fact, facts.DeviceRegistered | facts.DeviceUnregistered):
            self._take_of_device(fact)

    def tenant_of(self, leg_id: UUID) -> str:
        return self._tenant_of_leg.get(leg_id, "")

    def remember(self, leg_id: UUID, tenant: str) -> None:
        self._tenant_of_leg[leg_id] = tenant
        self._tenant_of_leg.move_to_end(leg_id)
        while len(self._tenant_of_leg) > MOST_LEGS_REMEMBERED:
            self._tenant_of_leg.popitem(last=False)

    def _take_of_leg(self, fact: facts.LegFact) -> None:
        tenant = self._trace(fact)
        if not tenant:
            self._keep_stray(fact)
            return
        self.remember(fact.leg_id, tenant)
        if isinstance(fact, facts.LegsBridged):
            self.remember(fact.other_leg_id, tenant)
        with enter(tenant):
            self._apply(fact)

    def _trace(self, fact: facts.LegFact) -> str:
        """The schema this leg belongs to.

        What it says if that exists, what we know, or whose number was dialled.
        """
        if fact.tenant:
            return fact.tenant if self._exists(fact.tenant) else ""
        known = self._tenant_of_leg.get(fact.leg_id, "")
        if known:
            return known
        domain = getattr(fact, "domain", "")
        if not domain:
            return self.tenant_of_number(getattr(fact, "dialled", ""))
        with enter_public():
            owner = tenant_queries.tenant_of_domain(domain)
        return owner.schema_name if owner and self._exists(owner.schema_name) else ""

    def tenant_of_number(self, dialled: str) -> str:
        """The schema of the tenant whose number this is, or ""."""
        with enter_public():
            owner = tenant_queries.tenant_of_number(dialled)
        return owner.schema_name if owner and self._exists(owner.schema_name) else ""

    def _exists(self, tenant: str) -> bool:
        if not self._states.get(tenant):
            with enter_public():
                self._states[tenant] = tenant_queries.state_of(tenant) in ("active", "suspended")
        return self._states[tenant]

    def _keep_stray(self, fact: facts.LegFact) -> None:
        cell_actions.keep_stray(
            leg_id=fact.leg_id,
            node=fact.node,
            at=fact.at,
            what=type(fact).__name__,
            tenant_said=fact.tenant,
            dialled=getattr(fact, "dialled", ""),
            caller_number=getattr(fact, "caller_number", ""),
            ended_at=getattr(fact, "ended_at", None),
            billable_seconds=getattr(fact, "billable_seconds", None),
        )

    def _take_of_device(self, fact: facts.DeviceRegistered | facts.DeviceUnregistered) -> None:
        with enter_public():
            owner = tenant_queries.tenant_of_domain(fact.domain)
        if owner is None or not self._exists(owner.schema_name):
            return
        with enter(owner.schema_name):
            if isinstance(fact, facts.DeviceRegistered):
                actions.register_device(
                    username=fact.username, contact=fact.contact, at=fact.at, node=fact.node
                )
            else:
                actions.unregister_device(username=fact.username, at=fact.at, node=fact.node)

    @singledispatchmethod
    def _apply(self, fact: facts.LegFact) -> None:
        """Facts without a rule of their own change nothing."""

    @_apply.register
    def _(self, fact: facts.LegCreated) -> None:
        if fact.offer_id == fact.leg_id:
            actions.take_agent_leg(
                leg_id=fact.leg_id, node=fact.node, at=fact.at, call_id=fact.call_id, agent_id=fact.agent_id
            )
        elif fact.direction == facts.Direction.INBOUND:
            actions.take_call(
                leg_id=fact.leg_id,
                node=fact.node,
                at=fact.at,
                dialled=fact.dialled,
                caller_number=fact.caller_number,
                caller_name=fact.caller_name,
                direction="outbound" if fact.username or fact.agent_id else "inbound",
                agent_id=fact.agent_id,
            )
        else:
            actions.take_outside_leg(
                leg_id=fact.leg_id,
                node=fact.node,
                at=fact.at,
                call_id=fact.call_id,
                dialled=fact.dialled,
                username=fact.username,
            )

    @_apply.register
    def _(self, fact: facts.LegQueued) -> None:
        actions.queue_call(
            leg_id=fact.leg_id,
            node=fact.node,
            queue_id=fact.queue_id,
            queued_at=fact.queued_at,
            priority=fact.priority,
            at=fact.at,
            dialled=fact.dialled,
            caller_number=fact.caller_number,
            caller_name=fact.caller_name,
            arrived_at=fact.arrived_at,
            skills=fact.skills,
            wanted_agent_id=fact.wanted_agent_id,
        )

    @_apply.register
    def _(self, fact: facts.FlowStepped) -> None:
        actions.note_flow_step(told=fact)

    @_apply.register
    def _(self, fact: facts.LegAnswered) -> None:
        actions.note_answer(leg_id=fact.leg_id, node=fact.node, at=fact.answered_at)

    @_apply.register
    def _(self, fact: facts.LegsBridged) -> None:
        actions.note_bridge(leg_id=fact.leg_id, other_leg_id=fact.other_leg_id, node=fact.node, at=fact.at)

    @_apply.register
    def _(self, fact: facts.LegsUnbridged) -> None:
        actions.note_unbridge(leg_id=fact.leg_id, other_leg_id=fact.other_leg_id, node=fact.node, at=fact.at)

    @_apply.register
    def _(self, fact: facts.LegHeld) -> None:
        actions.note_hold(leg_id=fact.leg_id, node=fact.node, at=fact.at, is_held=True)

    @_apply.register
    def _(self, fact: facts.LegUnheld) -> None:
        actions.note_hold(leg_id=fact.leg_id, node=fact.node, at=fact.at, is_held=False)

    @_apply.register
    def _(self, fact: facts.LegHungUp) -> None:
        actions.end_leg(
            leg_id=fact.leg_id,
            node=fact.node,
            at=fact.ended_at,
            cause=fact.cause,
            by=str(fact.by),
            direction=str(fact.direction),
            created_at=fact.created_at,
            answered_at=fact.answered_at,
        )

    @_apply.register
    def _(self, fact: facts.RecordingStarted) -> None:
        actions.start_recording(leg_id=fact.leg_id, path=fact.path, at=fact.at)

    @_apply.register
    def _(self, fact: facts.RecordingStopped) -> None:
        recording = actions.stop_recording(
            leg_id=fact.leg_id, path=fact.path, seconds=fact.seconds, at=fact.at
        )
        if recording and self._on_recording_stopped:
            self._on_recording_stopped(self.tenant_of(fact.leg_id), recording.pk)

    @_apply.register
    def _(self, fact: facts.VoicemailLeft) -> None:
        actions.keep_voicemail(
            leg_id=fact.leg_id,
            node=fact.node,
            queue_id=fact.queue_id,
            path=fact.path,
            seconds=fact.seconds,
            at=fact.at,
        )

    @_apply.register
    def _(self, fact: facts.SurveyAnswered) -> None:
        actions.note_survey(
            leg_id=fact.leg_id,
            node=fact.node,
            survey_id=fact.survey_id,
            queue_id=fact.queue_id,
            asked_at=fact.asked_at,
            at=fact.at,
            score=fact.score,
            answered_at=fact.answered_at,
            comment_path=fact.comment_path,
            comment_seconds=fact.comment_seconds,
        )

    @_apply.register
    def _(self, fact: facts.WaitFellBack) -> None:
        actions.take_out_of_line(leg_id=fact.leg_id, node=fact.node, at=fact.at)

    @_apply.register
    def _(self, fact: facts.LegSettled) -> None:
        actions.settle_leg(record=fact, at=fact.at)
