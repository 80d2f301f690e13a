"""A month's calls as sets: what each costs now with all its corrections, and what it would cost by a price list.

The same rule as `legs.py` and `rounding.py` have for one call; tests/billing/test_rating.py holds the two together.
"""

from collections import defaultdict
from typing import Any

from tenants.billing import windows
from tenants.billing.models import Direction, Price, PriceList

CALLS = """
main AS (
    SELECT * FROM billing_charge
    WHERE tenant_id = %(tenant)s AND month = %(month)s AND state = 'priced' AND leg_id IS NOT NULL
        AND kind IN ('inbound', 'outbound', 'internal')
), later AS (
    SELECT leg_id, sum(amount) AS amount, sum(billed_seconds) AS billed, sum(quantity) AS quantity,
        max(billable_seconds) FILTER (WHERE kind = 'adjustment') AS seconds,
        (array_agg(label ORDER BY id DESC) FILTER (WHERE kind = 'rerated'))[1] AS label,
        (array_agg(unit_price ORDER BY id DESC) FILTER (WHERE kind = 'rerated'))[1] AS unit_price
    FROM billing_charge
    WHERE tenant_id = %(tenant)s AND month = %(month)s AND leg_id IS NOT NULL AND kind IN ('adjustment', 'rerated')
    GROUP BY leg_id
), calls AS (
    SELECT m.leg_id, m.kind, m.node, m.number, m.other_number, m.started_at, m.ended_at, m.currency,
        coalesce(l.seconds, m.billable_seconds) AS seconds,
        coalesce(l.label, m.label) AS label, coalesce(l.unit_price, m.unit_price) AS unit_price,
        m.billed_seconds + coalesce(l.billed, 0) AS billed,
        m.quantity + coalesce(l.quantity, 0) AS quantity, m.amount + coalesce(l.amount, 0) AS amount
    FROM main m LEFT JOIN later l USING (leg_id)
)"""

_RATED = """,
spans AS (
    SELECT * FROM unnest(%(direction)s::text[], %(prefix)s::text[], %(number_kind)s::text[], %(first)s::int[],
        %(after)s::int[], %(price)s::bigint[]) AS s (direction, prefix, number_kind, first, after, price)
), matched AS (
    SELECT c.*, coalesce({choice}) AS price_id
    FROM (SELECT calls.*{minute} FROM calls) c
    {joins}
    WHERE c.currency = %(currency)s
), rated AS (
    SELECT m.*, p.label AS new_label, p.per_minute, b.new_billed, round(b.new_billed / 60.0, 6) AS new_quantity,
        round(b.new_billed * p.per_minute * 1.0000000000 / 60, 6) AS new_amount
    FROM matched m
    JOIN billing_price p ON p.id = m.price_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN m.seconds <= 0 THEN 0 ELSE
            (greatest(m.seconds, p.minimum_seconds) + p.increment_seconds - 1) / p.increment_seconds
            * p.increment_seconds END AS new_billed
    ) b
)"""
_MINUTE = """, (extract(isodow FROM calls.started_at AT TIME ZONE %(zone)s)::int - 1) * 1440
    + extract(hour FROM calls.started_at AT TIME ZONE %(zone)s)::int * 60
    + extract(minute FROM calls.started_at AT TIME ZONE %(zone)s)::int AS minute"""
_WITHIN = " AND c.minute >= {name}.first AND c.minute < {name}.after"


def rated_by(price_list: PriceList, time_zone: str) -> tuple[str, dict[str, Any]]:
    """(CTEs up to `rated`, their values): each call of `CALLS` in the list's currency and what it costs by the list."""
    rows = _spans(price_list)
    has_hours = any(row[3:5] != (0, windows.WEEK) for row in rows)
    within = _WITHIN if has_hours else ""
    kinds = "LEFT JOIN tenants_number n ON c.kind = 'inbound' AND n.e164 = c.number"
    joins, choice = [kinds], []
    for name, number_kind in (("kind", "n.kind"), ("any_kind", "''")):
        joins.append(
            f"LEFT JOIN spans {name} ON c.kind = 'inbound' AND {name}.direction = c.kind"
            f" AND {name}.number_kind = {number_kind}" + within.format(name=name)
        )
        choice.append(f"{name}.price")
    for length in sorted({len(row[1]) for row in rows if row[0] != Direction.INBOUND}, reverse=True):
        name = f"p{length}"
        joins.append(
            f"LEFT JOIN spans {name} ON c.kind <> 'inbound' AND {name}.direction = c.kind"
            f" AND {name}.prefix = left(c.other_number, {length}) AND length({name}.prefix) = {length}"
            + within.format(name=name)
        )
        choice.append(f"{name}.price")
    columns = zip(*rows, strict=True) if rows else ([] for _ in range(6))
    names = ("direction", "prefix", "number_kind", "first", "after", "price")
    values: dict[str, Any] = dict(zip(names, map(list, columns), strict=True))
    values |= {"currency": price_list.currency, "zone": time_zone}
    text = _RATED.format(
        choice=", ".join(choice), joins="\n    ".join(joins), minute=_MINUTE if has_hours else ""
    )
    return CALLS + text, values


def _spans(price_list: PriceList) -> list[tuple[str, str, str, int, int, int]]:
    """(direction, prefix, kind of number, first minute of the week, the one after the last, price); no minute of a
    destination twice.
    """
    found: dict[tuple[str, str, str], list[Price]] = defaultdict(list)
    for price in price_list.prices.order_by("id"):
        is_inbound = price.direction == Direction.INBOUND
        prefix, kind = ("", price.number_kind) if is_inbound else (price.prefix, "")
        found[price.direction, prefix, kind].append(price)
    return [
        (*key, span.first, span.after, prices[span.place].pk)
        for key, prices in found.items()
        for span in windows.shared_out([price.window for price in prices])
    ]
