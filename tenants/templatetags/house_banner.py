"""Whether the house is to be deleted, for those of its pages that owners and administrators read."""

from typing import Any

from django import template

from tenants.leaving.models import HouseAsk
from tenants.leaving.policies import can_handle_persons
from tenants.leaving.queries import own_house_ask

register = template.Library()


@register.simple_tag(takes_context=True)
def house_leaves(context: dict[str, Any]) -> HouseAsk | None:
    member = getattr(context.get("request"), "user", None)
    if member is None or not member.is_authenticated or not can_handle_persons(member):
        return None
    return own_house_ask()
