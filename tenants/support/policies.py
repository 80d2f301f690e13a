"""Who lets support in, and who of the operators may ask. Pure."""

from tenants.people.policies import Role, has_role

READERS = (Role.OWNER, Role.ADMIN)
ALLOWERS = (Role.OWNER,)


def can_see_support(member: object) -> bool:
    return has_role(member, *READERS)


def can_allow_support(member: object) -> bool:
    """The house is the owner's."""
    return has_role(member, *ALLOWERS)


def can_ask_for_support(member: object) -> bool:
    return has_role(member, Role.OPERATOR)
