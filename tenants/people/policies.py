"""What a role may do with people; and `has_role`, from which every app builds its own policies."""

from tenants.people.models import TENANT_ROLES, Member, Role

__all__ = [
    "ARRANGING_ROLES",
    "HEALTH_ROLES",
    "Member",
    "PERSON_READERS",
    "ORGANISATION_ROLES",
    "ROLLOUT_OWNERS",
    "ROLLOUT_READERS",
    "RIGHTS_READERS",
    "Role",
    "TENANT_ROLES",
    "can_arrange_teams",
    "can_change_member",
    "can_manage_members",
    "can_open_operator_admin",
    "can_open_tenant_admin",
    "can_run_rollout",
    "can_see_audit",
    "can_see_health",
    "can_see_person",
    "can_see_rights",
    "can_see_rollout",
    "can_see_teams",
    "grantable_roles",
    "has_role",
]

ARRANGING_ROLES = (Role.OWNER, Role.ADMIN)
PERSON_READERS = (*ARRANGING_ROLES, Role.SUPERVISOR, Role.TEAM_LEAD)
ORGANISATION_ROLES = (*PERSON_READERS, Role.INSPECTOR, Role.PROJECT_MANAGER, Role.PROJECT_MEMBER)
RIGHTS_READERS = (*ARRANGING_ROLES, Role.SUPERVISOR, Role.OPERATIONS, Role.PROJECT_MANAGER)
ROLLOUT_OWNERS = (*ARRANGING_ROLES, Role.PROJECT_MANAGER)
ROLLOUT_READERS = (*ROLLOUT_OWNERS, Role.PROJECT_MEMBER)
HEALTH_ROLES = (*ARRANGING_ROLES, Role.OPERATIONS)


def has_role(member: object, *roles: str) -> bool:
    """True when the member may sign in and holds one of the roles. Anonymous visitors hold none."""
    if not getattr(member, "is_active", False) or getattr(member, "is_seat_over", False):
        return False
    return not set(getattr(member, "roles", ())).isdisjoint(roles)


def can_open_tenant_admin(member: object) -> bool:
    return has_role(member, Role.OWNER, Role.ADMIN, Role.SUPERVISOR, Role.INSPECTOR)


def can_open_operator_admin(member: object) -> bool:
    return has_role(member, Role.OPERATOR, Role.OPERATOR_FINANCE)


def can_manage_members(member: object) -> bool:
    return has_role(member, Role.OWNER, Role.ADMIN, Role.OPERATOR)


def can_see_audit(member: object) -> bool:
    return has_role(member, Role.OWNER, Role.ADMIN, Role.OPERATOR)


def can_change_member(member: object, other: Member) -> bool:
    """An administrator may not touch an owner: nobody lifts himself above his own role."""
    if Role.OWNER in other.roles and not has_role(member, Role.OWNER):
        return False
    return can_manage_members(member)


def grantable_roles(member: object) -> tuple[str, ...]:
    if has_role(member, Role.OPERATOR):
        return (Role.OPERATOR, Role.OPERATOR_FINANCE)
    if has_role(member, Role.OWNER):
        return TENANT_ROLES
    if has_role(member, Role.ADMIN):
        return tuple(role for role in TENANT_ROLES if role != Role.OWNER)
    return ()


def can_see_teams(member: object) -> bool:
    """Who works where, in numbers and names: no address, no telephone number."""
    return has_role(member, *ORGANISATION_ROLES)


def can_arrange_teams(member: object) -> bool:
    return has_role(member, *ARRANGING_ROLES)


def can_see_person(member: object) -> bool:
    """Somebody else's page: roles, rights, seat."""
    return has_role(member, *PERSON_READERS)


def can_see_rights(member: object) -> bool:
    """Which role may do what is no secret among those who answer for it."""
    return has_role(member, *RIGHTS_READERS)


def can_see_rollout(member: object) -> bool:
    return has_role(member, *ROLLOUT_READERS)


def can_run_rollout(member: object) -> bool:
    """Plan the steps, and accept what is done."""
    return has_role(member, *ROLLOUT_OWNERS)


def can_see_health(member: object) -> bool:
    """How the system is and what it noted: nothing of any customer."""
    return has_role(member, *HEALTH_ROLES)
