"""What reporting adds to the matrix of rights."""

from django.utils.translation import gettext_lazy as _

from reporting import policies
from tenants.people.rights import Right, add_rights

AREA = _("Reports")


def connect() -> None:
    add_rights(
        Right(AREA, _("Read reports"), policies.can_see_reports),
        Right(AREA, _("Take reports along as files"), policies.can_export_reports),
    )
