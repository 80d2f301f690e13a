"""Keeps how pages are arranged: a person's own choices, and what a role is given."""

from typing import Any

from django.db import transaction

from telephony.models import PanelPlan, Workplace
from telephony.queries.workplaces import EVENTS, PANELS, ROLES, SHOWN, STATES, in_order, known
from tenants.errors import BadInput
from tenants.people.actions import record_audit
from tenants.people.policies import Member


@transaction.atomic
def arrange_panels(*, member: Member, order: Any, hidden: Any) -> Workplace:
    """A person's own order and what they do not want to see; names nobody knows are left out."""
    row = _locked(member)
    row.order, row.hidden = in_order(order), known(hidden, PANELS)
    row.save()
    return row


@transaction.atomic
def forget_arrangement(*, member: Member) -> Workplace:
    """As the role's plan says."""
    row = _locked(member)
    row.order, row.hidden = [], []
    row.save()
    return row


@transaction.atomic
def tune_workplace(
    *, member: Member, ring_volume: int, sounds: Any, notices: Any, text_size: str
) -> Workplace:
    """What rings how loudly, what tells by a desktop notice, how large the type is."""
    if text_size not in Workplace.TextSize.values:
        raise BadInput(field="text_size")
    row = _locked(member)
    row.ring_volume = max(0, min(100, ring_volume))
    row.sounds, row.notices, row.is_tuned = known(sounds, EVENTS), known(notices, EVENTS), True
    row.text_size = text_size
    row.save()
    return row


@transaction.atomic
def plan_panels(*, role: str, order: Any, states: dict[str, str]) -> PanelPlan:
    """What a role has. Takes effect when a page is opened next."""
    if role not in ROLES:
        raise BadInput(field="role")
    row = PanelPlan.objects.select_for_update(no_key=True).filter(role=role).first() or PanelPlan(role=role)
    before = {"order": row.order, "states": row.states} if row.pk else None
    row.order = in_order(order)
    row.states = {key: states.get(key) if states.get(key) in STATES else SHOWN for key in PANELS}
    after = {"order": row.order, "states": row.states}
    if before != after:
        row.save()
        record_audit(verb="changed", subject=row, before=before, after=after)
    return row


def _locked(member: Member) -> Workplace:
    Workplace.objects.get_or_create(member=member)
    return Workplace.objects.select_for_update(no_key=True).get(member=member)
