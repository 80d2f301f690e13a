"""What stands in the head of the pages of those who can act: counted once in a while, not for each page."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenants.people.models import Role
from tenants.people.policies import has_role
from tenants.plans.doors import standing_of
from tenants.plans.queries.modules import today_of
from tenants.plans.queries.notices import unread_notices
from tenants.plans.queries.quotas import Gauge, gauges_of
from tenants.plans.queries.trials import SHOWN_BEFORE, days_left

TOLD = (Role.OWNER, Role.ADMIN)
KEPT_SECONDS = 30.0
Told = dict[str, str]
Counted = tuple[int, Told | None, Gauge | None]


class HeadWarning(NamedTuple):
    link: str
    words: str | Promise


Source = Callable[[Any, datetime], HeadWarning | None]
_kept: dict[str, tuple[float, Counted]] = {}
_others: list[Callable[[Any], Told | None]] = []
_told: dict[tuple[str, Source], tuple[float, HeadWarning | None]] = {}
_sources: list[tuple[tuple[str, ...], Source]] = []


def add_warning(roles: tuple[str, ...], source: Source) -> None:
    """Another app's, for these roles; it comes before all others. Safe to repeat."""
    if (roles, source) not in _sources:
        _sources.append((roles, source))


def warn_of(ask: Callable[[Any], Told | None]) -> None:
    """Another floor's news: `ask(tenant)` says {link, words} or nothing. After notices, before quotas."""
    if ask not in _others:
        _others.append(ask)


def warning_for(tenant: Any, member: Any) -> Told | None:
    """{link, words}: what other apps put first, then the end of a trial before an unread notice before a reminder
    before the fullest quota.
    """
    if not getattr(member, "is_authenticated", False) or not getattr(tenant, "pk", None):
        return None
    for roles, source in _sources:
        found = _asked(source, tenant) if has_role(member, *roles) else None
        if found:
            return {"link": found.link, "words": str(found.words)}
    return _own_warning(tenant, member)


def _own_warning(tenant: Any, member: Any) -> dict[str, str] | None:
    if not has_role(member, *TOLD):
        return None
    left = days_left(standing_of(tenant), today_of(tenant, timezone.now()))
    if left is not None and left <= SHOWN_BEFORE:
        words = ngettext("Trial: %(days)s day left", "Trial: %(days)s days left", max(left, 0))
        return {"link": "/plan/", "words": words % {"days": max(left, 0)}}
    unread, told, fullest = _counted(tenant)
    if unread:
        return {"link": "/notices/", "words": _("Maintenance is planned")}
    if told:
        return {"link": told["link"], "words": str(told["words"])}
    if fullest:
        words = _("%(what)s: %(percent)s %% used") % {
            "what": fullest.source.name,
            "percent": fullest.percent,
        }
        return {"link": "/plan/", "words": words}
    return None


def forget() -> None:
    _kept.clear()
    _told.clear()


def _asked(source: Source, tenant: Any) -> HeadWarning | None:
    now, known = time.monotonic(), _told.get((tenant.schema_name, source))
    if known is None or now - known[0] > KEPT_SECONDS:
        _told[tenant.schema_name, source] = known = now, source(tenant, timezone.now())
    return known[1]


def _counted(tenant: Any) -> Counted:
    now, known = time.monotonic(), _kept.get(tenant.schema_name)
    if known is None or now - known[0] > KEPT_SECONDS:
        near = [gauge for gauge in gauges_of(tenant) if gauge.state != "good"]
        fullest = max(near, key=lambda gauge: gauge.percent or 0, default=None)
        told = next((news for ask in _others if (news := ask(tenant))), None)
        found = unread_notices(tenant, timezone.now()), told, fullest
        _kept[tenant.schema_name] = known = now, found
    return known[1]
