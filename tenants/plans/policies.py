"""Who may see what the tenant has, and who may change it."""

from tenants.people.models import Role
from tenants.people.policies import has_role

PLAN_READERS = (Role.OWNER, Role.ADMIN, Role.FINANCE)
BRAND_ROLES = (Role.OWNER, Role.ADMIN)
NOTICE_ROLES = (Role.OWNER, Role.ADMIN, Role.SUPERVISOR, Role.OPERATIONS)
STARTERS = (Role.OWNER, Role.ADMIN, Role.PROJECT_MANAGER, Role.PROJECT_MEMBER)
OPERATORS = (Role.OPERATOR, Role.OPERATOR_FINANCE)


def can_see_plan(member: object) -> bool:
    """A tenant's own people, of their own tenant."""
    return has_role(member, *PLAN_READERS)


def can_change_brand(member: object) -> bool:
    return has_role(member, *BRAND_ROLES)


def can_see_onboarding(member: object) -> bool:
    return has_role(member, *STARTERS)


def can_read_notices(member: object) -> bool:
    return has_role(member, *NOTICE_ROLES)


def can_switch_modules(member: object) -> bool:
    return has_role(member, *OPERATORS)


def can_announce(member: object) -> bool:
    return has_role(member, Role.OPERATOR)
