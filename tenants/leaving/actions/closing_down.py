"""A house whose day has come: its doors close, what was going on ends and is charged, then it is a deletion as any
other (`deletions`), which a worker that dies leaves to the next.

Each step is one transaction that moves the state on: killed anywhere, the next one finds where it stopped.
"""

import json
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from tenants.actions import close_tenant, suspend_tenant
from tenants.context import enter_public
from tenants.effects import live_calls_of
from tenants.leaving import errors
from tenants.leaving.actions.deletions import refuse_while_kept
from tenants.leaving.actions.houses import keep, locked, note_house
from tenants.leaving.models import Deletion, HouseAsk
from tenants.leaving.queries import owners_of, was_taken_along
from tenants.mails.actions import tell_house
from tenants.models import Tenant
from tenants.people.actions import record_audit
from tenants.provisioning.turns import try_turn
from tenants.secrets import seal

HOUSES = 7_212
SETTLES = timedelta(hours=1)
"""Between closed doors and deletion: calls that go on come to their end, and their records to the ledger."""
LONGEST_CALL = timedelta(days=1)
WHY = "deleted at its owner's wish"
State = HouseAsk.State


def close_down(*, ask_id: int, at: datetime) -> int:
    """One step further, where it is time for one. The id of the deletion that has begun, else 0."""
    with enter_public(), try_turn(HOUSES, ask_id) as is_ours:
        if not is_ours:
            return 0
        with transaction.atomic():
            ask = locked(ask_id)
            if ask.state != State.DONE and _is_at_operators(ask):
                return _overtaken(ask, at)
            if ask.is_due(at):
                return _shut_or_say_why(ask, at)
            if ask.state != State.RUNNING or _is_handed_over(ask) or not _is_settled(ask, at):
                return 0
            return _hand_over(ask, at)


def remind(*, ask: HouseAsk, at: datetime) -> None:
    """A day before."""
    with transaction.atomic():
        tell_house(ask=ask, news="near", at=at)
        with enter_public():
            HouseAsk.objects.filter(pk=ask.pk).update(near_told_at=at)


def _is_at_operators(ask: HouseAsk) -> bool:
    rows = Deletion.objects.filter(tenant_id=ask.tenant_id, state__in=("running", "done"))
    return rows.exclude(house_ask=ask).exists()


def _is_handed_over(ask: HouseAsk) -> bool:
    return Deletion.objects.filter(house_ask=ask).exists()


def _shut_or_say_why(ask: HouseAsk, at: datetime) -> int:
    ask.looked_at, before = at, ask.problem
    ask.problem = _what_holds(ask, at)[:400]
    if not ask.problem:
        _shut(ask, at)
    elif ask.problem != before:
        note_house(ask, "could not delete the house yet", None, ask.problem)
        tell_house(ask=ask, news="held", at=at)
    keep(ask)
    return 0


def _what_holds(ask: HouseAsk, at: datetime) -> str:
    """In the house's language; "" when nothing does."""
    with override(ask.tenant.language):
        try:
            refuse_while_kept(ask.tenant)
        except errors.IsHeld as held:
            return held.message
        if ask.needs_archive and not was_taken_along(ask):
            return _("No archive of everything was downloaded since it was asked for.")
        if not owners_of(ask.tenant, at):
            return errors.NobodyToSendTo().message
    return ""


def _shut(ask: HouseAsk, at: datetime) -> None:
    """Nobody gets in any more; from here on there is no way back."""
    readers = [[one.address, one.name, one.language] for one in owners_of(ask.tenant, at)]
    ask.state, ask.shut_at, ask.readers = State.RUNNING, at, seal(json.dumps(readers))
    if ask.tenant.state == Tenant.State.ACTIVE:
        suspend_tenant(tenant_id=ask.tenant_id, at=at, reason=WHY)
    note_house(ask, "closed the doors of the house", None, ask.reason)


def _is_settled(ask: HouseAsk, at: datetime) -> bool:
    if ask.shut_at is None or at < ask.shut_at + SETTLES:
        return False
    return at >= ask.shut_at + LONGEST_CALL or not live_calls_of(ask.tenant)


def _hand_over(ask: HouseAsk, at: datetime) -> int:
    """Closed, and given to the deletion. What operators had asked for meanwhile is overtaken."""
    known = Deletion.objects.filter(tenant_id=ask.tenant_id, state=Deletion.State.ASKED)
    known.update(state=Deletion.State.WITHDRAWN, answered_at=at, answered_by=WHY)
    ask.tenant.refresh_from_db()
    if ask.tenant.state == Tenant.State.ACTIVE:
        # Resumed meanwhile.
        suspend_tenant(tenant_id=ask.tenant_id, at=at, reason=WHY)
    close_tenant(tenant_id=ask.tenant_id, at=at, reason=WHY)
    deletion = Deletion.objects.create(
        tenant_id=ask.tenant_id, house_ask=ask, state=Deletion.State.RUNNING, reason=ask.reason,
        asked_by_id=ask.asked_by_id, asked_by=ask.asked_by, asked_at=ask.asked_at,
        answered_by_id=ask.answered_by_id, answered_by=ask.answered_by, answered_at=ask.answered_at,
    )  # fmt: skip
    return deletion.pk


def _overtaken(ask: HouseAsk, at: datetime) -> int:
    """Operators have deleted it, or are at it: the schema may be gone."""
    ask.state, ask.ended_at, ask.readers = State.DONE, at, ""
    ask.problem = "deleted by the operators"
    keep(ask)
    record_audit(verb="closed the doors of the house", subject=ask, reason=ask.problem)
    return 0
