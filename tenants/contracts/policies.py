"""Who reads what both sides agreed on, and who decides for a side."""

from tenants.people.models import Role
from tenants.people.policies import has_role

KEEPERS = (Role.OPERATOR, Role.OPERATOR_FINANCE)
READERS = (Role.OWNER, Role.ADMIN, Role.FINANCE)
PARTNERS = (*READERS, Role.PROJECT_MANAGER, Role.PROJECT_MEMBER)
DECIDERS = (Role.OWNER,)
MANAGERS = (Role.OWNER, Role.PROJECT_MANAGER)
PLANNERS = (Role.OWNER, Role.FINANCE)


def can_keep_contracts(member: object) -> bool:
    return has_role(member, *KEEPERS)


def can_read_contract(member: object) -> bool:
    return has_role(member, *READERS)


def can_read_partnership(member: object) -> bool:
    """Requirements, meetings and risks: what the project works with."""
    return has_role(member, *PARTNERS)


def can_decide_contract(member: object) -> bool:
    return has_role(member, *DECIDERS)


def can_plan_money(member: object) -> bool:
    return has_role(member, *PLANNERS)
