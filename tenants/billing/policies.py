"""Who may see and change prices, the ledger and invoices."""

from tenants.people.models import Role
from tenants.people.policies import has_role


def can_change_prices(member: object) -> bool:
    return has_role(member, Role.OPERATOR_FINANCE)


def can_see_ledger(member: object) -> bool:
    return has_role(member, Role.OPERATOR, Role.OPERATOR_FINANCE)


def can_draft_invoices(member: object) -> bool:
    return has_role(member, Role.OPERATOR_FINANCE)


def can_book_items(member: object) -> bool:
    return has_role(member, Role.OPERATOR_FINANCE)


def can_see_costs(member: object) -> bool:
    return has_role(member, *FINANCE)


def can_see_usage(member: object) -> bool:
    """A tenant's own people, of their own tenant."""
    return has_role(member, *USAGE_ROLES)


USAGE_ROLES = (Role.OWNER, Role.FINANCE)
FINANCE = (Role.OPERATOR_FINANCE,)
"""Who sees what the service costs us, and rates months anew."""
