"""How many calls a tenant's plan allows at the same time. A caller is never turned away by it; a call of ours is."""

from typing import Any

from telephony.models import Call
from tenants.plans.doors import standing_of
from tenants.plans.errors import AllLinesInUse


def calls_at_once(tenant: Any) -> tuple[int, int | None]:
    """(calls now, the most or None); to be asked in the tenant's schema."""
    return Call.objects.filter(ended_at=None).count(), standing_of(tenant).calls_at_once


def refuse_without_a_line(tenant: Any) -> None:
    """Raises AllLinesInUse. Without a limit nothing is counted."""
    most = standing_of(tenant).calls_at_once
    if most is not None and calls_at_once(tenant)[0] >= most:
        raise AllLinesInUse(most=most)
