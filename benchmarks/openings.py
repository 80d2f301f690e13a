"""(f1) Opening a tenant: into a house that stands ready, with none ready, one after another; beside it the DDL alone,
django-tenants' clone of a schema, and migrating.
"""

import sys
import time
from statistics import median
from typing import Any

from benchmarks.harness import Report, Target, check, percentile

FEW = 10
OPENED, CLONED, STREAK = 8, 1, 6


def opened(tenants: int) -> dict[str, list[float]]:
    """Seconds: each subject by turns, in the fleet as it is now. Houses are made ready between them, outside the time
    of an opening, as the task does it; the streak finds those that stand at its beginning and no more.
    """
    from django.conf import settings
    from django.test import override_settings

    from tenants.provisioning.keeping import keep_ready

    when = "few" if tenants == FEW else "many"
    say(f"opening with {when}")
    found: dict[str, list[float]] = {
        name: [] for name in ("ready", "ours", "raw", "keeping", "streak", "clone", "migrate")
    }
    keep_ready()
    for place in range(OPENED):
        found["ready"].append(timed(lambda name=f"h{when}{place}": _ours(name, "ready")))
        found["keeping"].append(timed(keep_ready))
        with override_settings(READY_HOUSES=0):
            found["ours"].append(timed(lambda name=f"o{when}{place}": _ours(name, "replayed")))
        found["raw"].append(timed(lambda name=f"r{when}{place}": _raw(name)))
        if place < CLONED:
            found["clone"].append(timed(lambda name=f"c{when}{place}": _clone(name)))
    for place in range(STREAK):
        how = "ready" if place < settings.READY_HOUSES else "replayed"
        found["streak"].append(timed(lambda name=f"s{when}{place}", how=how: _ours(name, how)))
    keep_ready()
    if tenants == FEW:
        found["migrate"].append(timed(lambda: _by_migrating(f"m{when}")))
    return found


def say(what: str) -> None:
    print(f"  {what}", file=sys.stderr, flush=True)


def timed(work: Any) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _ours(name: str, how: str) -> None:
    """The order and the whole opening, five steps to open doors, as the task does it."""
    from django.utils import timezone

    from tenants.actions import FirstAdmin, Terms, open_tenant
    from tenants.context import enter, enter_public
    from tenants.models import Plan
    from tenants.people.models import Member
    from tenants.provisioning.opening import provision

    with enter_public():
        plan, _made = Plan.objects.get_or_create(code="bench", defaults={"name": "Bench", "currency": "CNY"})
        tenant = open_tenant(
            name=name, schema_name=name, domain=f"{name}.example.com", country="CN", time_zone="Asia/Shanghai",
            currency="CNY", admin=FirstAdmin("owner", "Olga Owner"), terms=Terms(plan, timezone.localdate(), seats=5),
            begin=False,
        )  # fmt: skip
        check(provision(tenant.pk), f"{name} was not opened")
        came = tenant.provisioning_steps.get(name="schema").details["how"]
        check(came == how, f"{name} was {came}, not {how}")
    with enter(name):
        check(Member.objects.count() == 1, f"{name} has no administrator")


def _raw(name: str) -> None:
    from django.db import connection

    from tenants.context import enter_public
    from tenants.provisioning.template_schema import schema_sql

    with enter_public(), connection.cursor() as cursor:
        cursor.execute(schema_sql(name))


def _clone(name: str) -> None:
    from django_tenants.clone import CloneSchema

    CloneSchema().clone_schema("acme", name)


def _by_migrating(name: str) -> None:
    from tenants.provisioning.schemas import _by_migrating as migrate

    migrate(name)


def tell_openings(
    report: Report, tenants: int, few: dict[str, list[float]], many: dict[str, list[float]]
) -> None:
    words = {
        "ready": "ours, all five steps, a house stands ready",
        "ours": "ours, all five steps, none is ready",
        "streak": f"ours, {STREAK} one after another at full speed, the first of them into what stood ready",
        "keeping": "making one ready again, beside the openings",
        "raw": "the same DDL alone",
        "clone": "django-tenants' clone_schema",
        "migrate": "django-tenants' create_schema (migrating)",
    }
    for size, told in ((FEW, few), (tenants, many)):
        for name, values in ((name, values) for name, values in told.items() if values):
            report.row(f"f1, opening one at {size:,} tenants", words[name], "each", "s", values)
    report.targets += [
        Target(
            f"f1: p95 of an opening at {tenants:,} into a house that stands ready, s",
            percentile(many["ready"], 95),
            at_most=0.5,
            is_gate=False,
        ),
        Target(
            f"f1: p95 of the {STREAK} one after another at {tenants:,}, most into none, s",
            percentile(many["streak"], 95),
            at_most=0.5,
            is_gate=False,
        ),
        Target("f1: none ready ÷ the DDL alone", median(many["ours"]) / median(many["raw"]), at_most=2.5),
        *(
            Target(
                f"f1: {name}, at {tenants:,} ÷ at {FEW}", median(many[kind]) / median(few[kind]), at_most=1.3
            )
            for kind, name in (("ready", "a house ready"), ("ours", "none ready"))
        ),
    ]
    report.checks.append(
        (
            "each opening said how its tables came: renamed into, or made for it",
            f"{2 * (2 * OPENED + STREAK)} openings",
        )
    )
