"""What support access adds to the matrix of rights."""

from django.utils.translation import gettext_lazy as _

from tenants.people.rights import Right, add_rights
from tenants.support import policies

AREA = _("Trust")


def connect() -> None:
    add_rights(
        Right(AREA, _("See when support was here, and end it"), policies.can_see_support),
        Right(AREA, _("Let support in, and say on what terms"), policies.can_allow_support),
    )
