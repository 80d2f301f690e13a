"""Calls as sets: what each of a month costs now with all its corrections, and what calls cost by price lists.

The same rule as `legs.py` and `rounding.py` have for one call; tests/billing/test_rerating.py holds them together.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from tenants.billing import windows
from tenants.billing.models import Direction, Price, PriceList

CALLS = """
main AS (
    SELECT * FROM billing_charge
    WHERE tenant_id = %(tenant)s AND month = %(month)s AND state = 'priced' AND leg_id IS NOT NULL
        AND price_version > 0
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

BILLED = """CASE WHEN m.seconds <= 0 THEN 0
    ELSE (greatest(m.seconds, p.minimum_seconds) + p.increment_seconds - 1) / p.increment_seconds
    * p.increment_seconds END"""
"""Seconds of a call `m` as a price `p` counts them (rounding.billed_seconds)."""
_SPANS = """spans AS (
    SELECT * FROM unnest(%(span_lists)s::bigint[], %(span_directions)s::text[], %(span_prefixes)s::text[],
        %(span_kinds)s::text[], %(span_firsts)s::int[], %(span_afters)s::int[], %(span_prices)s::bigint[])
        AS s (list, direction, prefix, number_kind, first, after, price)
)"""
_RATED = """,
{spans}, matched AS (
    SELECT c.*, coalesce({choice}) AS price_id
    FROM (SELECT calls.*{minute} FROM calls) c
    {joins}
    WHERE c.currency = %(currency)s
), rated AS (
    SELECT m.*, p.label AS new_label, p.per_minute, b.new_billed, round(b.new_billed / 60.0, 6) AS new_quantity,
        round(b.new_billed * p.per_minute * 1.0000000000 / 60, 6) AS new_amount
    FROM matched m
    JOIN billing_price p ON p.id = m.price_id
    CROSS JOIN LATERAL (SELECT {billed} AS new_billed) b
)"""
_WITHIN = " AND c.minute >= {name}.first AND c.minute < {name}.after"


def minute_of(local: str) -> str:
    """SQL: the minute of the week of a moment on the wall's clock (windows.minute_of)."""
    return (
        f"(extract(isodow FROM {local})::int - 1) * 1440 + extract(hour FROM {local})::int * 60"
        f" + extract(minute FROM {local})::int"
    )


class Choice(NamedTuple):
    """SQL that finds the price of each call `c` (kind, number, other_number, and `minute` where there are hours):
    `spans` is a CTE, `joins` come after `c`, `prices` are the ids from the nearest on.
    """

    spans: str
    joins: str
    prices: str
    values: dict[str, Any]
    has_hours: bool


def choice_among(price_lists: Sequence[PriceList], *, of_list: str = "") -> Choice:
    """Of several lists `of_list` says which is a call's."""
    rows = [row for price_list in price_lists for row in _spans(price_list)]
    has_hours = any(row[4:6] != (0, windows.WEEK) for row in rows)
    joins, prices = ["LEFT JOIN tenants_number n ON c.kind = 'inbound' AND n.e164 = c.number"], []

    def join(name: str, condition: str) -> None:
        same_list = f" AND {name}.list = {of_list}" if of_list else ""
        within = _WITHIN.format(name=name) if has_hours else ""
        joins.append(
            f"LEFT JOIN spans {name} ON {name}.direction = c.kind{same_list} AND {condition}{within}"
        )
        prices.append(f"{name}.price")

    join("kind", "c.kind = 'inbound' AND kind.number_kind = n.kind")
    join("any_kind", "c.kind = 'inbound' AND any_kind.number_kind = ''")
    for length in sorted({len(row[2]) for row in rows if row[1] != Direction.INBOUND}, reverse=True):
        name = f"p{length}"
        fits = f"{name}.prefix = left(c.other_number, {length}) AND length({name}.prefix) = {length}"
        join(name, f"c.kind <> 'inbound' AND {fits}")
    names = ("lists", "directions", "prefixes", "kinds", "firsts", "afters", "prices")
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    values = {f"span_{name}": list(column) for name, column in zip(names, columns, strict=True)}
    return Choice(_SPANS, "\n    ".join(joins), ", ".join(prices), values, has_hours)


def rated_by(price_list: PriceList, time_zone: str) -> tuple[str, dict[str, Any]]:
    """(CTEs up to `rated`, their values): each call of `CALLS` in the list's currency and what it costs by the list."""
    found = choice_among([price_list])
    minute = f", {minute_of('(calls.started_at AT TIME ZONE %(zone)s)')} AS minute" if found.has_hours else ""
    text = _RATED.format(
        spans=found.spans, choice=found.prices, joins=found.joins, minute=minute, billed=BILLED
    )
    return CALLS + text, found.values | {"currency": price_list.currency, "zone": time_zone}


def _spans(price_list: PriceList) -> list[tuple[int, str, str, str, int, int, int]]:
    """(list, direction, prefix, kind of number, first minute of the week, the one after the last, price); no minute of
    a destination twice.
    """
    found: dict[tuple[str, str, str], list[Price]] = defaultdict(list)
    for price in sorted(price_list.prices.all(), key=lambda price: price.pk):
        is_inbound = price.direction == Direction.INBOUND
        prefix, kind = ("", price.number_kind) if is_inbound else (price.prefix, "")
        found[price.direction, prefix, kind].append(price)
    return [
        (price_list.pk, *key, span.first, span.after, prices[span.place].pk)
        for key, prices in found.items()
        for span in windows.shared_out([price.window for price in prices])
    ]
