"""Counts the ledger's new rows into the fleet's days: each charge once, however often it runs."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from tenants.overview.models import FleetMark

SETTLED_AFTER = timedelta(minutes=2)
"""A charge so old is committed, and so is every one with a smaller id."""
AT_ONCE = 200_000
"""Charges in one statement."""
COUNT = """
INSERT INTO overview_fleetday AS had (day, tenant_id, legs, seconds)
SELECT (c.started_at AT TIME ZONE t.time_zone)::date, c.tenant_id, count(*), sum(c.billable_seconds)
FROM billing_charge c JOIN tenants_tenant t ON t.id = c.tenant_id
WHERE c.id > %(after)s AND c.id <= %(upto)s AND c.started_at IS NOT NULL AND c.kind IN ('inbound', 'outbound')
AND NOT EXISTS (SELECT 1 FROM billing_charge o WHERE o.tenant_id = c.tenant_id AND o.leg_id = c.leg_id
                AND o.kind = c.kind AND o.id < c.id)
GROUP BY 1, 2
ON CONFLICT (day, tenant_id) DO UPDATE SET legs = had.legs + excluded.legs, seconds = had.seconds + excluded.seconds
"""
LAST_SETTLED = "SELECT id FROM billing_charge WHERE created_at < %s ORDER BY id DESC LIMIT 1"


@transaction.atomic
def count_days(*, at: datetime) -> int:
    """How many charges were looked at; to be asked in the public schema."""
    FleetMark.objects.get_or_create(pk=1)
    mark = FleetMark.objects.select_for_update().get(pk=1)
    with connection.cursor() as cursor:
        cursor.execute(LAST_SETTLED, [at - SETTLED_AFTER])
        newest = (cursor.fetchone() or (0,))[0]
        upto = max(mark.charge_id, min(newest, mark.charge_id + AT_ONCE))
        if upto > mark.charge_id:
            cursor.execute(COUNT, {"after": mark.charge_id, "upto": upto})
    looked_at, mark.charge_id, mark.counted_at = upto - mark.charge_id, upto, at
    mark.save()
    return looked_at
