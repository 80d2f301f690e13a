"""Numbers that must not be called: kept, lifted, asked about before anybody is called, and passed by with a reason."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from telephony import policies
from telephony.actions.callbacks import ask_worker_to_look, cancel_callback
from telephony.dial_errors import NumberMustNotBeCalled, SayWhyCalled
from telephony.errors import CallbackRings
from telephony.models import DoNotCall, DoNotCallPass
from telephony.queries.do_not_call import barred_promises, is_barred, open_pass, stored_spelling
from telephony.text import plain_line
from tenants.errors import BadInput, NotFound
from tenants.masking import mask_number
from tenants.people.actions import record_audit

BY_THE_LIST = "do_not_call"
"""`Callback.cancelled_by` of promises to numbers that came onto the list."""


class NotANumberToBar(BadInput):
    "This is no telephone number. Give it whole, with its area code."


class NoSuchEntry(NotFound):
    "This number is not on the list."


@transaction.atomic
def bar_number(
    *, number: str, reason: str = "", source: str = DoNotCall.Source.HOUSE, at: datetime
) -> tuple[DoNotCall, bool]:
    """(the entry, is it new). Nobody is called there from now on, promised or not. Raises NotANumberToBar."""
    wanted = stored_spelling(number)
    if not wanted:
        raise NotANumberToBar(field="number")
    entry, is_new = DoNotCall.objects.get_or_create(
        number=wanted, defaults={"reason": plain_line(reason, 200), "source": source, "added_at": at}
    )
    if is_new:
        record_audit(
            verb="barred a number", subject=entry, after={"number": mask_number(wanted)}, reason=reason
        )
        cancel_barred_promises(at=at)
    return entry, is_new


@transaction.atomic
def lift_bar(*, entry_id: int, at: datetime) -> None:
    """It may be called again. Raises NoSuchEntry."""
    entry = DoNotCall.objects.select_for_update().filter(pk=entry_id).first()
    if entry is None:
        raise NoSuchEntry
    record_audit(verb="lifted a bar", subject=entry, before={"number": mask_number(entry.number)})
    entry.delete()


def cancel_barred_promises(*, at: datetime) -> int:
    """Of callbacks that wait. One whose phones ring at this moment is let ring: it is too late to be polite."""
    cancelled = 0
    for callback_id in list(barred_promises().values_list("pk", flat=True)):
        try:
            cancel_callback(callback_id=callback_id, by=BY_THE_LIST, at=at)
        except CallbackRings:
            continue
        transaction.on_commit(partial(ask_worker_to_look, callback_id))
        cancelled += 1
    return cancelled


def refuse_barred(number: str) -> None:
    """For agents, and whatever no leader has looked at. Raises NumberMustNotBeCalled."""
    if is_barred(number):
        raise NumberMustNotBeCalled(field="number")


@transaction.atomic
def pass_bar(*, number: str, member: Any, reason: str, subject: Any, at: datetime) -> None:
    """A leader may have a barred number called once, if they say why. Raises NumberMustNotBeCalled, SayWhyCalled."""
    if not is_barred(number):
        return
    why = plain_line(reason, 200)
    may_pass = policies.can_pass_do_not_call(member)
    if may_pass and why:
        DoNotCallPass.objects.create(number=number, member=member, reason=why, given_at=at)
        after = {"number": mask_number(number)}
        record_audit(
            verb="called in spite of the list", subject=subject, actor=member, after=after, reason=why
        )
        return
    raise (SayWhyCalled if may_pass else NumberMustNotBeCalled)(field="number")


def use_pass(*, number: str, agent_id: int, at: datetime) -> DoNotCallPass | None:
    """Right before the call: the pass it goes by, None where none is needed. Raises NumberMustNotBeCalled."""
    if not is_barred(number):
        return None
    found = open_pass(number, agent_id, at)
    if found is None:
        raise NumberMustNotBeCalled(field="number")
    found.used_at = at
    found.save(update_fields=["used_at"])
    return found


def note_call_of_pass(*, pass_id: int, call_id: UUID) -> None:
    DoNotCallPass.objects.filter(pk=pass_id).update(call_id=call_id)
