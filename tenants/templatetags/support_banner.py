"""Whether support is in the house, for every page of it."""

from typing import Any

from django import template

from tenants.support.doors import SESSION_KEY
from tenants.support.models import SupportAccess
from tenants.support.policies import can_see_support
from tenants.support.queries import open_accesses

register = template.Library()


@register.simple_tag(takes_context=True)
def support_now(context: dict[str, Any]) -> list[dict[str, Any]]:
    """[{access, is_on, is_own, may_end}]: who is in, for everybody; who asks, for those it concerns."""
    request = context.get("request")
    member = getattr(request, "user", None)
    if member is None or not member.is_authenticated:
        return []
    sees = can_see_support(member)
    own = request.session.get(SESSION_KEY)
    return [
        {
            "access": access,
            "is_on": access.state == SupportAccess.State.RUNNING,
            "is_own": access.pk == own,
            "may_end": sees,
        }
        for access in open_accesses()
        if sees or access.state == SupportAccess.State.RUNNING
    ]
