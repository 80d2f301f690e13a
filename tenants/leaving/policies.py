"""Who takes a tenant's data along, who looks for a person, who deletes a house. Pure."""

from tenants.people.policies import Role, has_role

OWNERS = (Role.OWNER,)
PERSON_FINDERS = (Role.OWNER, Role.ADMIN)
OPERATORS = (Role.OPERATOR,)


def can_export_everything(member: object) -> bool:
    """The data is the owner's."""
    return has_role(member, *OWNERS)


def can_handle_persons(member: object) -> bool:
    return has_role(member, *PERSON_FINDERS)


def can_delete_house(member: object) -> bool:
    """Ask for it and withdraw it; whoever handles persons confirms it."""
    return has_role(member, *OWNERS)


def can_delete_tenants(member: object) -> bool:
    return has_role(member, *OPERATORS)
