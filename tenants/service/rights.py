"""What service adds to a tenant's matrix of rights."""

from django.utils.translation import gettext_lazy as _

from tenants.people.rights import Right, add_rights
from tenants.service.policies import can_open_cases, can_see_promise

AREA = _("Service")


def connect() -> None:
    add_rights(
        Right(AREA, _("Open cases and read their answers"), can_open_cases),
        Right(AREA, _("See availability by month and what was promised"), can_see_promise),
    )
