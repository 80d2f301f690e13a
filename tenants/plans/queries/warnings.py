"""What stands in the head of the pages of those who can act: counted once in a while, not for each page."""

import time
from typing import Any

from django.utils import timezone
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
_kept: dict[str, tuple[float, tuple[int, Gauge | None]]] = {}


def warning_for(tenant: Any, member: Any) -> dict[str, str] | None:
    """{link, words}: the end of a trial before an unread notice before the fullest quota."""
    if not getattr(member, "is_authenticated", False) or not getattr(tenant, "pk", None):
        return None
    if not has_role(member, *TOLD):
        return None
    left = days_left(standing_of(tenant), today_of(tenant, timezone.now()))
    if left is not None and left <= SHOWN_BEFORE:
        words = ngettext("Trial: %(days)s day left", "Trial: %(days)s days left", max(left, 0))
        return {"link": "/plan/", "words": words % {"days": max(left, 0)}}
    unread, fullest = _counted(tenant)
    if unread:
        return {"link": "/notices/", "words": _("Maintenance is planned")}
    if fullest:
        words = _("%(what)s: %(percent)s %% used") % {
            "what": fullest.source.name,
            "percent": fullest.percent,
        }
        return {"link": "/plan/", "words": words}
    return None


def forget() -> None:
    _kept.clear()


def _counted(tenant: Any) -> tuple[int, Gauge | None]:
    now, known = time.monotonic(), _kept.get(tenant.schema_name)
    if known is None or now - known[0] > KEPT_SECONDS:
        near = [gauge for gauge in gauges_of(tenant) if gauge.state != "good"]
        fullest = max(near, key=lambda gauge: gauge.percent or 0, default=None)
        found = unread_notices(tenant, timezone.now()), fullest
        _kept[tenant.schema_name] = known = now, found
    return known[1]
