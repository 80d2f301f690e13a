"""A read-only page of the admin links to another row only for those who may open it.

The theme links for everybody, and whoever follows is refused.
"""

from typing import Any

from django.contrib.admin.exceptions import NotRegistered
from unfold.fields import UnfoldAdminReadonlyField

from tenants.people.acting import acting_now

_link = UnfoldAdminReadonlyField.get_admin_url


def link_or_name(field: Any, remote_field: Any, remote_obj: Any) -> str:
    """The theme's link to `remote_obj`, or its name alone."""
    try:
        admin = field.model_admin.admin_site.get_model_admin(remote_field.model)
    except NotRegistered:
        return str(remote_obj)
    return (
        _link(field, remote_field, remote_obj)
        if admin.may_be_viewed_by(acting_now().who)
        else str(remote_obj)
    )


def link_by_permission() -> None:
    """The theme makes its read-only fields itself and offers no other place to say this."""
    UnfoldAdminReadonlyField.get_admin_url = link_or_name
