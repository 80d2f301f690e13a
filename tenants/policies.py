"""What an operator may do with tenants and their terms."""

from tenants.people.models import Role
from tenants.people.policies import has_role


def can_manage_tenants(member: object) -> bool:
    return has_role(member, Role.OPERATOR)


def can_see_tenants(member: object) -> bool:
    return has_role(member, Role.OPERATOR, Role.OPERATOR_FINANCE)


def can_manage_terms(member: object) -> bool:
    """Plans, contracts and SLAs: what a tenant pays and is promised."""
    return has_role(member, Role.OPERATOR, Role.OPERATOR_FINANCE)


def can_manage_numbers(member: object) -> bool:
    return has_role(member, Role.OPERATOR)
