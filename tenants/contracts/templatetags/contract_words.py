"""Words of agreements for templates."""

from django import template

from tenants.contracts.models import Reminder

register = template.Library()


@register.filter
def kind_of_day(kind: str) -> str:
    """What happens on a day that comes."""
    return str(Reminder.Kind(kind).label)
