"""Who applies for numbers, who decides, who keeps the papers."""

from tenants.people.models import Role
from tenants.people.policies import has_role

APPLICANTS = (Role.OWNER, Role.ADMIN)
OWN_READERS = (*APPLICANTS, Role.SUPERVISOR)
KEEPERS = (Role.OPERATOR,)
READERS = (*KEEPERS, Role.OPERATOR_FINANCE)


def can_apply_for_numbers(member: object) -> bool:
    return has_role(member, *APPLICANTS)


def can_see_own_numbers(member: object) -> bool:
    return has_role(member, *OWN_READERS)


def can_keep_desk(member: object) -> bool:
    return has_role(member, *KEEPERS)


def can_see_desk(member: object) -> bool:
    return has_role(member, *READERS)
