"""Forgetting a person by two people: an owner asks, another owner or administrator confirms, and it is done at once.

In a house where nobody else may confirm, whoever asks types the person a second time instead.
"""

from datetime import datetime

from django.db import IntegrityError, transaction

from tenants.context import current_tenant, enter_public
from tenants.leaving import errors, persons
from tenants.leaving.actions.persons import digest_of, erase_person
from tenants.leaving.models import Erasure, ErasureAsk
from tenants.leaving.persons import Person
from tenants.leaving.policies import PERSON_FINDERS
from tenants.people.actions import record_audit
from tenants.people.models import Member
from tenants.people.queries import seated_members_with
from tenants.secrets import seal, unseal

State = ErasureAsk.State


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
    typed = _answered(ask_id, State.DONE, by, at)
    if not typed:
        return None
    asked = own_ask(ask_id)
    assert asked is not None
    return erase_person(person=persons.person_of(typed), reason=asked.reason, by=by, at=at)


def withdraw_erasure(*, ask_id: int, by: Member, at: datetime) -> None:
    """By either of the two."""
    if _answered(ask_id, State.WITHDRAWN, by, at):
        asked = own_ask(ask_id)
        assert asked is not None
        _note(asked, "withdrew the erasure of a person's data", by)


@transaction.atomic
def _answered(ask_id: int, state: str, by: Member, at: datetime) -> str:
    """Who it was about, as it was typed; "" when somebody else has answered."""
    tenant = current_tenant()
    with enter_public():
        asked = ErasureAsk.objects.select_for_update().filter(pk=ask_id, tenant_id=tenant.pk).first()
        if asked is None:
            raise errors.ErasureNotFound
        if asked.state != State.ASKED:
            return ""
        if state == State.DONE and asked.asked_by_id == by.pk:
            raise errors.OtherOfYouNeeded
        typed = unseal(asked.subject)
        asked.state, asked.subject, asked.answered_at = state, "", at
        asked.answered_by_id, asked.answered_by = by.pk, str(by)[:120]
        asked.save()
    return typed


def own_ask(ask_id: int) -> ErasureAsk | None:
    """The current tenant's."""
    tenant = current_tenant()
    with enter_public():
        return ErasureAsk.objects.filter(pk=ask_id, tenant_id=tenant.pk).first()


def _note(asked: ErasureAsk, verb: str, by: Member, reason: str = "") -> None:
    record_audit(
        verb=verb, subject=f"leaving.erasureask:{asked.pk}", actor=by, after={"person": asked.subject_shown},
        reason=reason,
    )  # fmt: skip
