"""Who may read reports."""

from tenants.people.policies import Role, has_role

REPORT_ROLES = (Role.OWNER, Role.ADMIN, Role.SUPERVISOR)


def can_see_reports(member) -> bool:
    return has_role(member, *REPORT_ROLES)


def can_export_reports(member) -> bool:
    return has_role(member, *REPORT_ROLES)
