"""Where each role begins its day."""

from tenants.people.models import Role
from tenants.people.policies import has_role
from tenants.plans.doors import is_open

# The first role a member holds decides: who supervises and also takes calls starts on the floor.
HOMES = (
    (Role.SUPERVISOR, "/floor/"),
    (Role.AGENT, "/workspace/"),
    (Role.INSPECTOR, "/quality/"),
    (Role.INSPECTOR, "/calls/"),
    (Role.OWNER, "/admin/"),
    (Role.ADMIN, "/admin/"),
    (Role.FINANCE, "/usage/"),
    (Role.TEAM_LEAD, "/calls/"),
    (Role.OPERATIONS, "/operations/"),
    (Role.PROJECT_MANAGER, "/rollout/"),
    (Role.PROJECT_MEMBER, "/rollout/"),
    (Role.OPERATOR, "/admin/"),
    (Role.OPERATOR_FINANCE, "/admin/"),
)


def home_of(member: object) -> str:
    """Path of the page; a member without any role finds his password page, and nothing else."""
    return next((path for role, path in HOMES if has_role(member, role) and is_open(path)), "/password/")
