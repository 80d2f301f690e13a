"""What suspending or closing a tenant would touch, in numbers; floors above add their own lines when wired."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.sessions.models import Session
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.context import enter
from tenants.models import Tenant
from tenants.people.models import Member

LIVE_CALLS = gettext_lazy("%(count)s live calls go on to their end")
_counters: dict[str | Promise, Callable[[], int]] = {}


def count_in_effects(words: str | Promise, counter: Callable[[], int]) -> None:
    """`words` hold %(count)s; the counter runs inside the tenant's schema. Zero is told too: it is an answer."""
    _counters[words] = counter


def live_calls_of(tenant: Tenant) -> int:
    """0 too where nobody counts them."""
    counter = _counters.get(LIVE_CALLS)
    with enter(tenant.schema_name):
        return counter() if counter else 0


def effects_on(tenant: Tenant, at: datetime) -> list[str]:
    if not tenant.has_schema:
        return []
    with enter(tenant.schema_name):
        lines = [
            _("%(count)s people lose access") % {"count": Member.objects.filter(is_active=True).count()},
            _("%(count)s sessions end now") % {"count": Session.objects.filter(expire_date__gt=at).count()},
            *(str(words) % {"count": counter()} for words, counter in _counters.items()),
        ]
    lines.append(_("Callers of %(count)s numbers hear a notice") % {"count": tenant.numbers.count()})
    return lines
