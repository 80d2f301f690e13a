"""What the desk adds to a tenant's matrix of rights."""

from django.utils.translation import gettext_lazy as _

from tenants.desk.policies import can_apply_for_numbers, can_see_own_numbers
from tenants.people.rights import Right, add_rights

NUMBERS = _("Numbers")


def connect() -> None:
    add_rights(
        Right(NUMBERS, _("See the own numbers, their costs and calls"), can_see_own_numbers),
        Right(NUMBERS, _("Apply for numbers, hand in papers, choose which are shown"), can_apply_for_numbers),
    )
