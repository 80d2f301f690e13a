"""A supervisor listens in: rows first, then the switch; what the switch tells of the ear is written down.

The ear's leg is a row of its own kind and of no call, so that a call's talk, timeline, recording and bill know nothing
of it, while the supervisor counts as busy for as long as it is open. Only a take-over makes it a leg of the call.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from telephony import events
from telephony.actions.agent_activity import follow_agent
from telephony.actions.sitting import sitting, together
from telephony.actions.taking_over import EAR_RINGS, recording_path, release_take_over
from telephony.cells.actions import hold_epoch
from telephony.ear_errors import (
    ListeningElsewhere,
    NoPhoneOfYours,
    OwnTalk,
)
from telephony.errors import PhoneNotRegistered, YouAreBusy
from telephony.models import Agent, Leg, Listening, Offer
from telephony.queries import agent_of, device_to_ring
from telephony.queries.outside_numbers import Rung, rung_device
from telephony.queries.supervision import are_agents_told, supervised_talk
from telephony.switch import EarCommand, EarMode
from tenants.context import current_tenant
from tenants.events import emit
from tenants.people.actions import record_audit

VERBS = {
    Listening.Mode.LISTEN: "listens in",
    Listening.Mode.WHISPER: "whispers to the agent",
    Listening.Mode.BARGE: "barged in",
}


def begin_listening(*, call_id: UUID, member: Any, cell: str, epoch: int, at: datetime) -> EarCommand:
    """Reserve the supervisor's phone for the ear; what the switch is to be asked. Silent at first.

    Raises NobodyTalks, NotYourTeam, OwnTalk, NoPhoneOfYours, PhoneNotRegistered, YouAreBusy, ListeningElsewhere.
    """
    talk = supervised_talk(call_id, member)
    try:
        with transaction.atomic():
            hold_epoch(cell=cell, epoch=epoch)
            supervisor, phone = _free_supervisor(member, talk)
            listening = Listening.objects.create(
                id=uuid4(),
                call_id=call_id,
                agent_id=talk.agent_id,
                supervisor=supervisor,
                agent_leg=talk.pk,
                is_told=are_agents_told(),
                asked_at=at,
            )
            Leg.objects.create(
                id=listening.pk, kind=Leg.Kind.EAR, agent=supervisor, direction="outbound", created_at=at
            )
            follow_agent(supervisor.pk, at=at, cause="phone")
            _tell(listening, at)
    except IntegrityError as error:
        raise ListeningElsewhere from error
    return _command(listening, talk, phone, epoch)


def _free_supervisor(member: Any, talk: Offer) -> tuple[Agent, Rung]:
    """Locked, with what rings them."""
    own = agent_of(member)
    if own is None:
        raise NoPhoneOfYours
    if own.pk == talk.agent_id:
        raise OwnTalk
    supervisor = Agent.objects.select_for_update(no_key=True).get(pk=own.pk)
    device = device_to_ring(supervisor.pk)
    if device is None:
        raise PhoneNotRegistered
    if Listening.objects.filter(supervisor=supervisor, ended_at=None).exists():
        raise ListeningElsewhere
    if supervisor.activity != Agent.Activity.IDLE:
        raise YouAreBusy
    return supervisor, rung_device(supervisor, device, talk.call.number)


def _command(listening: Listening, talk: Offer, phone: Rung, epoch: int) -> EarCommand:
    tenant = current_tenant()
    return EarCommand(
        ear_id=listening.pk,
        tenant=tenant.schema_name,
        agent_leg_id=talk.pk,
        call_id=talk.call_id,
        agent_id=listening.supervisor_id,
        epoch=epoch,
        username=phone.username,
        outside=phone.outside,
        domain=tenant.host,
        timeout_seconds=int(EAR_RINGS.total_seconds()),
        mode=EarMode.LISTEN,
        shown_number=talk.agent.extension,
        recording=recording_path(listening) if talk.recording_path else None,
    )


@transaction.atomic
def note_ear(*, leg_id: UUID, mode: str, at: datetime, agent_leg_id: UUID | None = None) -> None:
    """The switch says how the ear hears, or is heard, from now on, and whose talk. Told twice, it is written once."""
    listening = _locked(leg_id)
    if listening is None or listening.ended_at or mode not in VERBS:
        return
    release_take_over(leg_id=leg_id, at=at)
    is_moved = _moved(listening, agent_leg_id, at)
    if not is_moved and listening.modes and listening.modes[-1][1] == mode:
        return
    listening.modes = sorted([*listening.modes, [at.isoformat(), mode]])
    listening.began_at = listening.began_at or at
    listening.mode = listening.modes[-1][1]
    _audit(listening, VERBS[Listening.Mode(mode)])
    _save(listening, at)


def _moved(listening: Listening, agent_leg_id: UUID | None, at: datetime) -> bool:
    """It hears another agent from now on, to whom the caller was given; who was heard before is in the audit log."""
    if agent_leg_id in (None, listening.agent_leg):
        return False
    talk = Offer.objects.filter(pk=agent_leg_id, call_id=listening.call_id).select_related("agent").first()
    if talk is None:
        return False
    _audit(listening, "stopped listening in")
    before = listening.agent_id
    listening.agent, listening.agent_leg = talk.agent, talk.pk
    listening.save(update_fields=["agent", "agent_leg"])
    _tell(listening, at, agent_id=before)
    return True


def follow_ear(leg: Leg, *, at: datetime) -> None:
    """The ear's leg has ended, and with it the listening; within the transaction that says so."""
    if leg.kind != Leg.Kind.EAR or leg.ended_at is None:
        return
    listening = _locked(leg.pk)
    if listening is not None and listening.ended_at is None:
        _end(listening, leg.ended_at, "stopped listening in", at=at)


def become_talk(leg: Leg, *, at: datetime) -> None:
    """The ear is joined to the caller: it is an agent's leg from now on, and this listening is over."""
    if leg.kind != Leg.Kind.EAR:
        return
    leg.kind = Leg.Kind.AGENT
    listening = _locked(leg.pk)
    if listening is not None and listening.ended_at is None:
        listening.mode = Listening.Mode.TAKEN
        listening.modes = sorted([*listening.modes, [at.isoformat(), str(Listening.Mode.TAKEN)]])
        _end(listening, at, "took the call over", at=at)


@together
def fail_ear(*, leg_id: UUID, at: datetime, failure: str) -> None:
    """The switch could not ring the phone, or no leg came of it: nobody has listened."""
    table = sitting()
    if table is not None:
        # What follows reads rows: let them say what has been heard.
        table.forget()
    leg = (
        Leg.objects.select_for_update(no_key=True).filter(pk=leg_id, kind=Leg.Kind.EAR, ended_at=None).first()
    )
    if leg is None:
        return
    leg.ended_at, leg.cause = at, leg.cause or failure[:64]
    leg.save()
    follow_ear(leg, at=at)
    if leg.agent_id:
        follow_agent(leg.agent_id, at=at, cause="phone")


# ---- one row


def _locked(leg_id: UUID) -> Listening | None:
    found = Listening.objects.select_for_update(of=("self",), no_key=True).filter(pk=leg_id)
    return found.select_related("agent", "supervisor__member", "call").first()


def _end(listening: Listening, ended_at: datetime, verb: str, *, at: datetime) -> None:
    listening.ended_at = ended_at
    if listening.began_at:
        _audit(listening, verb)
    _save(listening, at)


def _save(listening: Listening, at: datetime) -> None:
    listening.version += 1
    listening.save()
    _tell(listening, at)


def _audit(listening: Listening, verb: str) -> None:
    """Who, whose talk, from when to when, and each change of mode."""
    record_audit(
        verb=verb,
        subject=listening.call,
        actor=listening.supervisor.member,
        after={
            "agent": str(listening.agent),
            "from": listening.began_at.isoformat() if listening.began_at else "",
            "until": listening.ended_at.isoformat() if listening.ended_at else "",
            "modes": listening.modes,
        },
    )


def _tell(listening: Listening, at: datetime, *, agent_id: int | None = None) -> None:
    """To the agent on whose talk it is; `agent_id`: on whose it was."""
    emit(
        events.ListeningChanged(
            occurred_at=at,
            listening_id=listening.pk,
            call_id=listening.call_id,
            agent_id=agent_id or listening.agent_id,
        )
    )
