"""Who may see and change customers and tickets. Pure: a member (and a row) in, yes or no out."""

from tenants.people.policies import Role, has_role

CONTACT_ROLES = (Role.OWNER, Role.ADMIN, Role.SUPERVISOR, Role.AGENT)
READING_ROLES = (*CONTACT_ROLES, Role.INSPECTOR)
LEADING_ROLES = (Role.OWNER, Role.ADMIN, Role.SUPERVISOR)
ADMIN_ROLES = (Role.OWNER, Role.ADMIN)


def can_see_customers(member) -> bool:
    return has_role(member, *READING_ROLES)


def can_change_customers(member) -> bool:
    return has_role(member, *CONTACT_ROLES)


def can_reveal_numbers(member) -> bool:
    """A full number leaves the mask only for those who lead; each time is in the audit log."""
    return has_role(member, *LEADING_ROLES)


def can_see_tickets(member) -> bool:
    return has_role(member, *READING_ROLES)


def can_open_tickets(member) -> bool:
    return has_role(member, *CONTACT_ROLES)


def can_work_on_ticket(member, ticket) -> bool:
    """Who leads works on all; an agent on their own, on those they opened and on those nobody has."""
    if has_role(member, *LEADING_ROLES):
        return True
    mine = ticket.assignee_id in (None, member.pk) or ticket.opened_by_id == member.pk
    return has_role(member, Role.AGENT) and mine


def can_assign_tickets(member) -> bool:
    return has_role(member, *LEADING_ROLES)


def can_administer(member) -> bool:
    return has_role(member, *ADMIN_ROLES)


def can_manage_panels(member) -> bool:
    return has_role(member, *ADMIN_ROLES)


def can_let_numbers_out(member) -> bool:
    """Callers' whole numbers leave the house for a panel only by the owner's word."""
    return has_role(member, Role.OWNER)
