"""Whom somebody may ask for more: the owners of the tenant we are in."""

from tenants.people.models import Role
from tenants.people.queries import members_with


def who_to_ask() -> list[str]:
    """Names of the owners who may sign in."""
    return [str(member) for member in members_with(Role.OWNER)[:5]]
