"""What webhooks add to the matrix of rights."""

from django.utils.translation import gettext_lazy as _

from tenants.hooks import policies
from tenants.people.rights import Right, add_rights

AREA = _("Webhooks")


def connect() -> None:
    add_rights(
        Right(AREA, _("Add, change and stop webhooks"), policies.can_manage_hooks),
        Right(AREA, _("Let customers' whole numbers out to webhooks"), policies.can_show_numbers),
    )
