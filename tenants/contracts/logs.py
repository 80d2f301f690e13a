"""What is done about an agreement stands in both logs: the house's, and the tenant's own."""

from typing import Any

from django.db import models

from tenants.context import enter_public, enter_row
from tenants.models import Tenant
from tenants.people.acting import acting_now
from tenants.people.actions import record_audit


def tell_both(tenant: Tenant, row: models.Model, verb: str, *, reason: str = "", **after: Any) -> None:
    with enter_public():
        record_audit(verb=verb, subject=row, after=after or None, reason=reason)
    if tenant.has_schema:
        subject = f"{row._meta.label_lower}:{row.pk}"
        with enter_row(tenant):
            record_audit(verb=verb, subject=subject, after=after or None, reason=reason)


def who_acts() -> str:
    """The name of whoever acts now; "" when nobody does."""
    return str(acting_now().member or "")[:120]
