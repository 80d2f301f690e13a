"""Which modules a tenant has at a moment, for which days of a month one is paid, and which nobody uses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tenants.context import enter
from tenants.models import Contract, Tenant
from tenants.plans.models import ModuleChange, ModuleUse, PlanTerms
from tenants.plans.modules import EVERY, Module
from tenants.plans.use import left_traces
from tenants.queries import contract_on


def today_of(tenant: Tenant, at: datetime) -> date:
    return tenant.day_of(at)


def terms_on(tenant: Tenant, day: date) -> PlanTerms | None:
    """Of the plan of the contract that holds on the day; None where nothing is limited."""
    contract = contract_on(tenant, day)
    return PlanTerms.objects.filter(plan_id=contract.plan_id).first() if contract else None


def modules_of(tenant: Tenant, at: datetime) -> frozenset[str]:
    """Those of the plan, but where a switch says otherwise; to be asked in the public schema."""
    terms = terms_on(tenant, today_of(tenant, at))
    planned = set(terms.modules) if terms else set(EVERY)
    latest = _latest(tenant, at)
    return frozenset(module for module in EVERY if latest.get(module, module in planned))


def _latest(tenant: Tenant, at: datetime) -> dict[str, bool]:
    changes = ModuleChange.objects.filter(tenant=tenant, at__lte=at)
    rows = changes.order_by("module", "-at", "-id").distinct("module")
    return dict(rows.values_list("module", "is_on"))


def switches_of(tenant: Tenant) -> Iterable[ModuleChange]:
    """What was switched, newest first."""
    return ModuleChange.objects.filter(tenant=tenant)[:100]


def paid_from(contract: Contract, module: str, start: datetime, end: datetime) -> date | None:
    """The first day within [start, end) from which the module is paid to the end of the period; None: not at all.

    Switched off within it, it is paid to its end all the same: that is the period that had begun.
    """
    tenant = contract.tenant
    before = _latest(tenant, start).get(module)
    if before is None:
        terms = PlanTerms.objects.filter(plan_id=contract.plan_id).first()
        before = module in terms.modules if terms else True
    if before:
        return today_of(tenant, start)
    switched = ModuleChange.objects.filter(
        tenant=tenant, module=module, is_on=True, at__gt=start, at__lt=end
    ).order_by("at")
    first = switched.first()
    return today_of(tenant, first.at) if first else None


@dataclass(frozen=True)
class UnusedModule:
    module: str
    last_used_on: date | None

    @property
    def name(self) -> str:
        return str(Module(self.module).label)


def unused_modules(tenant: Tenant, *, days: int, at: datetime) -> list[UnusedModule]:
    """Modules the tenant has and that had no use in the last `days`: neither a page, nor a program, nor a trace."""
    since = at - timedelta(days=days)
    has = modules_of(tenant, at)
    rows = ModuleUse.objects.filter(tenant=tenant).order_by("module", "-day").distinct("module")
    last = dict(rows.values_list("module", "day"))
    quiet = [module for module in EVERY if module in has and last.get(module, date.min) < since.date()]
    with enter(tenant.schema_name):
        return [UnusedModule(one, last.get(one)) for one in quiet if not left_traces(one, since)]
