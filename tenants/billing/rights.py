"""What billing adds to a tenant's matrix of rights."""

from django.utils.translation import gettext_lazy as _

from tenants.billing.policies import can_see_usage
from tenants.people.rights import Right, add_rights


def connect() -> None:
    add_rights(Right(_("Usage"), _("See usage, charges and invoices"), can_see_usage))
