"""The whole house is to be deleted: an owner asks, another owner or administrator confirms, any owner may withdraw it
until its doors close. What comes then is in `closing_down`.

In a house where nobody else may confirm, whoever asks types its name a second time instead, as with a person.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from tenants.context import current_tenant, enter, enter_public
from tenants.leaving import errors
from tenants.leaving.actions.deletions import refuse_while_kept
from tenants.leaving.actions.erasures import others_who_confirm
from tenants.leaving.house_duties import days_of
from tenants.leaving.models import HouseAsk
from tenants.leaving.queries import owners_of
from tenants.mails.actions import tell_house
from tenants.people.actions import record_audit
from tenants.people.models import Member

State = HouseAsk.State


def ask_house(
    *, typed: str, again: str, reason: str, needs_archive: bool, by: Member, at: datetime
) -> HouseAsk:
    """Nothing is touched yet. Raises NotThisHouse, NotThisHouseAgain, IsHeld, NobodyToSendTo, HouseAsked."""
    tenant, is_alone = current_tenant(), not others_who_confirm(by, at)
    if typed.strip() != tenant.name:
        raise errors.NotThisHouse(field="typed")
    if is_alone and again.strip() != tenant.name:
        raise errors.NotThisHouseAgain(field="again")
    refuse_while_kept(tenant)
    if not owners_of(tenant, at):
        raise errors.NobodyToSendTo
    try:
        with enter_public(), transaction.atomic():
            ask = HouseAsk.objects.create(
                tenant=tenant, reason=reason, needs_archive=needs_archive, days=days_of(tenant, at),
                asked_by_id=by.pk, asked_by=str(by)[:120], asked_at=at,
            )  # fmt: skip
            note_house(ask, "asked for the house to be deleted", by, reason)
            if is_alone:
                _confirm(ask, by=by, at=at)
            else:
                tell_house(ask=ask, news="asked", at=at)
    except IntegrityError:
        raise errors.HouseAsked from None
    return ask


@transaction.atomic
def confirm_house(*, ask_id: int, by: Member, at: datetime) -> bool:
    """The second person's word; False when it was answered. Raises HouseAskNotFound, OtherOfYouNeeded, IsHeld."""
    ask = _own_locked(ask_id)
    if ask.state != State.ASKED:
        return False
    if ask.asked_by_id == by.pk:
        raise errors.OtherOfYouNeeded
    refuse_while_kept(ask.tenant)
    _confirm(ask, by=by, at=at)
    return True


def _confirm(ask: HouseAsk, *, by: Member, at: datetime) -> None:
    ask.state, ask.answered_at, ask.due_at = State.WAITING, at, at + timedelta(days=ask.days)
    ask.answered_by_id, ask.answered_by, ask.is_alone = by.pk, str(by)[:120], by.pk == ask.asked_by_id
    keep(ask)
    note_house(ask, "confirmed that the house is deleted", by, ask.reason)
    tell_house(ask=ask, news="confirmed", at=at)


def withdraw_house(*, ask_id: int, by: Member, at: datetime) -> bool:
    """By any owner until the doors close, also while something holds it past its day. False when it is too late or was
    done. Raises HouseAskNotFound.
    """
    with transaction.atomic():
        return _withdraw(_own_locked(ask_id), by=by, why="", at=at)


def withdraw_for_house(*, ask_id: int, by: Member, why: str, at: datetime) -> bool:
    """By an operator, on the owner's word: a suspended house has no pages. Raises HouseAskNotFound."""
    with transaction.atomic():
        return _withdraw(locked(ask_id), by=by, why=why, at=at)


def _withdraw(ask: HouseAsk, *, by: Member, why: str, at: datetime) -> bool:
    if not ask.is_open:
        return False
    operator = "" if by.home_schema == ask.tenant.schema_name else " · operator"
    ask.state, ask.withdrawn_at, ask.withdrawn_by = State.WITHDRAWN, at, f"{str(by)[:100]}{operator}"
    keep(ask)
    note_house(ask, "withdrew the deletion of the house", by, why)
    tell_house(ask=ask, news="withdrawn", at=at)
    return True


@transaction.atomic
def waive_archive(*, ask_id: int, by: Member, at: datetime) -> bool:
    """The house goes without an archive after all. False when none was waited for, or the doors are closed."""
    ask = _own_locked(ask_id)
    if not (ask.is_open and ask.needs_archive):
        return False
    ask.needs_archive, ask.problem, ask.looked_at = False, "", None
    keep(ask)
    note_house(ask, "needs no archive before the house is deleted", by)
    return True


# --- rows ---


def _own_locked(ask_id: int) -> HouseAsk:
    """The current tenant's: of others there is nothing to be known."""
    tenant = current_tenant()
    ask = locked(ask_id)
    if ask.tenant_id != tenant.pk:
        raise errors.HouseAskNotFound
    return ask


def locked(ask_id: int) -> HouseAsk:
    with enter_public():
        found = HouseAsk.objects.select_for_update(of=("self",)).select_related("tenant")
        ask = found.filter(pk=ask_id).first()
    if ask is None:
        raise errors.HouseAskNotFound
    return ask


def keep(ask: HouseAsk) -> None:
    with enter_public():
        ask.save()


def note_house(ask: HouseAsk, verb: str, by: Member | None, reason: str = "") -> None:
    """In the house's own log and in the operators'."""
    said = {"state": ask.state, "due_at": ask.due_at, "needs_archive": ask.needs_archive}
    for place in (enter(ask.tenant.schema_name), enter_public()):
        with place:
            record_audit(verb=verb, subject=f"leaving.houseask:{ask.pk}", actor=by, after=said, reason=reason)
