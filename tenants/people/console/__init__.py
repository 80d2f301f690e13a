"""Pages for people: signing in and out, and the two doors other apps put before their own pages and APIs."""

from tenants.people.console.access import RolePermission, member_required

__all__ = ["RolePermission", "member_required"]
