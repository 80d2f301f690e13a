"""What contracts add to a tenant's matrix of rights."""

from django.utils.translation import gettext_lazy as _

from tenants.contracts import policies
from tenants.people.rights import Right, add_rights

CONTRACT = _("Agreement")


def connect() -> None:
    add_rights(
        Right(CONTRACT, _("Read the agreement, quotes and changes"), policies.can_read_contract),
        Right(CONTRACT, _("Accept, sign and approve for the company"), policies.can_decide_contract),
        Right(
            CONTRACT,
            _("Read requirements, minutes and risks of the partnership"),
            policies.can_read_partnership,
        ),
        Right(CONTRACT, _("Plan budgets and calculate costs"), policies.can_plan_money),
    )
