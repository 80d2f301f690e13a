"""What ticketing adds to the matrix of rights."""

from django.utils.translation import gettext_lazy as _

from tenants.people.rights import Right, add_rights
from ticketing import policies

CUSTOMERS, TICKETS, PANELS = _("Customers"), _("Tickets"), _("Panels")


def connect() -> None:
    add_rights(
        Right(CUSTOMERS, _("See customers"), policies.can_see_customers),
        Right(CUSTOMERS, _("Add and change customers"), policies.can_change_customers),
        Right(
            CUSTOMERS, _("Show customers' whole numbers, each time written down"), policies.can_reveal_numbers
        ),
        Right(TICKETS, _("See tickets, agents their own and free ones"), policies.can_see_tickets),
        Right(TICKETS, _("Open tickets and work on them"), policies.can_open_tickets),
        Right(TICKETS, _("Give tickets to somebody"), policies.can_assign_tickets),
        Right(TICKETS, _("Change what tickets and customers are made of"), policies.can_administer),
        Right(PANELS, _("Add, change and delete panels"), policies.can_manage_panels),
        Right(PANELS, _("Let callers' whole numbers out to panels"), policies.can_let_numbers_out),
    )
