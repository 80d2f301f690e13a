"""What stops every deletion, and what allows one before its time."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from telephony.actions.custody import Note, note_many
from telephony.actions.deletion import OnHold, delete_sound, lock_out_deletions
from telephony.errors import CallNotFound
from telephony.models import Call, KeptSound, LegalHold, PurgeRequest
from telephony.queries.retention import holds_over, limits_of_law
from telephony.vault.retention import Limit
from tenants.errors import BadInput, DomainError, NotAllowed, NotFound
from tenants.people.acting import acting_now
from tenants.people.actions import record_audit
from tenants.people.policies import Member


class ReasonMissing(BadInput):
    "Say why, in at most 300 characters."


class HeldAlready(DomainError):
    "There is a hold on this already."


class HoldGone(NotFound):
    "There is no such hold, or it was lifted."


class PurgeGone(NotFound):
    "There is no such purge waiting for an answer."


class PurgeAsked(DomainError):
    "A purge of this call waits for its second person already."


class AnotherPerson(NotAllowed):
    "Whoever asked for a purge cannot confirm it. It takes another person."


class UnderTheFloor(DomainError):
    "The law demands that this is kept for %(days)s days (%(law)s). Nothing was deleted."


@transaction.atomic
def place_hold(*, reason: str, at: datetime, call_id: UUID | None = None, number: str = "") -> LegalHold:
    """Of one call, or of every call with a number. From the moment this returns nothing of it is deleted."""
    lock_out_deletions()
    if call_id is not None and not Call.objects.filter(pk=call_id).exists():
        raise CallNotFound
    try:
        with transaction.atomic():
            hold = LegalHold.objects.create(
                call_id=call_id,
                number="" if call_id else number,
                reason=_reason(reason),
                placed_by=_name(),
                placed_at=at,
            )
    except IntegrityError:
        raise HeldAlready from None
    record_audit(verb="placed legal hold", subject=hold, reason=hold.reason)
    note_many([_note("held", hold)], at=at)
    return hold


@transaction.atomic
def lift_hold(*, hold_id: int, reason: str, at: datetime) -> None:
    hold = LegalHold.objects.select_for_update().filter(pk=hold_id, lifted_at=None).first()
    if hold is None:
        raise HoldGone
    hold.lifted_at, hold.lifted_by, hold.lift_reason = at, _name(), _reason(reason)
    hold.save()
    record_audit(verb="lifted legal hold", subject=hold, reason=hold.lift_reason)
    note_many([_note("released", hold)], at=at)


@transaction.atomic
def ask_purge(*, call_id: UUID, reason: str, member: Member, at: datetime) -> PurgeRequest:
    """The first of two people. Raises OnHold, UnderTheFloor, PurgeAsked."""
    if not Call.objects.filter(pk=call_id).exists():
        raise CallNotFound
    _refuse_if_kept(call_id, at)
    try:
        with transaction.atomic():
            purge = PurgeRequest.objects.create(
                call_id=call_id, reason=_reason(reason), asked_by=member, asked_at=at
            )
    except IntegrityError:
        raise PurgeAsked from None
    record_audit(verb="asked for a purge", subject=purge, actor=member, reason=purge.reason)
    note_many([Note(verb="purge_asked", call_id=call_id)], at=at)
    return purge


def confirm_purge(*, purge_id: int, member: Member, at: datetime) -> bool:
    """The second person: everything heard in the call is deleted. True when no file is left anywhere."""
    purge = _answered(purge_id, PurgeRequest.State.CONFIRMED, member, at)
    sounds = KeptSound.objects.filter(call_id=purge.call_id).exclude(state=KeptSound.State.DELETED)
    gone = [
        delete_sound(sound_id=pk, why="purge", at=at, purge=purge)
        for pk in sounds.values_list("pk", flat=True)
    ]
    return all(gone)


def refuse_purge(*, purge_id: int, member: Member, at: datetime) -> None:
    """Also whoever asked may take it back."""
    _answered(purge_id, PurgeRequest.State.REFUSED, member, at)


@transaction.atomic
def _answered(purge_id: int, state: PurgeRequest.State, member: Member, at: datetime) -> PurgeRequest:
    waiting = PurgeRequest.objects.select_for_update().filter(pk=purge_id, state=PurgeRequest.State.ASKED)
    purge = waiting.first()
    if purge is None:
        raise PurgeGone
    if state == PurgeRequest.State.CONFIRMED:
        if purge.asked_by_id == member.pk:
            raise AnotherPerson
        _refuse_if_kept(purge.call_id, at)
    purge.state, purge.answered_by, purge.answered_at = state, member, at
    purge.save()
    record_audit(verb=f"{state} a purge", subject=purge, actor=member, reason=purge.reason)
    return purge


def _refuse_if_kept(call_id: UUID, at: datetime) -> None:
    if holds_over(call_id).exists():
        raise OnHold
    limits = limits_of_law()
    for sound in KeptSound.objects.filter(call_id=call_id).exclude(state=KeptSound.State.DELETED):
        limit = limits.get(sound.kind, Limit())
        if at < sound.recorded_at + timedelta(days=limit.floor):
            raise UnderTheFloor(days=limit.floor, law=limit.law or "–")


def _note(verb: str, hold: LegalHold) -> Note:
    """The number itself stays in the hold's row."""
    return Note(
        verb=verb, call_id=hold.call_id, details={"hold": hold.pk, "of": "call" if hold.call_id else "number"}
    )


def _reason(given: str) -> str:
    if not given.strip() or len(given) > 300:
        raise ReasonMissing
    return given.strip()


def _name() -> str:
    return str(acting_now().member or "")[:120]
