"""A figure in a page: its value in the reader's unit, and the way to what it is made of."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reporting.tables import Cell, shown_value

register = template.Library()


@register.filter
def shown(cell: Cell) -> str:
    return shown_value(cell.value, cell.metric.unit)


@register.filter
def shown_extra(extra: tuple[float | None, str]) -> str:
    return shown_value(*extra)


@register.filter
def behind(cell: Cell) -> str:
    return f"{reverse('reporting:behind', args=[cell.metric.id])}?{cell.address}"


@register.filter
def linked(cell: Cell) -> SafeString | str:
    """A link for every figure that has one; zeros and dashes stay quiet but keep their definition."""
    text = shown_value(cell.value, cell.metric.unit)
    quiet = "quiet" if not cell.value else ""
    return format_html(
        '<a class="{}" href="{}" title="{}">{}</a>', quiet, behind(cell), cell.metric.name, text
    )


@register.filter
def unit_sign(unit: str) -> str:
    return {"percent": "%", "seconds": "m:ss"}.get(unit, "")
