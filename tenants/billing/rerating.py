"""A month's calls rated anew by a price list: first the difference, then corrections, one row per call that differs."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from tenants.billing import months
from tenants.billing.errors import ListCannotRate
from tenants.billing.models import ZERO, Charge, PriceList, Rerating
from tenants.billing.queries import charges_of, unpriced_of
from tenants.billing.rating_sql import rated_by
from tenants.models import Tenant
from tenants.people.actions import record_audit

_DIFFERS = "(new_amount, new_billed) <> (amount, billed)"
# Told again it finds no difference, so nothing is written twice; the run's key is the second guard.
_APPLY = f"""
INSERT INTO billing_charge (tenant_id, month, kind, state, reason, leg_id, source_key, node, number, other_number,
    started_at, ended_at, billable_seconds, billed_seconds, is_estimated, label, quantity, unit_price, amount, currency,
    price_list_id, price_version, rule, created_at)
SELECT %(tenant)s, %(month)s, 'rerated', 'priced', '', leg_id, %(source)s, node, number, other_number,
    started_at, ended_at, seconds, new_billed - billed, false, new_label, new_quantity - quantity, per_minute,
    new_amount - amount, currency, %(list)s, %(version)s, '', now()
FROM rated WHERE {_DIFFERS}
ON CONFLICT DO NOTHING
"""  # noqa: S608
_LINES = f"""
SELECT kind, new_label, currency, count(*), count(*) FILTER (WHERE {_DIFFERS}), sum(amount), sum(new_amount)
FROM rated GROUP BY kind, new_label, currency ORDER BY kind, new_label
"""  # noqa: S608
_BEHIND = f"""
SELECT leg_id, started_at, other_number, seconds, label, amount, new_label, new_amount FROM rated
WHERE kind = %(kind)s AND new_label = %(label)s AND {_DIFFERS} ORDER BY started_at DESC, leg_id LIMIT %(most)s
"""  # noqa: S608


class RatedLine(NamedTuple):
    """Calls of one kind and label of the new list: their amounts as they stand, and as they would."""

    kind: str
    label: str
    currency: str
    call_count: int
    changed_count: int
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def kind_text(self) -> str:
        return str(Charge.Kind(self.kind).label)


class RatedCall(NamedTuple):
    leg_id: UUID
    started_at: Any
    other_number: str
    seconds: int
    label: str
    before: Decimal
    new_label: str
    after: Decimal


class Difference(NamedTuple):
    """What rating a month anew would change. `left_alone`: priced calls the list has no price or currency for."""

    lines: list[RatedLine]
    left_alone: int
    unpriced: int

    @property
    def changed_count(self) -> int:
        return sum(line.changed_count for line in self.lines)

    @property
    def before(self) -> Decimal:
        return sum((line.before for line in self.lines), ZERO)

    @property
    def after(self) -> Decimal:
        return sum((line.after for line in self.lines), ZERO)

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


def difference_of(tenant: Tenant, month: date, price_list: PriceList) -> Difference:
    """Reads only. Calls that have no price yet are left to the draft, which prices them by the list of their day."""
    month = months.first_day(month)
    lines = [RatedLine(*row) for row in _asked(tenant, month, price_list, _LINES)]
    calls = charges_of(tenant, month).filter(
        kind__in=("inbound", "outbound", "internal"),
        state=Charge.State.PRICED,
        leg_id__isnull=False,
        price_version__gt=0,
    )
    rated = sum(line.call_count for line in lines)
    return Difference(lines, calls.count() - rated, unpriced_of(tenant, month).count())


def calls_behind(
    tenant: Tenant, month: date, price_list: PriceList, *, kind: str, label: str, most: int = 200
) -> list[RatedCall]:
    """Those of a line that would change, newest first."""
    asked = {"kind": kind, "label": label, "most": most}
    return [RatedCall(*row) for row in _asked(tenant, months.first_day(month), price_list, _BEHIND, **asked)]


@transaction.atomic
def rate_anew(*, tenant: Tenant, month: date, price_list: PriceList) -> Rerating | None:
    """Write one correction for each call that costs otherwise by the list; None when there is none.

    Calls are charged meanwhile; two runs at the same time come one after the other. Raises ListCannotRate when the
    list knows no price for one of the month's calls.
    """
    month = months.first_day(month)
    tenant = Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
    found = difference_of(tenant, month, price_list)
    if found.left_alone:
        raise ListCannotRate(count=found.left_alone)
    if not found.changed_count:
        return None
    run = Rerating.objects.create(
        tenant=tenant,
        month=month,
        price_list=price_list,
        currency=price_list.currency,
        call_count=found.changed_count,
        difference=found.difference,
        lines=[_kept(line) for line in found.lines],
    )
    source = {"source": f"rated:{run.pk}", "list": price_list.pk, "version": price_list.version}
    _write(tenant, month, price_list, source)
    record_audit(
        verb="rated anew", subject=run, after={"calls": run.call_count, "difference": run.difference}
    )
    return run


def _kept(line: RatedLine) -> dict[str, object]:
    return {
        name: str(value) if isinstance(value, Decimal) else value for name, value in line._asdict().items()
    }


def _write(tenant: Tenant, month: date, price_list: PriceList, source: dict[str, object]) -> None:
    ctes, values = rated_by(price_list, tenant.time_zone)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {ctes} {_APPLY}", values | source | {"tenant": tenant.pk, "month": month})


def _asked(
    tenant: Tenant, month: date, price_list: PriceList, question: str, **values: object
) -> list[tuple[Any, ...]]:
    ctes, known = rated_by(price_list, tenant.time_zone)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {ctes} {question}", known | values | {"tenant": tenant.pk, "month": month})
        return cursor.fetchall()
