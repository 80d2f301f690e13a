"""Whether what boards show is still being kept up: somebody acts for the tenant's cell, and hears its switch."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from telephony.cells.models import Lease
from tenants.context import current_tenant, enter_public

LEASE_LASTS = timedelta(seconds=3)
LIVE, NO_WORKER, NO_SWITCH = "live", "no_worker", "no_switch"


def feed() -> dict[str, Any]:
    """`state`: live, no_worker (nobody acts since `since`), no_switch (who acts does not hear the switch)."""
    cell = getattr(current_tenant(), "cell", "")
    with enter_public():
        lease = Lease.objects.filter(cell__name=cell).values("expires_at", "report").first()
    if lease is None or lease["expires_at"] is None:
        return {"state": NO_WORKER, "since": None}
    if lease["expires_at"] < timezone.now():
        return {"state": NO_WORKER, "since": lease["expires_at"] - LEASE_LASTS}
    hears = lease["report"].get("switch", {}).get("is_connected", True)
    return {"state": LIVE if hears else NO_SWITCH, "since": None}
