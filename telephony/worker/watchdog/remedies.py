"""What is done about each kind of difference: the switch is asked about the one leg, then an action everyone uses.

`prepare` asks and answers with a treatment, or with None when on close look all is well. It changes nothing.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from telephony import actions
from telephony.actions import resync
from telephony.actions.agent_activity import UNREGISTERED, follow_agent
from telephony.actions.truth import Finding
from telephony.models import Difference, Leg
from telephony.switch import LiveLeg, Switch, SwitchRefused

Kind, Remedy = Difference.Kind, Difference.Remedy
CAUSE = "system:truth"
ABOUT_LEGS = frozenset({Kind.GHOST_CALL, Kind.GHOST_LEG, Kind.STUCK_OFFER, Kind.ZOMBIE_OFFER})


class Treatment(NamedTuple):
    remedy: str
    apply: Callable[[], object]


class Remedies:
    """`read_floor` has the router of the current tenant read everything anew, in the loop's own thread."""

    def __init__(
        self,
        switch: Switch,
        *,
        node: str,
        away: Callable[[], Collection[str]],
        read_floor: Callable[[], None],
    ) -> None:
        self._switch, self._away = switch, away
        self._node = node
        self._read_floor = read_floor
        self._of: dict[str, Callable[[Finding, datetime, datetime], Treatment | None]] = {
            Kind.GHOST_CALL: self._end_leg,
            Kind.GHOST_LEG: self._end_leg,
            Kind.UNKNOWN_LEG: self._write_down,
            Kind.STUCK_OFFER: self._end_offer,
            Kind.ZOMBIE_OFFER: self._stop_ringing,
            Kind.LOST_BRIDGE: self._write_bridge,
            Kind.MISSING_WAITER: self._write_down,
            Kind.GHOST_WAITER: self._take_out,
            Kind.PHONE_GONE: self._sign_off,
            Kind.PHONE_UNKNOWN: self._sign_on,
            Kind.READY_UNREACHABLE: self._make_not_ready,
            Kind.STUCK_ACTIVITY: self._work_out,
            Kind.HIDDEN_ACTIVITY: self._work_out,
            Kind.OVERDUE_WRAP_UP: self._end_wrap_up,
            Kind.ROUTER_DRIFT: self._read_again,
        }

    def prepare(self, finding: Finding, *, first_seen: datetime, at: datetime) -> Treatment | None:
        """`first_seen` is when it was first missed: nearer to the truth than now."""
        treatment = self._of[finding.kind](finding, first_seen, at)
        # A node that went while it was asked knows of no leg, and that proves nothing.
        away = self._away()
        is_unsure = bool(away) and (not finding.node or finding.node in away)
        return None if is_unsure and finding.kind in ABOUT_LEGS else treatment

    # ---- legs and offers

    def _end_leg(self, finding: Finding, first_seen: datetime, at: datetime) -> Treatment | None:
        leg_id = UUID(finding.subject)
        if self._switch.leg(leg_id) is not None:
            return None
        if finding.call_id and Leg.objects.filter(pk=leg_id, ended_at__isnull=False).exists():
            return self._follow(finding, at)
        return Treatment(
            Remedy.LEG_ENDED,
            partial(
                resync.lose,
                leg_ids=[leg_id],
                offer_ids=[leg_id],
                node=finding.node or self._node,
                at=first_seen,
            ),
        )

    def _write_down(self, finding: Finding, first_seen: datetime, at: datetime) -> Treatment | None:
        live = self._switch.leg(UUID(finding.subject))
        if live is None or resync.Known([live]).has(live):
            return None
        return Treatment(
            Remedy.WRITTEN_DOWN, partial(resync.bring_back, live, node=live.node or self._node, at=at)
        )

    def _end_offer(self, finding: Finding, first_seen: datetime, at: datetime) -> Treatment | None:
        leg_id = UUID(finding.subject)
        live = self._switch.leg(leg_id)
        if live is not None and live.answered_at is not None:
            return None
        if finding.ours["offer"] == "talks":
            return self._follow(finding, at)
        if live is not None:
            return self._stop_ringing(finding, first_seen, at)
        return Treatment(Remedy.OFFER_ENDED, partial(self._fail, leg_id, first_seen))

    def _fail(self, leg_id: UUID, at: datetime) -> None:
        """Its leg too, when its beginning was told and its end was not."""
        known = Leg.objects.filter(pk=leg_id, ended_at=None).values_list("pk", flat=True)
        resync.lose(leg_ids=list(known), offer_ids=[leg_id], node=self._node, at=at)

    def _stop_ringing(self, finding: Finding, first_seen: datetime, at: datetime) -> Treatment | None:
        """Withdrawn, never hung up: who has just picked up is not cut off."""
        leg_id = UUID(finding.subject)
        live = self._switch.leg(leg_id)
        if live is None or live.answered_at is not None:
            return None
        is_late = finding.theirs.get("leg") == "rings past its time"
        caller = None if is_late or finding.call_id is None else self._switch.leg(finding.call_id)
        if finding.ours["offer"] == "rings" and not is_late and _still_waits(caller, leg_id):
            return None
        cause = "NO_ANSWER" if is_late else "ORIGINATOR_CANCEL"
        return Treatment(Remedy.RINGING_STOPPED, partial(self._withdraw, leg_id, cause, at))

    def _withdraw(self, leg_id: UUID, cause: str, at: datetime) -> None:
        try:
            self._switch.withdraw(leg_id, cause)
        except SwitchRefused:
            return
        actions.fail_offer(offer_id=leg_id, at=at, failure=cause)

    def _write_bridge(self, finding: Finding, first_seen: datetime, at: datetime) -> Treatment | None:
        leg_id = UUID(finding.subject)
        live = self._switch.leg(leg_id)
        ours, theirs = finding.ours["talks_with"], finding.theirs["talks_with"]
        if live is None or str(live.bridged_leg_id or "") != theirs:
            return None
        note = actions.note_bridge if theirs else actions.note_unbridge
        other = UUID(theirs or ours)
        return Treatment(
            Remedy.WRITTEN_DOWN,
            partial(note, leg_id=leg_id, other_leg_id=other, node=self._node, at=first_seen),
        )

    # ---- waiting

    def _take_out(self, finding: Finding, first_seen: datetime, at: datetime) -> Treatment | None:
        leg_id = UUID(finding.subject)
        if finding.ours["call"] == "ended":
            return self._follow(finding, at)
        live = self._switch.leg(leg_id)
        if live is None or not live.has_fallen_back:
            return None
        return Treatment(
            Remedy.TAKEN_OUT,
            partial(actions.take_out_of_line, leg_id=leg_id, node=self._node, at=first_seen),
        )

    # ---- phones and agents

    def _sign_off(self, finding: Finding, first_seen: datetime, at: datetime) -> Treatment:
        return Treatment(
            Remedy.SIGNED_OFF, partial(actions.unregister_device, username=finding.subject, at=at)
        )

    def _sign_on(self, finding: Finding, first_seen: datetime, at: datetime) -> Treatment:
        contact = str(finding.theirs.get("contact", ""))
        return Treatment(
            Remedy.SIGNED_ON,
            partial(actions.register_device, username=finding.subject, contact=contact, at=at),
        )

    def _make_not_ready(self, finding: Finding, first_seen: datetime, at: datetime) -> Treatment:
        make = partial(actions.force_not_ready, _agent(finding), at=at, cause=UNREGISTERED)
        return Treatment(Remedy.MADE_NOT_READY, _in_transaction(make))

    def _work_out(self, finding: Finding, first_seen: datetime, at: datetime) -> Treatment:
        follow = partial(follow_agent, _agent(finding), at=at, cause=CAUSE)
        return Treatment(Remedy.WORKED_OUT, _in_transaction(follow))

    def _end_wrap_up(self, finding: Finding, first_seen: datetime, at: datetime) -> Treatment:
        return Treatment(
            Remedy.WRAP_UP_ENDED, partial(actions.end_due_wrap_up, agent_id=_agent(finding), at=at)
        )

    def _read_again(self, finding: Finding, first_seen: datetime, at: datetime) -> Treatment:
        return Treatment(Remedy.READ_AGAIN, self._read_floor)

    def _follow(self, finding: Finding, at: datetime) -> Treatment:
        follow = partial(actions.follow_call, _call(finding), at)
        return Treatment(Remedy.WORKED_OUT, _in_transaction(follow))


def _agent(finding: Finding) -> int:
    assert finding.agent_id is not None, "a finding about an agent names them"
    return finding.agent_id


def _call(finding: Finding) -> UUID:
    assert finding.call_id is not None, "a finding about a call names it"
    return finding.call_id


def _still_waits(caller: LiveLeg | None, offer_leg_id: UUID) -> bool:
    return caller is not None and caller.bridged_leg_id in (None, offer_leg_id)


def _in_transaction(change: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        with transaction.atomic():
            change()

    return run
