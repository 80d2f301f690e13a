"""How an agent's page is arranged: panels by role and person, sounds, notices, type. Nothing stored is trusted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.models import PanelPlan, Workplace
from tenants.people.policies import Role

SHOWN, HIDDEN, OFF = "shown", "hidden", "off"
STATES = (SHOWN, HIDDEN, OFF)
LEFT, RIGHT = "left", "right"
ROLES = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN, Role.OWNER)
"""Whose pages are planned; of several plans of one person the first one's order counts."""
PANELS: dict[str, tuple[str | Promise, str]] = {
    "work": (_("My calls"), LEFT),
    "tasks": (_("My tasks"), LEFT),
    "figures": (_("My figures today"), LEFT),
    "customer": (_("Customer"), RIGHT),
    "scripts": (_("Scripts and quick replies"), RIGHT),
    "chat": (_("Colleagues"), RIGHT),
    "announcements": (pgettext_lazy("to colleagues", "Announcements"), RIGHT),
}
EVENTS: dict[str, str | Promise] = {
    "ring": _("A call rings"),
    "chat": _("Somebody writes to me"),
    "announcement": _("An announcement"),
    "due": _("A task is due"),
}
USUAL_SOUNDS, USUAL_NOTICES = ("ring", "chat", "due"), ("ring",)


@dataclass(frozen=True)
class Panel:
    key: str
    title: str
    column: str
    is_hidden: bool = False


def known(keys: Any, among: Iterable[str]) -> list[str]:
    """Those of `keys` that exist, each once, in their order; whatever else was stored is left out."""
    there = set(among)
    if not isinstance(keys, list):
        return []
    return list(dict.fromkeys(key for key in keys if isinstance(key, str) and key in there))


def in_order(order: Any) -> list[str]:
    """All panels: first those of `order`, then the others in ours."""
    first = known(order, PANELS)
    return [*first, *(key for key in PANELS if key not in first)]


def states_of(plan: PanelPlan | None) -> dict[str, str]:
    stored = plan.states if plan is not None and isinstance(plan.states, dict) else {}
    return {key: stored.get(key) if stored.get(key) in STATES else SHOWN for key in PANELS}


def panel_plans() -> dict[str, PanelPlan]:
    return {plan.role: plan for plan in PanelPlan.objects.all()}


def workplace_of(member: Any) -> Workplace:
    """The stored one, or a new one with what is usual."""
    return Workplace.objects.filter(member_id=member.pk).first() or Workplace(member=member)


def panels_of(member: Any, workplace: Workplace) -> list[Panel]:
    """What this person may have, in their order. Of several roles the most generous counts."""
    plans = panel_plans()
    roles = [role for role in ROLES if role in member.roles]
    allowed = {
        key: min((states_of(plans.get(role))[key] for role in roles), key=STATES.index) for key in PANELS
    }
    planned: Any = next((plans[role].order for role in roles if role in plans), [])
    chosen = known(workplace.order, PANELS)
    hidden = set(known(workplace.hidden, PANELS))
    order = in_order(chosen or planned)
    return [
        Panel(
            key=key,
            title=str(PANELS[key][0]),
            column=PANELS[key][1],
            # Who has not arranged anything yet sees what the role's plan shows.
            is_hidden=key in hidden if chosen else allowed[key] == HIDDEN,
        )
        for key in order
        if allowed[key] != OFF
    ]


def choices_of(workplace: Workplace) -> dict[str, Any]:
    """For the page's scripts."""
    return {
        "ring_volume": min(100, workplace.ring_volume),
        "sounds": known(workplace.sounds, EVENTS) if workplace.is_tuned else list(USUAL_SOUNDS),
        "notices": known(workplace.notices, EVENTS) if workplace.is_tuned else list(USUAL_NOTICES),
        "text_size": workplace.text_size,
    }
