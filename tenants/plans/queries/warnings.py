"""What stands in the head of the pages of those who can act: counted once in a while, not for each page."""

import time
from collections.abc import Callable
from datetime import datetime
from enum import IntEnum
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.functional import Promise, lazy
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


class Place(IntEnum):
    """The order in which they are asked: what has the lower number stands before the others."""

    DEBT = 1
    TRIAL = 2
    NOTICE = 3
    AGREEMENT = 4
    QUOTA = 5


class HeadWarning(NamedTuple):
    link: str
    words: str | Promise


class Source(NamedTuple):
    """`ask(tenant, at)`: its words are lazy, as an answer is kept for readers of other languages too."""

    place: Place
    roles: tuple[str, ...]
    ask: Callable[[Any, datetime], HeadWarning | None]


_sources: list[Source] = []
_kept: dict[tuple[str, Source], tuple[float, HeadWarning | None]] = {}


def lazy_words(say: Callable[..., str]) -> Callable[..., Any]:
    """Said when it is read, in the reader's language."""
    return lazy(say, str)


def add_warning(
    place: Place, roles: tuple[str, ...], ask: Callable[[Any, datetime], HeadWarning | None]
) -> None:
    """What people of these roles are told in the head of their pages. Safe to repeat."""
    source = Source(place, roles, ask)
    if source not in _sources:
        _sources.append(source)
        _sources.sort(key=lambda one: one.place)


def warning_for(tenant: Any, member: Any) -> dict[str, str] | None:
    """{link, words}: the first of them that has something to say."""
    if not getattr(member, "is_authenticated", False) or not getattr(tenant, "pk", None):
        return None
    for source in _sources:
        found = _asked(source, tenant) if has_role(member, *source.roles) else None
        if found:
            return {"link": found.link, "words": str(found.words)}
    return None


def forget() -> None:
    _kept.clear()


def _asked(source: Source, tenant: Any) -> HeadWarning | None:
    now, known = time.monotonic(), _kept.get((tenant.schema_name, source))
    if known is None or now - known[0] > KEPT_SECONDS:
        found = source.ask(tenant, timezone.now())
        _kept[tenant.schema_name, source] = known = now, found
    return known[1]


def _end_of_trial(tenant: Any, at: datetime) -> HeadWarning | None:
    left = days_left(standing_of(tenant), today_of(tenant, at))
    if left is None or left > SHOWN_BEFORE:
        return None
    return HeadWarning("/plan/", _days_said(max(left, 0)))


@lazy_words
def _days_said(days: int) -> str:
    return ngettext("Trial: %(days)s day left", "Trial: %(days)s days left", days) % {"days": days}


def _unread_notice(tenant: Any, at: datetime) -> HeadWarning | None:
    return HeadWarning("/notices/", _planned_said()) if unread_notices(tenant, at) else None


@lazy_words
def _planned_said() -> str:
    return _("Maintenance is planned")


def _fullest_quota(tenant: Any, at: datetime) -> HeadWarning | None:
    near = [gauge for gauge in gauges_of(tenant) if gauge.state != "good"]
    fullest = max(near, key=lambda gauge: gauge.percent or 0, default=None)
    return HeadWarning("/plan/", _used_said(fullest)) if fullest else None


@lazy_words
def _used_said(gauge: Gauge) -> str:
    return _("%(what)s: %(percent)s %% used") % {"what": gauge.source.name, "percent": gauge.percent}


add_warning(Place.TRIAL, TOLD, _end_of_trial)
add_warning(Place.NOTICE, TOLD, _unread_notice)
add_warning(Place.QUOTA, TOLD, _fullest_quota)
