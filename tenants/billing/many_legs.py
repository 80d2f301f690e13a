"""Many legs at once into the ledger: one INSERT … SELECT that finds the price of each by the list of its day.

The same rule as `legs.py` and `rounding.py` have for one; tests/billing/test_rerating.py holds them together.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import orjson
from django.db import connection

from tenants.billing import months
from tenants.billing.models import Charge, PriceList
from tenants.billing.rating_sql import BILLED, Choice, choice_among, minute_of
from tenants.billing.usage_of_legs import LONGEST_SECONDS, LegUsage
from tenants.models import Tenant
from tenants.plans.queries.trials import days_of_trial

_DAYS = """
SELECT d.day, c.plan_id IS NOT NULL, (
    SELECT l.id FROM billing_pricelist l WHERE l.plan_id = c.plan_id AND l.valid_from <= d.day
    ORDER BY l.valid_from DESC, l.version DESC LIMIT 1)
FROM unnest(%(days)s::date[]) AS d (day)
LEFT JOIN LATERAL (
    SELECT plan_id FROM tenants_contract c
    WHERE c.tenant_id = %(tenant)s AND c.starts_on <= d.day AND (c.ends_on IS NULL OR c.ends_on >= d.day)
    ORDER BY c.starts_on DESC, c.id DESC LIMIT 1) c ON true
"""
_INSERT = """
WITH told AS (
    SELECT u.*, (u.started_at AT TIME ZONE %(zone)s) AS local
    FROM ROWS FROM (json_to_recordset(%(told)s::json) AS (leg_id uuid, node text, direction text, number text,
        other_number text, answered_at timestamptz, ended_at timestamptz, seconds int, is_estimated bool))
        WITH ORDINALITY
        AS u (leg_id, node, kind, number, other_number, started_at, ended_at, seconds, is_estimated, place)
), days AS (
    SELECT * FROM unnest(%(days)s::date[], %(lists)s::bigint[], %(reasons)s::text[], %(free)s::bool[])
        AS d (day, list, reason, is_free)
), {spans}, calls AS (
    SELECT t.*, d.list, d.reason, d.is_free{minute} FROM told t JOIN days d ON d.day = t.local::date
), priced AS (
    SELECT c.*, CASE WHEN NOT c.is_free AND c.seconds <= %(longest)s THEN coalesce({choice}) END AS price_id
    FROM calls c
    {joins}
)
INSERT INTO billing_charge (tenant_id, month, kind, state, reason, leg_id, source_key, node, number, other_number,
    started_at, ended_at, billable_seconds, billed_seconds, is_estimated, label, quantity, unit_price, amount, currency,
    price_list_id, price_version, rule, created_at)
SELECT %(tenant)s, date_trunc('month', m.local)::date, m.kind,
    CASE WHEN p.id IS NULL AND NOT m.is_free THEN 'unpriced' ELSE 'priced' END,
    CASE WHEN p.id IS NULL AND NOT m.is_free THEN m.reason ELSE '' END,
    m.leg_id, '', m.node, m.number, m.other_number, m.started_at, m.ended_at, m.seconds,
    coalesce(b.new_billed, 0), m.is_estimated,
    CASE WHEN m.is_free THEN %(trial)s ELSE coalesce(p.label, '') END,
    coalesce(round(b.new_billed / 60.0, 6), 0), coalesce(p.per_minute, 0),
    coalesce(round(b.new_billed * p.per_minute * 1.0000000000 / 60, 6), 0), coalesce(l.currency, %(currency)s),
    l.id, coalesce(l.version, 0), '', %(now)s
FROM priced m
LEFT JOIN billing_price p ON p.id = m.price_id
LEFT JOIN billing_pricelist l ON l.id = p.price_list_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN m.is_free THEN m.seconds WHEN p.id IS NOT NULL THEN {billed} END AS new_billed) b
WHERE p.id IS NOT NULL OR m.kind <> 'internal'
ORDER BY m.place
ON CONFLICT DO NOTHING
"""


class Day(NamedTuple):
    """What a tenant's calls of one day are priced by; without a list `reason` says what is missing."""

    day: date
    price_list: int | None
    reason: str
    is_free: bool


def charge_many(tenant: Tenant, used: list[LegUsage], *, trial_label: str, now: Any) -> int:
    """How many were written now: those that stand in the ledger already are left to who corrects estimates."""
    days = _days(tenant, sorted({months.day_of(each.answered_at, tenant.time_zone) for each in used}))
    choice = choice_among(_lists(days), of_list="c.list")
    text = _INSERT.format(
        spans=choice.spans, choice=choice.prices, joins=choice.joins, minute=_minute(choice), billed=BILLED
    )
    with connection.cursor() as cursor:
        cursor.execute(text, choice.values | _told(tenant, used, days) | {"trial": trial_label, "now": now})
        return cursor.rowcount


def _minute(choice: Choice) -> str:
    return f", {minute_of('t.local')} AS minute" if choice.has_hours else ""


def _days(tenant: Tenant, days: list[date]) -> list[Day]:
    trial = days_of_trial(tenant)
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, {"days": days, "tenant": tenant.pk})
        found = cursor.fetchall()
    return [
        Day(day, price_list, _reason(has_terms, price_list), bool(trial and trial[0] <= day <= trial[1]))
        for day, has_terms, price_list in found
    ]


def _reason(has_terms: bool, price_list: int | None) -> str:
    if not has_terms:
        return Charge.Reason.NO_CONTRACT
    return Charge.Reason.NO_PRICE if price_list else Charge.Reason.NO_PRICE_LIST


def _lists(days: Sequence[Day]) -> list[PriceList]:
    wanted = {each.price_list for each in days if each.price_list and not each.is_free}
    return list(PriceList.objects.filter(pk__in=wanted).prefetch_related("prices"))


def _told(tenant: Tenant, used: list[LegUsage], days: Sequence[Day]) -> dict[str, Any]:
    return {
        "tenant": tenant.pk,
        "zone": tenant.time_zone,
        "currency": tenant.currency,
        "longest": LONGEST_SECONDS,
        # One text for all of them: a list per column is made value by value in Python.
        "told": orjson.dumps(used).decode(),
        "days": [each.day for each in days],
        "lists": [each.price_list for each in days],
        "reasons": [each.reason for each in days],
        "free": [each.is_free for each in days],
    }
