"""What closing adds to a tenant's matrix of rights."""

from django.utils.translation import gettext_lazy as _

from tenants.closing.policies import can_see_own_bills
from tenants.people.rights import Right, add_rights


def connect() -> None:
    add_rights(Right(_("Usage"), _("See bills, the account, and take them as PDF"), can_see_own_bills))
