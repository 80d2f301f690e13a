"""Forgetting a person by two people: an owner asks, another owner or administrator confirms, and it is done at once.

In a house where nobody else may confirm, whoever asks types the person a second time instead. What was confirmed stays
known until the rows are erased: a process that dies in between is followed by another within minutes.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants.context import current_tenant, enter_public
from tenants.leaving import errors, persons
from tenants.leaving.actions.persons import digest_of, erase_person
from tenants.leaving.models import Erasure, ErasureAsk
from tenants.leaving.persons import Person
from tenants.leaving.policies import PERSON_FINDERS
from tenants.people.actions import record_audit
from tenants.people.models import Member
from tenants.people.queries import seated_members_with
from tenants.provisioning.turns import try_turn
from tenants.secrets import SecretUnreadable, seal, unseal

ERASING = 7_209
State, Problem = ErasureAsk.State, ErasureAsk.Problem


def others_who_confirm(by: Member, at: datetime) -> list[Member]:
    """Owners and administrators beside this one who may sign in."""
    return list(seated_members_with(*PERSON_FINDERS, at=at).exclude(pk=by.pk))


def ask_erasure(*, person: Person, reason: str, by: Member, at: datetime) -> ErasureAsk:
    """Nothing is touched yet. Raises ErasureAsked."""
    tenant, rows = current_tenant(), sum(persons.counts_of(persons.found_of(person)).values())
    try:
        with enter_public(), transaction.atomic():
            asked = ErasureAsk.objects.create(
                tenant=tenant, subject=seal(person.typed), subject_digest=digest_of(person),
                subject_shown=person.shown, reason=reason, rows=rows, asked_by_id=by.pk, asked_by=str(by)[:120],
                asked_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise errors.ErasureAsked from None
    _note(asked, "asked to erase a person's data", by, reason)
    return asked


def erase_alone(*, person: Person, typed_again: str, reason: str, by: Member, at: datetime) -> Erasure:
    """Raises SecondPersonNeeded where there is somebody else, NotTypedAgain."""
    if others_who_confirm(by, at):
        raise errors.SecondPersonNeeded
    if persons.person_of(typed_again or "–").typed != person.typed:
        raise errors.NotTypedAgain(field="again")
    return erase_person(person=person, reason=reason, by=by, at=at)


def confirm_erasure(*, ask_id: int, by: Member, at: datetime) -> Erasure | None:
    """The second person's word; None when it was answered already. Raises ErasureNotFound, OtherOfYouNeeded."""
    with transaction.atomic():
        asked = _locked(ask_id)
        if not asked.is_open:
            return None
        if asked.asked_by_id == by.pk:
            raise errors.OtherOfYouNeeded
        # Still asked for, and who it is still known, until it is done.
        _answer(asked, by, at)
    return run_erasure(ask_id=ask_id)


def run_erasure(*, ask_id: int) -> Erasure | None:
    """What was confirmed, in the current tenant; again after a crash. None when it is done, somebody is at it, or it
    can never be done: that is an end as well, and says why.
    """
    with try_turn(ERASING, ask_id) as is_ours:
        asked = own_ask(ask_id)
        if not is_ours or asked is None or not asked.is_confirmed:
            return None
        by = Member.objects.filter(pk=asked.answered_by_id).first()
        if by is None:
            return _fail(asked, Problem.CONFIRMER_GONE)
        try:
            person = persons.person_of(unseal(asked.subject))
        except SecretUnreadable:
            return _fail(asked, Problem.UNREADABLE)

        def settle() -> None:
            _end(asked, State.DONE)

        return erase_person(person=person, reason=asked.reason, by=by, at=timezone.now(), settle=settle)


@transaction.atomic
def _fail(asked: ErasureAsk, problem: str) -> None:
    asked.problem = problem
    _end(asked, State.FAILED)
    _note(asked, "could not erase a person's data", None, str(asked.get_problem_display()))


def withdraw_erasure(*, ask_id: int, by: Member, at: datetime) -> bool:
    """By either of the two; False when it was answered already. Raises ErasureNotFound."""
    with transaction.atomic():
        asked = _locked(ask_id)
        if not asked.is_open:
            return False
        _answer(asked, by, at)
        _end(asked, State.WITHDRAWN)
        _note(asked, "withdrew the erasure of a person's data", by)
    return True


def _locked(ask_id: int) -> ErasureAsk:
    tenant = current_tenant()
    with enter_public():
        asked = ErasureAsk.objects.select_for_update().filter(pk=ask_id, tenant_id=tenant.pk).first()
    if asked is None:
        raise errors.ErasureNotFound
    return asked


def _answer(asked: ErasureAsk, by: Member, at: datetime) -> None:
    asked.answered_at, asked.answered_by_id, asked.answered_by = at, by.pk, str(by)[:120]
    with enter_public():
        asked.save(update_fields=["answered_at", "answered_by_id", "answered_by"])


def _end(asked: ErasureAsk, state: str) -> None:
    """From here on nobody knows any more who it was."""
    asked.state, asked.subject = state, ""
    with enter_public():
        asked.save(update_fields=["state", "subject", "problem"])


def own_ask(ask_id: int) -> ErasureAsk | None:
    """The current tenant's."""
    tenant = current_tenant()
    with enter_public():
        return ErasureAsk.objects.filter(pk=ask_id, tenant_id=tenant.pk).first()


def _note(asked: ErasureAsk, verb: str, by: Member | None, reason: str = "") -> None:
    record_audit(
        verb=verb, subject=f"leaving.erasureask:{asked.pk}", actor=by, after={"person": asked.subject_shown},
        reason=reason,
    )  # fmt: skip
