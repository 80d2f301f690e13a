"""What suspending or closing a tenant would touch, in numbers; floors above add their own lines when wired."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.sessions.models import Session
from django.utils.translation import gettext as _

from tenants.context import enter
from tenants.models import Tenant
from tenants.people.models import Member

_counters: list[Callable[[], str]] = []


def count_in_effects(counter: Callable[[], str]) -> None:
    """The counter runs inside the tenant's schema and returns one line, such as "3 live calls", or ''."""
    if counter not in _counters:
        _counters.append(counter)


def effects_on(tenant: Tenant, at: datetime) -> list[str]:
    if not tenant.has_schema:
        return []
    with enter(tenant.schema_name):
        lines = [
            _("%(count)s people lose access") % {"count": Member.objects.filter(is_active=True).count()},
            _("%(count)s sessions end now") % {"count": Session.objects.filter(expire_date__gt=at).count()},
            *(counter() for counter in _counters),
        ]
    lines.append(_("Callers of %(count)s numbers hear a notice") % {"count": tenant.numbers.count()})
    return [line for line in lines if line]
