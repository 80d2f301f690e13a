"""What proof adds to the matrix of rights."""

from django.utils.translation import gettext_lazy as _

from tenants.people.rights import Right, add_rights
from tenants.trust import policies

AREA = _("Trust")


def connect() -> None:
    add_rights(
        Right(AREA, _("Check and export the chain of the audit log"), policies.can_prove_log),
        Right(AREA, _("Try the house with another tenant's canary"), policies.can_prove_isolation),
    )
