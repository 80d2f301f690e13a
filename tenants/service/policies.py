"""Who of a tenant opens cases and reads what was promised; who of the operators does the rest. Pure."""

from tenants.people.models import Role
from tenants.people.policies import has_role

CASE_ROLES = (Role.OWNER, Role.ADMIN, Role.SUPERVISOR, Role.OPERATIONS)
PROMISE_READERS = (Role.OWNER, Role.ADMIN, Role.OPERATIONS, Role.FINANCE)
KEEPERS = (Role.OPERATOR,)
OPERATORS = (Role.OPERATOR, Role.OPERATOR_FINANCE)


def can_open_cases(member: object) -> bool:
    return has_role(member, *CASE_ROLES)


def can_see_promise(member: object) -> bool:
    """Availability by month, against what was promised."""
    return has_role(member, *PROMISE_READERS)


def can_serve(member: object) -> bool:
    return has_role(member, *KEEPERS)


def can_see_service(member: object) -> bool:
    return has_role(member, *OPERATORS)
