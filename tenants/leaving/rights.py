"""What leaving adds to the matrix of rights."""

from django.utils.translation import gettext_lazy as _

from tenants.leaving import policies
from tenants.people.rights import Right, add_rights

AREA = _("Trust")


def connect() -> None:
    add_rights(
        Right(AREA, _("Take everything along as one archive"), policies.can_export_everything),
        Right(AREA, _("Ask for the whole house to be deleted"), policies.can_delete_house),
        Right(AREA, _("Find, hand out and erase one person's data"), policies.can_handle_persons),
    )
