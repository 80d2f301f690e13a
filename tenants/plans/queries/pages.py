"""What the pages of plans show: each module with its price and use, the operator's list of tenants."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tenants.context import enter, enter_public, every_tenant
from tenants.models import Contract, Tenant
from tenants.plans.models import ModuleUse, OnboardingStep, Trial
from tenants.plans.modules import EVERY, Module
from tenants.plans.queries.modules import UnusedModule, modules_of, terms_on, today_of, unused_modules
from tenants.plans.queries.quotas import Gauge, gauges_of
from tenants.queries import contract_on

UNUSED_DAYS = 30
Costs = Mapping[str, Any]
"""By module: what it costs a month, as text; asked of billing, a floor above."""


@dataclass(frozen=True)
class ModuleLine:
    module: str
    is_on: bool
    is_planned: bool
    last_used_on: date | None
    is_unused: bool
    cost: str

    @property
    def name(self) -> str:
        return str(Module(self.module).label)


def module_lines(tenant: Tenant, *, at: datetime, costs: Costs, days: int = UNUSED_DAYS) -> list[ModuleLine]:
    with enter_public():
        has, terms = modules_of(tenant, at), terms_on(tenant, today_of(tenant, at))
        used = ModuleUse.objects.filter(tenant=tenant).order_by("module", "-day").distinct("module")
        last = dict(used.values_list("module", "day"))
        unused = {one.module for one in _unused(tenant, days, at)}
    return [
        ModuleLine(
            module=module,
            is_on=module in has,
            is_planned=terms is None or module in terms.modules,
            last_used_on=last.get(module),
            is_unused=module in unused,
            cost=str(costs.get(module, "")),
        )
        for module in EVERY
    ]


def _unused(tenant: Tenant, days: int, at: datetime) -> list[UnusedModule]:
    return unused_modules(tenant, days=days, at=at) if tenant.has_schema else []


@dataclass(frozen=True)
class TenantCard:
    tenant: Tenant
    contract: Contract | None
    trial: Trial | None
    off: int
    unused: list[UnusedModule]
    late: int
    gauges: list[Gauge]


def tenant_cards(*, at: datetime, days: int = UNUSED_DAYS) -> list[TenantCard]:
    """Every tenant that has a schema, those whose trial ends first before the others."""
    with enter_public():
        trials = {trial.tenant_id: trial for trial in Trial.objects.exclude(state=Trial.State.CLOSED)}
        late = _late_steps()
        cards = [_card(tenant, trials.get(tenant.pk), late, days, at) for tenant in every_tenant()]
    return sorted(cards, key=lambda card: (_end_of(card), card.tenant.name))


def _end_of(card: TenantCard) -> date:
    is_open = card.trial and card.trial.state in (Trial.State.RUNNING, Trial.State.ENDED)
    return card.trial.ends_on if is_open else date.max


def _late_steps() -> dict[int, int]:
    found: dict[int, int] = {}
    for step in OnboardingStep.objects.filter(done_at=None):
        found[step.tenant_id] = found.get(step.tenant_id, 0) + step.is_late
    return found


def _card(tenant: Tenant, trial: Trial | None, late: dict[int, int], days: int, at: datetime) -> TenantCard:
    has = modules_of(tenant, at)
    with enter(tenant.schema_name):
        gauges = [gauge for gauge in gauges_of(tenant) if gauge.state != "good"]
    return TenantCard(
        tenant=tenant,
        contract=contract_on(tenant, today_of(tenant, at)),
        trial=trial,
        off=len(EVERY) - len(has),
        unused=_unused(tenant, days, at),
        late=late.get(tenant.pk, 0),
        gauges=gauges,
    )
