"""(i) Settled legs into the ledger: `charge_leg`, each in its own transaction, beside the least SQL that could do it.

The hand-written peer knows the tenant, the plan and the prices by heart and runs one INSERT … ON CONFLICT per leg; it
looks nothing up. Both write the same legs; afterwards both are run again and must write nothing.
"""

import os
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from uuid import UUID

from benchmarks import closes, rating
from benchmarks.harness import Report, Target, by_turns, check, ratio

TITLE = "i · Legs charged"
LEGS = 200
ANSWERED = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
INSERT = """
INSERT INTO billing_charge (tenant_id, month, kind, state, reason, leg_id, source_key, node, number, other_number,
    started_at, ended_at, billable_seconds, billed_seconds, is_estimated, label, quantity, unit_price, amount, currency,
    price_list_id, price_version, rule, created_at)
VALUES (%(tenant)s, '2026-11-01', 'outbound', 'priced', '', %(leg)s, '', 'bench', '+862155500001', %(other)s,
    %(from)s, %(until)s, %(seconds)s, %(billed)s, false, 'China', %(billed)s / 60.0, 0.10, %(billed)s * 0.10 / 60,
    'CNY', %(list)s, 1, '', now())
ON CONFLICT DO NOTHING
"""


def run(repeats: int) -> Report:
    from tests.servers import SERVERS

    SERVERS.start_postgres()
    try:
        return _run(repeats)
    finally:
        from django.db import connections

        connections.close_all()
        SERVERS.stop()


def _run(repeats: int) -> Report:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    terms = _terms()
    random = Random(1)
    ways = {"ours": partial(_round, _ours, terms, random), "sql": partial(_round, _sql, terms, random)}
    found = by_turns(ways, repeats)
    report, workload = Report(TITLE), f"{LEGS} legs, a transaction each, in the tenant's schema"
    report.row(workload, "charge_leg", "legs per second", "1/s", found["ours"]["rate"])
    report.row(
        workload, "hand-written INSERT, nothing looked up", "legs per second", "1/s", found["sql"]["rate"]
    )
    pairs = zip(found["ours"]["rate"], found["sql"]["rate"], strict=True)
    report.row(workload, "ours ÷ hand-written", "ratio", "×", [a / b for a, b in pairs])
    gain = ratio(found["ours"]["rate"], found["sql"]["rate"])
    report.targets += [
        Target("charge_leg ÷ hand-written INSERT", gain, at_least=0.03),
        Target("legs per second, ours", found["ours"]["rate"][0], at_least=200, is_gate=False),
    ]
    report.checks.append(
        ("sum of the ledger = sum by hand, and a second run wrote nothing", f"{2 * repeats * LEGS:,} legs")
    )
    rating.add_to(report, repeats)
    closes.add_to(report, repeats)
    return report


class Terms:
    """A tenant with a contract and one price."""

    def __init__(self, tenant, price_list) -> None:
        self.tenant, self.price_list = tenant, price_list


def _terms() -> Terms:
    from tenants.billing.models import Price, PriceList
    from tenants.models import Contract, Plan, Tenant

    tenant = Tenant.objects.get(schema_name="acme")
    Contract.objects.filter(tenant=tenant).delete()
    plan = Plan.objects.create(code="bench", name="Bench", currency="CNY")
    Contract.objects.create(tenant=tenant, plan=plan, starts_on=date(2026, 1, 1), seats=1)
    price_list = PriceList.objects.create(plan=plan, version=1, valid_from=date(2026, 1, 1), currency="CNY")
    for prefix, label in (
        ("+", "Abroad"),
        ("+86", "China"),
        *((f"+86{n}", "Elsewhere") for n in range(20, 60)),
    ):
        Price.objects.create(
            price_list=price_list,
            direction="outbound",
            prefix=prefix,
            label=label,
            per_minute=Decimal("0.10"),
        )
    return Terms(tenant, price_list)


Leg = tuple[UUID, int]
Way = Callable[[Terms, Leg], None]


def _round(way: Way, terms: Terms, random: Random) -> dict[str, float]:
    from django.db import transaction

    from tenants.billing.models import Charge
    from tenants.context import enter

    legs = [(UUID(int=random.getrandbits(128)), random.randint(1, 900)) for _ in range(LEGS)]
    with enter(terms.tenant.schema_name):
        began = time.perf_counter()
        for leg in legs:
            with transaction.atomic():
                way(terms, leg)
        spent = time.perf_counter() - began
        for leg in legs[:50]:
            with transaction.atomic():
                way(terms, leg)
    written = Charge.objects.filter(leg_id__in=[leg_id for leg_id, _ in legs])
    check(len(written) == LEGS, f"{len(written)} charges for {LEGS} legs")
    by_hand = sum(-(-seconds // 60) for _, seconds in legs) * Decimal("0.10")
    check(sum(charge.amount for charge in written) == by_hand, "the ledger's sum is wrong")
    return {"rate": LEGS / spent}


def _ours(terms: Terms, leg: Leg) -> None:
    from tenants.billing.actions import charge_leg

    leg_id, seconds = leg
    charge_leg(
        tenant_schema=terms.tenant.schema_name,
        leg_id=leg_id,
        node="bench",
        direction="outbound",
        number="+862155500001",
        other_number="+8613812342211",
        answered_at=ANSWERED,
        ended_at=ANSWERED + timedelta(seconds=seconds),
        billable_seconds=seconds,
        is_estimated=False,
    )


def _sql(terms: Terms, leg: Leg) -> None:
    from django.db import connection

    leg_id, seconds = leg
    values = {
        "tenant": terms.tenant.pk,
        "list": terms.price_list.pk,
        "leg": leg_id,
        "other": "+8613812342211",
        "from": ANSWERED,
        "until": ANSWERED + timedelta(seconds=seconds),
        "seconds": seconds,
        "billed": -(-seconds // 60) * 60,
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)
