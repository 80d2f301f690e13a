"""Who may close months, see bills and record payments."""

from tenants.people.models import Role
from tenants.people.policies import has_role

FINANCE = (Role.OPERATOR_FINANCE,)
LOOKERS = (Role.OPERATOR, Role.OPERATOR_FINANCE)
OWN_BILLS = (Role.OWNER, Role.FINANCE)


def can_close(member: object) -> bool:
    return has_role(member, *FINANCE)


def can_see_closes(member: object) -> bool:
    return has_role(member, *LOOKERS)


def can_see_own_bills(member: object) -> bool:
    """A tenant's own people, of their own tenant."""
    return has_role(member, *OWN_BILLS)
