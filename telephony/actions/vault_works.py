"""What is done to all sounds of a tenant: sealed with a new key, moved to the present storage.

How far a work is follows from the rows, so it is taken up wherever it stopped, and stopping it leaves nothing undone:
what is sealed with either key, and what lies in either storage, can be heard.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from telephony.actions.sealing import store_again
from telephony.actions.vault_keys import destroy_unused_keys, make_key
from telephony.models import KeptSound, VaultKey, VaultWork
from telephony.queries.vault import current_place, sounds_elsewhere, sounds_not_of_key
from telephony.vault.places import PlaceAway
from tenants.errors import DomainError
from tenants.people.acting import acting_now
from tenants.people.actions import record_audit

BATCH = 50
MOST_FAILURES_IN_A_ROW = 5


class WorkGoesOn(DomainError):
    "This is being done already. Stop it first, or wait until it is done."


def begin_rekey(*, at: datetime) -> VaultWork:
    """A new key from now on; all that is sealed with older ones is sealed anew. Raises WorkGoesOn."""
    _refuse_a_second(VaultWork.Kind.REKEY)
    return _begin(VaultWork.Kind.REKEY, key=make_key(at=at), at=at)


def begin_move(*, at: datetime) -> VaultWork:
    """What was kept before goes where new sounds go. Raises WorkGoesOn."""
    _refuse_a_second(VaultWork.Kind.MOVE)
    return _begin(VaultWork.Kind.MOVE, key=None, at=at)


@transaction.atomic
def cancel_work(*, work_id: int, at: datetime) -> None:
    work = VaultWork.objects.select_for_update().filter(pk=work_id).first()
    if work is None or work.state != VaultWork.State.RUNNING:
        return
    work.state, work.ended_at = VaultWork.State.CANCELLED, at
    work.save(update_fields=["state", "ended_at"])
    record_audit(verb=f"stopped {work.kind} of recordings", subject=work, after={"done": work.done})


def carry_on(*, work_id: int, at: Callable[[], datetime], until: Callable[[], bool]) -> bool:
    """Go on with a work until it is done, cancelled, or `until`. True when nothing of it is left."""
    tried: set[UUID] = set()
    in_a_row = 0
    while not until():
        work = VaultWork.objects.select_related("key").get(pk=work_id)
        if work.state != VaultWork.State.RUNNING:
            return True
        VaultWork.objects.filter(pk=work_id).update(beat_at=at())
        batch = list(_left(work).exclude(pk__in=tried).select_related("key", "place")[:BATCH])
        if not batch:
            return _end(work, at())
        for sound in batch:
            if until():
                return False
            tried.add(sound.pk)
            in_a_row = 0 if _is_done(work, sound, at()) else in_a_row + 1
            if in_a_row >= MOST_FAILURES_IN_A_ROW:
                # The storage is away, not the sound: the work waits and is taken up later.
                return False
    return False


def _left(work: VaultWork) -> QuerySet[KeptSound]:
    """In the order of their ids, which never changes."""
    if work.kind == VaultWork.Kind.REKEY:
        assert work.key_id is not None
        return sounds_not_of_key(work.key_id).filter(alarm="").order_by("pk")
    return sounds_elsewhere(current_place()).filter(alarm="").order_by("pk")


def _is_done(work: VaultWork, sound: KeptSound, at: datetime) -> bool:
    is_rekey = work.kind == VaultWork.Kind.REKEY
    place, key = (sound.place, work.key) if is_rekey else (current_place(), sound.key)
    try:
        is_done = store_again(sound, place=place, key=key, verb="rekeyed" if is_rekey else "moved", at=at)
    except PlaceAway as problem:
        if problem.code == "not_the_same" or problem.code == "missing":
            # That sound has its alarm, and no longer belongs to what is left.
            VaultWork.objects.filter(pk=work.pk).update(failed=F("failed") + 1)
            return True
        return False
    if is_done:
        VaultWork.objects.filter(pk=work.pk).update(done=F("done") + 1)
    return True


def _refuse_a_second(kind: str) -> None:
    if VaultWork.objects.filter(kind=kind, state=VaultWork.State.RUNNING).exists():
        raise WorkGoesOn


@transaction.atomic
def _begin(kind: str, *, key: VaultKey | None, at: datetime) -> VaultWork:
    member = acting_now().member
    work = VaultWork(kind=kind, key=key, asked_by=str(member or ""), asked_at=at)
    work.total = _left(work).count()
    work.save()
    record_audit(verb=f"began {kind} of recordings", subject=work, after={"sounds": work.total})
    return work


def _end(work: VaultWork, at: datetime) -> bool:
    """Of those tried in vain some may be left; they are tried again."""
    if _left(work).exists():
        return False
    open_work = VaultWork.objects.filter(pk=work.pk, state=VaultWork.State.RUNNING)
    if open_work.update(state=VaultWork.State.DONE, ended_at=at):
        destroy_unused_keys(at=at)
    return True
