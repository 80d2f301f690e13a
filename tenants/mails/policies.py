"""Who looks at the outbox. Pure."""

from tenants.people.policies import Role, has_role

OPERATORS = (Role.OPERATOR,)


def can_see_outbox(member: object) -> bool:
    return has_role(member, *OPERATORS)
