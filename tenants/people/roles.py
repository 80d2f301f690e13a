"""What somebody can be here, which languages they read, and what kinds of seats there are."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Administrator")
    SUPERVISOR = "supervisor", _("Supervisor")
    AGENT = "agent", _("Agent")
    INSPECTOR = "inspector", _("Inspector")
    FINANCE = "finance", _("Finance")
    TEAM_LEAD = "team_lead", _("Team lead")
    OPERATIONS = "operations", _("Operations")
    PROJECT_MANAGER = "project_manager", _("Project manager")
    PROJECT_MEMBER = "project_member", _("Project member")
    OPERATOR = "operator", _("Operator")
    OPERATOR_FINANCE = "operator_finance", _("Operator finance")


TENANT_ROLES = (
    Role.OWNER,
    Role.ADMIN,
    Role.SUPERVISOR,
    Role.TEAM_LEAD,
    Role.AGENT,
    Role.INSPECTOR,
    Role.FINANCE,
    Role.OPERATIONS,
    Role.PROJECT_MANAGER,
    Role.PROJECT_MEMBER,
)
OPERATOR_ROLES = (Role.OPERATOR, Role.OPERATOR_FINANCE)


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    CHINESE = "zh-hans", "简体中文"


class Seat(models.TextChoices):
    PERMANENT = "permanent", _("Permanent")
    TEMPORARY = "temporary", _("Temporary")
    OUTSOURCED = "outsourced", _("Outsourced")
