"""`{% dial address number %}`: a masked number as a button that has it dialled, for those who have a telephone here."""

import re
from typing import Any

from django import template

from telephony import policies
from telephony.queries.agents import agent_ids_of
from tenants.masking import mask_number

register = template.Library()
_DIALLABLE = re.compile(r"\+?[0-9]{5,32}")


@register.inclusion_tag("telephony/_dial.html", takes_context=True)
def dial(context: dict[str, Any], address: str, number: str | None, is_short: bool = False) -> dict[str, Any]:
    """`address` takes the POST. `is_short`: the number stands beside it already. Who may not call sees the number."""
    known = number or ""
    return {
        "address": address if _DIALLABLE.fullmatch(known) and _may_dial(context.get("request")) else "",
        "number": mask_number(known),
        "is_short": is_short,
    }


def _may_dial(request: Any) -> bool:
    """Asked once for a page."""
    if request is None:
        return False
    if not hasattr(request, "may_dial"):
        member = request.user
        request.may_dial = policies.can_work(member) and bool(agent_ids_of([member.pk]))
    return bool(request.may_dial)
