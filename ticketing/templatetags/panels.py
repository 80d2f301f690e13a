"""`{% panels "call" call.pk %}`: the panels the reader sees at this place, nothing at all without one."""

from typing import Any

from django import template

from ticketing.panels.queries import panels_on

register = template.Library()


@register.inclusion_tag("ticketing/panels/_panels.html", takes_context=True)
def panels(context: dict[str, Any], place: str, subject: object) -> dict[str, Any]:
    return {"panels": panels_on(context["request"], place), "place": place, "subject": subject}
