"""A budget beside what was spent: by our own ledger, and by what was written down of others' bills."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum as Total

from tenants.billing.models import Charge
from tenants.billing.rounding import to_cent
from tenants.context import enter_public
from tenants.contracts.dates import add_months
from tenants.contracts.models import Budget, Post, Spending, Sum
from tenants.models import Tenant

ZERO = Decimal(0)
BY_SOURCE = {post.value: post.value for post in Post} | {"expansion": Post.SERVICE.value}
"""The third word of the ledger's source of what a quote or a change booked."""
BY_KIND = {"custom": Post.CUSTOMISING.value, "setup": Post.TRAINING.value, "one_off": Post.HARDWARE.value}
"""Of what was booked by hand; every other kind is the service: fees, calls, and what is taken off them."""


@dataclass(frozen=True)
class BudgetRow:
    name: str
    planned: Decimal
    ledger: Decimal
    others: Decimal

    @property
    def actual(self) -> Decimal:
        return self.ledger + self.others

    @property
    def left(self) -> Decimal:
        return self.planned - self.actual

    @property
    def percent(self) -> int | None:
        """Of the plan, rounded down; None: nothing was planned."""
        return int(self.actual * 100 / self.planned) if self.planned else None

    @property
    def state(self) -> str:
        """`good`, `near` from 80 %, `over` beyond the plan."""
        if self.actual > self.planned:
            return "over"
        return "near" if (self.percent or 0) >= 80 else "good"


@dataclass(frozen=True)
class ShownBudget:
    budget: Budget
    rows: list[BudgetRow]
    contingency: Decimal
    last_month: date
    spendings: list[Spending]
    other_currencies: list[str]
    """In which something was charged as well, which this budget does not hold."""

    @property
    def total(self) -> BudgetRow:
        """With the contingency in what is planned."""
        planned = sum((row.planned for row in self.rows), ZERO) + self.contingency
        ledger = sum((row.ledger for row in self.rows), ZERO)
        return BudgetRow("", planned, ledger, sum((row.others for row in self.rows), ZERO))

    @property
    def contingency_used(self) -> Decimal:
        """What the posts together need beyond their plans, as far as there is any."""
        over = self.total.actual - (self.total.planned - self.contingency)
        return max(ZERO, min(over, self.contingency))


def budgets_of(tenant: Tenant) -> list[Budget]:
    """The newest first, with their posts and payments."""
    with enter_public():
        rows = Budget.objects.filter(tenant_id=tenant.pk).prefetch_related("lines", "spendings")
        return list(rows[:20])


def shown_budgets(tenant: Tenant) -> list[ShownBudget]:
    with enter_public():
        return [_shown(tenant, budget) for budget in budgets_of(tenant)]


def _shown(tenant: Tenant, budget: Budget) -> ShownBudget:
    end = add_months(budget.first_month, budget.months)
    planned = {line.post: line.planned for line in budget.lines.all()}
    booked = _booked(tenant, budget, end)
    others: dict[str, Decimal] = defaultdict(Decimal)
    for spending in budget.spendings.all():
        others[spending.post] += spending.amount
    rows = [
        BudgetRow(str(post.label), planned.get(post, ZERO), to_cent(booked.get(post, ZERO)), others[post])
        for post in Post
    ]
    sum_planned = sum(planned.values(), ZERO)
    return ShownBudget(
        budget=budget,
        rows=rows,
        contingency=to_cent(sum_planned * budget.contingency_percent / 100),
        last_month=add_months(budget.first_month, budget.months - 1),
        spendings=list(budget.spendings.all()),
        other_currencies=_others(tenant, budget, end),
    )


def _charges(tenant: Tenant, budget: Budget, end: date):  # noqa: ANN202
    return Charge.objects.filter(tenant_id=tenant.pk, month__gte=budget.first_month, month__lt=end)


def _booked(tenant: Tenant, budget: Budget, end: date) -> dict[str, Decimal]:
    """Post → exact sum of the ledger."""
    charges = _charges(tenant, budget, end).filter(currency=budget.currency).order_by()
    found: dict[str, Decimal] = defaultdict(Decimal)
    fees = charges.exclude(kind__in=BY_KIND)
    found[Post.SERVICE] += fees.aggregate(sum=Total("amount"))["sum"] or ZERO
    for kind, source, amount in charges.filter(kind__in=BY_KIND).values_list("kind", "source_key", "amount"):
        found[_post(kind, source)] += amount
    return found


def _post(kind: str, source: str) -> str:
    parts = source.split(":")
    word = parts[2] if len(parts) > 2 and parts[0] in ("quote", "change") else ""
    return BY_SOURCE.get(word, BY_KIND[kind])


def _others(tenant: Tenant, budget: Budget, end: date) -> list[str]:
    charges = _charges(tenant, budget, end).exclude(currency=budget.currency).exclude(amount=0)
    return sorted(set(charges.order_by().values_list("currency", flat=True)))


def figures_of(tenant: Tenant, kind: str) -> dict[str, str]:
    """What was put in last, {} before."""
    with enter_public():
        kept = Sum.objects.filter(tenant_id=tenant.pk, kind=kind).values_list("inputs", flat=True).first()
    return kept if isinstance(kept, dict) else {}
