"""Fact → tenant → action: the only place that enters a schema for what a switch said.

A fact that names no tenant is traced through its leg or its number. What cannot be traced is kept as a stray,
with what was heard, and never reaches another tenant.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from functools import singledispatchmethod
from typing import TYPE_CHECKING
from uuid import UUID

from telephony import actions, facts
from telephony.actions.listening import note_ear
from telephony.cells import actions as cell_actions
from telephony.queries.caller_facts import ExpectedCallers
from telephony.queries.remembered import Keeper
from telephony.trunks import news as trunk_news
from tenants import queries as tenant_queries
from tenants.context import current_tenant, enter, enter_public, enter_row

if TYPE_CHECKING:
    from tenants.models import Tenant

MOST_LEGS_REMEMBERED = 50_000
MOST_OWNERS = 10_000
ROW_KEPT_SECONDS = 5.0
OWNER_KEPT_SECONDS = 1.0
"""A number that changes hands belongs to its new tenant from the next second on."""
TOGETHER = frozenset(
    {
        facts.LegCreated,
        facts.LegQueued,
        facts.FlowStepped,
        facts.LegRinging,
        facts.LegAnswered,
        facts.LegsBridged,
        facts.LegsUnbridged,
        facts.LegHeld,
        facts.LegUnheld,
        facts.CallerHeld,
        facts.RoomEntered,
        facts.RoomLeft,
        facts.LegHungUp,
        facts.WaitFellBack,
        facts.CommandFinished,
    }
)
"""Facts whose actions find every row in a sitting; the others read and write by themselves."""
SPEAK_OF_CALLS = (facts.LegCreated, facts.LegSettled)


class Ingest:
    """Remembers which tenant a leg belongs to: not every fact says so. One per process, in one thread."""

    def __init__(
        self,
        on_recording_stopped: Callable[[str, UUID], None] | None = None,
        settings_kept_seconds: float = 0,
    ) -> None:
        """What a tenant's settings say is asked again after so many seconds, or after `forget_settings`."""
        self._keeper = Keeper(settings_kept_seconds) if settings_kept_seconds else None
        self._tenant_of_leg: OrderedDict[UUID, str] = OrderedDict()
        self._states: dict[str, bool] = {}
        self._rows: dict[str, tuple[float, Tenant]] = {}
        self._owners: dict[str, tuple[float, str]] = {}
        self._on_recording_stopped = on_recording_stopped

    def take(self, fact: facts.Fact) -> None:
        """Carry one fact into the action it means; facts about the switch itself are the worker's."""
        if isinstance(fact, facts.LegFact):
            self._take_of_leg(fact)
        elif isinstance(fact, facts.DeviceRegistered | facts.DeviceUnregistered):
            self._take_of_device(fact)
        else:
            trunk_news.take(fact)

    def tenant_of(self, leg_id: UUID) -> str:
        return self._tenant_of_leg.get(leg_id, "")

    def remember(self, leg_id: UUID, tenant: str) -> None:
        self._tenant_of_leg[leg_id] = tenant
        self._tenant_of_leg.move_to_end(leg_id)
        while len(self._tenant_of_leg) > MOST_LEGS_REMEMBERED:
            self._tenant_of_leg.popitem(last=False)

    def by_tenant(self, told: Iterable[facts.Fact]) -> list[tuple[str, list[facts.Fact]]]:
        """The same facts in portions, each tenant's in their order: those that may be taken together with their tenant,
        and under "" the others one by one.
        """
        portions: list[tuple[str, list[facts.Fact]]] = []
        open_ones: dict[str, list[facts.Fact]] = {}
        for fact in told:
            tenant = self._owner(fact) if type(fact) in TOGETHER else ""
            if not tenant:
                portions.append(("", [fact]))
                open_ones.clear()
            elif tenant in open_ones:
                open_ones[tenant].append(fact)
            else:
                open_ones[tenant] = [fact]
                portions.append((tenant, open_ones[tenant]))
        return portions

    def _owner(self, fact: facts.Fact) -> str:
        if isinstance(fact, facts.CommandFinished):
            return self.tenant_of(fact.command_id)
        if not isinstance(fact, facts.LegFact):
            return ""
        tenant = self._trace(fact)
        if tenant:
            self.remember(fact.leg_id, tenant)
            if isinstance(fact, facts.LegsBridged):
                self.remember(fact.other_leg_id, tenant)
        return tenant

    def place_of(self, record: facts.LegSettled) -> str:
        """Whose the record is beyond doubt: the tenant it names, whose number was dialled; else ""."""
        tenant = self._owner(record)
        if record.direction == facts.Direction.INBOUND and tenant:
            owner = self.tenant_of_number(record.dialled)
            return tenant if owner in ("", tenant) else ""
        return tenant

    def forget_settings(self, tenant: str) -> None:
        if self._keeper:
            self._keeper.forget(tenant)

    def take_together(self, tenant: str, told: list[facts.Fact]) -> None:
        """Facts of one tenant in one transaction: all of them are written down, or none."""
        settings = self._keeper.of(tenant) if self._keeper else None
        with enter_row(self._row_of(tenant)), actions.one_sitting(settings) as table:
            queued = (fact for fact in told if isinstance(fact, facts.LegQueued))
            callers = ExpectedCallers((one.caller_number, one.queue_id, one.leg_id) for one in queued)
            answers = table.prepare(
                [leg_id for fact in told for leg_id in _legs_of(fact)],
                [fact.call_id for fact in told if isinstance(fact, SPEAK_OF_CALLS) and fact.call_id],
                stays=sum(_begins_a_stay(fact) for fact in told),
                beside=callers.questions,
            )
            callers.take(answers)
            for fact in told:
                self._apply(fact)
        trunk_news.take_legs(told)

    def _take_of_leg(self, fact: facts.LegFact) -> None:
        tenant = self._owner(fact)
        if not tenant:
            self._keep_stray(fact)
            return
        with enter_row(self._row_of(tenant)):
            self._apply(fact)
        trunk_news.take_legs([fact])

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
        at, schema_name = self._owners.get(dialled, (float("-inf"), ""))
        now = time.monotonic()
        if now - at > OWNER_KEPT_SECONDS:
            with enter_public():
                owner = tenant_queries.tenant_of_number(dialled)
            schema_name = owner.schema_name if owner and self._exists(owner.schema_name) else ""
            self._owners = {} if len(self._owners) > MOST_OWNERS else self._owners
            self._owners[dialled] = now, schema_name
        return schema_name

    def _exists(self, tenant: str) -> bool:
        if not self._states.get(tenant):
            with enter_public():
                self._states[tenant] = tenant_queries.state_of(tenant) in ("active", "suspended")
        return self._states[tenant]

    def _row_of(self, tenant: str) -> Tenant:
        """For seconds the same, so that nobody asks for it again at each fact."""
        known = self._rows.get(tenant)
        now = time.monotonic()
        if known is None or now - known[0] > ROW_KEPT_SECONDS:
            with enter(tenant):
                self._rows[tenant] = known = now, current_tenant()
        return known[1]

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
    def _apply(self, fact: facts.Fact) -> None:
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
    def _(self, fact: facts.CommandFinished) -> None:
        actions.finish_offer_command(
            offer_id=fact.command_id, at=fact.at, failure="" if fact.is_ok else fact.text
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
    def _(self, fact: facts.LegHeld | facts.LegUnheld) -> None:
        held = isinstance(fact, facts.LegHeld)
        actions.note_hold(leg_id=fact.leg_id, node=fact.node, at=fact.at, is_held=held)

    @_apply.register
    def _(self, fact: facts.CallerHeld) -> None:
        actions.note_aside(
            leg_id=fact.leg_id, by_leg_id=fact.by_leg_id, node=fact.node, at=fact.held_at, why=fact.why
        )

    @_apply.register
    def _(self, fact: facts.RoomEntered) -> None:
        actions.note_room(
            leg_id=fact.leg_id, call_id=fact.room_id, node=fact.node, at=fact.entered_at, is_in=True
        )

    @_apply.register
    def _(self, fact: facts.RoomLeft) -> None:
        actions.note_room(leg_id=fact.leg_id, call_id=fact.room_id, node=fact.node, at=fact.at, is_in=False)

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
        actions.take_out_of_line(leg_id=fact.leg_id, node=fact.node, at=fact.at, reason=fact.reason)

    @_apply.register
    def _(self, fact: facts.EarSet) -> None:
        note_ear(leg_id=fact.leg_id, mode=fact.mode, at=fact.at, agent_leg_id=fact.agent_leg_id)

    @_apply.register
    def _(self, fact: facts.LegMeasured) -> None:
        actions.note_line_quality(told=fact, at=fact.at)

    @_apply.register
    def _(self, fact: facts.LegSettled) -> None:
        actions.settle_leg(record=fact, at=fact.at)


def _begins_a_stay(fact: facts.Fact) -> bool:
    """Perhaps: of a caller whose waiting nobody heard, the record alone speaks."""
    return isinstance(fact, facts.LegQueued) or bool(isinstance(fact, facts.LegSettled) and fact.queue_id)


def _legs_of(fact: facts.Fact) -> Iterator[UUID]:
    if isinstance(fact, facts.LegFact):
        yield fact.leg_id
    if isinstance(fact, facts.LegsBridged | facts.LegsUnbridged):
        yield fact.other_leg_id
    if isinstance(fact, facts.CommandFinished):
        yield fact.command_id
