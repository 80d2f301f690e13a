"""Folding the ledger's days: many rows of one key become one. What they add up to is the same before and after, for
whoever reads meanwhile as well, and two at once do not meet: a row is deleted by one of them.
"""

from datetime import date

from django.db import connection, transaction

from tenants.models import Tenant

KEY = "tenant_id, month, day, kind, state, label, unit_price, currency"
_FOLD = f"""
WITH gone AS (
    DELETE FROM billing_ledgerday WHERE tenant_id = %(tenant)s AND month = %(month)s RETURNING *
)
INSERT INTO billing_ledgerday ({KEY}, rule, quantity, amount, seconds, charges)
SELECT {KEY}, max(rule), sum(quantity), sum(amount), sum(seconds), sum(charges) FROM gone GROUP BY {KEY}
"""  # noqa: S608  (constants of ours)
_TWICE = f"""
SELECT EXISTS (
    SELECT FROM billing_ledgerday WHERE tenant_id = %(tenant)s AND month = %(month)s
    GROUP BY {KEY} HAVING count(*) > 1)
"""  # noqa: S608


@transaction.atomic
def fold_days(*, tenant: Tenant, month: date) -> bool:
    """False when each key has one row already."""
    asked = {"tenant": tenant.pk, "month": month}
    with connection.cursor() as cursor:
        cursor.execute(_TWICE, asked)
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(_FOLD, asked)
    return True
