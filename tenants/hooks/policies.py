"""Who may lead events out of the house. Pure."""

from tenants.people.policies import Role, has_role

MANAGERS = (Role.OWNER, Role.ADMIN)


def can_manage_hooks(member: object) -> bool:
    return has_role(member, *MANAGERS)


def can_show_numbers(member: object) -> bool:
    """Customers' whole numbers and names leave the house only by the owner's word."""
    return has_role(member, Role.OWNER)
