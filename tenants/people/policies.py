"""What a role may do with people; and `has_role`, from which every app builds its own policies."""

from tenants.people.models import Member, Role

__all__ = [
    "Role",
    "can_change_member",
    "can_manage_members",
    "can_open_operator_admin",
    "can_open_tenant_admin",
    "can_see_audit",
    "grantable_roles",
    "has_role",
]


def has_role(member: object, *roles: str) -> bool:
    """True when the member may sign in and holds one of the roles. Anonymous visitors hold none."""
    return bool(getattr(member, "is_active", False)) and not set(getattr(member, "roles", ())).isdisjoint(
        roles
    )


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
        return (Role.OWNER, Role.ADMIN, Role.SUPERVISOR, Role.AGENT, Role.INSPECTOR, Role.FINANCE)
    if has_role(member, Role.ADMIN):
        return (Role.ADMIN, Role.SUPERVISOR, Role.AGENT, Role.INSPECTOR, Role.FINANCE)
    return ()
