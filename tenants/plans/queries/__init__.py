"""Reads of plans: terms, modules and their use."""

from tenants.plans.queries.modules import (
    UnusedModule,
    modules_of,
    paid_from,
    switches_of,
    terms_on,
    today_of,
    unused_modules,
)
from tenants.plans.queries.quotas import Gauge, Source, add_gauge, gauges_of

__all__ = [
    "Gauge",
    "Source",
    "UnusedModule",
    "add_gauge",
    "gauges_of",
    "modules_of",
    "paid_from",
    "switches_of",
    "terms_on",
    "today_of",
    "unused_modules",
]
