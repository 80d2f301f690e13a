"""What every page's frame needs: the navigation a member may use, durations, masked numbers."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django import template
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.context import current_tenant
from tenants.hooks.kept import stopped_endpoints
from tenants.masking import mask_number
from tenants.numbers import format_number
from tenants.people.history import HistoryLine, history_of
from tenants.people.policies import has_role
from tenants.plans.doors import is_open, name_of, standing_of
from tenants.plans.queries.warnings import warning_for

register = template.Library()

AGENT, SUPERVISOR, INSPECTOR, FINANCE = "agent", "supervisor", "inspector", "finance"
ADMIN, OWNER = "admin", "owner"
TEAM_LEAD, OPERATIONS, MANAGER, PROJECT = "team_lead", "operations", "project_manager", "project_member"


class Place(NamedTuple):
    """One entry of the navigation: a path of the tenant's host, who uses it, and which other paths belong to it."""

    path: str
    label: str | Promise
    roles: tuple[str, ...]
    also: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        return path.startswith((self.path, *self.also))


PLACES = (
    Place("/workspace/", _("Workspace"), (AGENT,), ("/phone-check/",)),
    Place(
        "/floor/",
        _("Floor"),
        (SUPERVISOR, ADMIN, OWNER),
        (
            "/waiting/",
            "/callbacks/",
            "/announcements/",
            "/emergency/",
            "/truth/",
            "/phone-checks/",
            "/canary/",
            "/what-if/",
            "/figures/",
        ),
    ),
    Place(
        "/calls/",
        _("Calls"),
        (AGENT, SUPERVISOR, INSPECTOR, TEAM_LEAD, ADMIN, OWNER),
        ("/callbacks/", "/voicemails/", "/follow-ups/", "/recordings/"),
    ),
    Place("/customers/", _("Customers"), (AGENT, SUPERVISOR, ADMIN, OWNER)),
    Place("/tickets/", _("Tickets"), (AGENT, SUPERVISOR, ADMIN, OWNER)),
    Place("/quality/", _("Quality"), (AGENT, SUPERVISOR, INSPECTOR, TEAM_LEAD, ADMIN, OWNER)),
    Place("/reports/", _("Reports"), (SUPERVISOR, ADMIN, OWNER)),
    Place(
        "/flows/",
        _("Call flows"),
        (SUPERVISOR, ADMIN, OWNER),
        ("/prompts/", "/music/", "/voices/", "/texts/"),
    ),
    Place("/usage/", _("Usage"), (OWNER, FINANCE), ("/invoices/",)),
    Place("/plan/", _("Plan"), (ADMIN, OWNER, FINANCE), ("/contract/",)),
    Place("/plan/start/", pgettext_lazy("of a tenant", "Opening"), (MANAGER, PROJECT), ("/contract/",)),
    Place("/webhooks/", _("Webhooks"), (ADMIN, OWNER)),
    Place("/rollout/", _("Rollout"), (MANAGER, PROJECT)),
    Place(
        "/status/",
        _("Service"),
        (OWNER, ADMIN, SUPERVISOR, OPERATIONS, FINANCE),
        ("/cases/",),
    ),
    Place("/audit/", _("Trust"), (ADMIN, OWNER), ("/support/", "/proof/", "/leaving/")),
    Place(
        "/teams/",
        _("People"),
        (SUPERVISOR, TEAM_LEAD, MANAGER, PROJECT, ADMIN, OWNER),
        ("/people/", "/rights/", "/rollout/", "/mentees/"),
    ),
    Place("/operations/", _("System health"), (OPERATIONS,), ("/canary/", "/rights/")),
    Place("/admin/", _("Settings"), (SUPERVISOR, ADMIN, OWNER), ("/numbers/", "/panels/")),
)


@register.simple_tag(takes_context=True)
def places(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The navigation of the signed-in member: [{path, label, is_here, troubles}]."""
    request = context.get("request")
    member = getattr(request, "user", None)
    if member is None or not member.is_authenticated:
        return []
    tenant = getattr(request, "tenant", None)
    mine = [place for place in PLACES if has_role(member, *place.roles) and is_open(place.path, tenant)]
    here = next((place for place in mine if place.holds(request.path)), None)
    return [
        {"path": place.path, "label": place.label, "is_here": place is here, "troubles": _troubles(place)}
        for place in mine
    ]


def _troubles(place: Place) -> int:
    """How much there waits for a person to mend it."""
    return stopped_endpoints() if place.path == "/webhooks/" else 0


LAST_CHANGES = 5
SHOWN_BEFORE = timedelta(days=7)


@register.simple_tag(takes_context=True)
def seat_end(context: dict[str, Any]) -> datetime | None:
    """When the seat of whoever reads ends, in the week before it does."""
    member = getattr(context.get("request"), "user", None)
    ends = getattr(member, "seat_ends_at", None)
    return ends if ends and ends - timezone.now() < SHOWN_BEFORE else None


@register.simple_tag
def last_changes(row: Any) -> list[HistoryLine]:
    """The newest of what the audit log knows of a row."""
    return history_of(row, LAST_CHANGES) if getattr(row, "pk", None) else []


@register.simple_tag(takes_context=True)
def brand(context: dict[str, Any]) -> dict[str, str]:
    """{name, accent, logo} of the tenant whose page it is: the last two are addresses, '' where ours are shown."""
    tenant = getattr(context.get("request"), "tenant", None)
    standing = standing_of(tenant)
    return {
        "name": name_of(tenant),
        "accent": f"/brand/colours/{standing.accent.removeprefix('#')}.css" if standing.accent else "",
        "logo": f"/brand/logo/{standing.logo}" if standing.logo else "",
    }


@register.simple_tag(takes_context=True)
def plan_warning(context: dict[str, Any]) -> dict[str, str] | None:
    """{link, words} for whoever can act: a trial that ends, a notice nobody has read, a quota nearly used."""
    request = context.get("request")
    return warning_for(getattr(request, "tenant", None), getattr(request, "user", None))


@register.filter
def has_module(request: Any, module: str) -> bool:
    """`{% if request|has_module:"recordings" %}`: of the tenant whose page this is."""
    return standing_of(getattr(request, "tenant", None)).has(module)


@register.filter(name="has_role")
def has_any_role(member: Any, roles: str) -> bool:
    """`{% if request.user|has_role:"supervisor,admin" %}`."""
    return bool(getattr(member, "is_authenticated", False)) and has_role(member, *roles.split(","))


@register.filter
def duration(seconds: float | timedelta | None) -> str:
    """`m:ss`, or `h:mm:ss` from an hour on; a dash when there is none."""
    if seconds is None:
        return "–"
    whole = int(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
    minutes, rest = divmod(max(whole, 0), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02d}"
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


@register.simple_tag
def span(start: datetime | None, end: datetime | None) -> str:
    """From one moment to another as a duration; a dash when one of them is missing."""
    return duration((end - start) if start and end else None)


@register.filter
def grouped(number: str | None) -> str:
    """A number of the tenant's own, as its people would write it down."""
    return format_number(number, current_tenant().country) if number else "–"


@register.filter
def masked(number: str | None) -> str:
    """A telephone number as everyone may see it: 138****2211."""
    return mask_number(number) if number else "–"
