"""What each module costs a month by the prices that hold: told to the pages of plans."""

from datetime import date
from typing import Any

from tenants.billing.queries import price_list_on
from tenants.plans import costs
from tenants.queries import contract_on


def connect() -> None:
    costs.answer_with(module_costs)


def module_costs(tenant: Any, day: date) -> dict[str, str]:
    """{module: "80.00 CNY"} of those that have a price."""
    contract = contract_on(tenant, day)
    prices = price_list_on(contract.plan_id, day) if contract else None
    if prices is None:
        return {}
    return {one.module: f"{one.monthly_fee} {prices.currency}" for one in prices.module_prices.all()}
