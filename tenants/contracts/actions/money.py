"""Budgets, what was spent beside our own bills, and the figures of the calculators."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from tenants.billing.months import first_day
from tenants.context import enter_public
from tenants.contracts import errors
from tenants.contracts.logs import tell_both, who_acts
from tenants.contracts.models import Budget, BudgetLine, Spending, Sum
from tenants.models import Tenant


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`posts`: {post: what is planned for all its months}."""

    name: str
    currency: str
    first_month: date
    months: int
    contingency_percent: Decimal
    posts: dict[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class Payment:
    post: str
    spent_on: date
    label: str
    amount: Decimal


@transaction.atomic
def write_budget(*, tenant: Tenant, plan: Plan, budget_id: int | None = None) -> Budget:
    with enter_public():
        row = Budget(tenant=tenant) if budget_id is None else _budget(tenant, budget_id)
        row.name, row.currency, row.months = plan.name, plan.currency, plan.months
        row.first_month, row.contingency_percent = first_day(plan.first_month), plan.contingency_percent
        row.save()
        for post, planned in plan.posts.items():
            BudgetLine.objects.update_or_create(budget=row, post=post, defaults={"planned": planned})
        tell_both(tenant, row, "planned a budget", name=row.name, total=sum(plan.posts.values(), Decimal(0)))
    return row


@transaction.atomic
def add_spending(*, tenant: Tenant, budget_id: int, payment: Payment) -> Spending:
    with enter_public():
        budget = _budget(tenant, budget_id)
        made = Spending.objects.create(
            budget=budget,
            post=payment.post,
            spent_on=payment.spent_on,
            label=payment.label,
            amount=payment.amount,
            added_by=who_acts(),
        )
        tell_both(tenant, made, "added", post=made.post, amount=made.amount, label=made.label)
    return made


@transaction.atomic
def drop_spending(*, tenant: Tenant, spending_id: int) -> None:
    with enter_public():
        row = Spending.objects.filter(pk=spending_id, budget__tenant_id=tenant.pk).first()
        if row is None:
            raise errors.NotYours
        tell_both(tenant, row, "deleted", post=row.post, amount=row.amount, label=row.label)
        row.delete()


def _budget(tenant: Tenant, budget_id: int) -> Budget:
    row = Budget.objects.select_for_update().filter(pk=budget_id, tenant_id=tenant.pk).first()
    if row is None:
        raise errors.NotYours
    return row


@transaction.atomic
def keep_figures(*, tenant: Tenant, kind: str, inputs: dict[str, str], at: datetime) -> None:
    """What was put into a calculator last; of a tenant and kind there is one."""
    with enter_public():
        values = {"inputs": inputs, "saved_at": at, "saved_by": who_acts()}
        row, _made = Sum.objects.update_or_create(tenant=tenant, kind=kind, defaults=values)
        tell_both(tenant, row, "calculated", **inputs)
