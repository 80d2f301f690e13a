"""How an ordered tenant begins: by trade and direction, on trial or not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from tenants.models import Tenant
from tenants.plans.actions.onboarding import apply_preset
from tenants.plans.actions.trials import start_trial
from tenants.plans.queries import today_of

DAYS_KEPT = 30


@dataclass(frozen=True)
class Beginning:
    """`trade` "" draws no call flow; `trial_days` None is no trial."""

    trade: str = ""
    direction: str = "mixed"
    trial_days: int | None = None
    keep_days: int = DAYS_KEPT


@transaction.atomic
def begin_as(tenant: Tenant, beginning: Beginning, *, at: datetime) -> None:
    """A second time changes nothing."""
    apply_preset(tenant=tenant, trade=beginning.trade, direction=beginning.direction, at=at)
    if beginning.trial_days:
        ends_on = today_of(tenant, at) + timedelta(days=beginning.trial_days)
        start_trial(tenant=tenant, ends_on=ends_on, keep_days=beginning.keep_days, at=at)
