"""What plans add to a tenant's matrix of rights."""

from django.utils.translation import gettext_lazy as _

from tenants.people.rights import Right, add_rights
from tenants.plans import policies

PLAN = _("Plan")


def connect() -> None:
    add_rights(
        Right(PLAN, _("See the plan, its modules and quotas"), policies.can_see_plan),
        Right(PLAN, _("Change the logo, the colour and the name of the product"), policies.can_change_brand),
        Right(PLAN, _("Read maintenance notices, make wishes"), policies.can_read_notices),
        Right(PLAN, _("See and finish the steps of the opening"), policies.can_see_onboarding),
    )
