"""Days drawn as bars with their words, spans of minutes and weekdays in words."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django import template
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenants.service.queries.watch import DayBar
from tenants.templatetags.shell import duration

register = template.Library()

STEP = 7
TALL = {"up": (8, 26), "down": (0, 34), "unknown": (17, 17), "none": (30, 4)}
"""From the top, and height: a day is told by its shape too."""


class Bar(NamedTuple):
    day: DayBar
    x: int
    y: int
    height: int
    words: str


@register.simple_tag
def bars(days: list[DayBar]) -> dict[str, Any]:
    """{bars, width, words, first, last}"""
    drawn = [Bar(day, place * STEP, *TALL[day.kind], _words(day)) for place, day in enumerate(days)]
    down, unknown = sum(day.down for day in days), sum(day.unknown for day in days)
    words = _("down %(down)s, not known %(unknown)s") % {"down": duration(down), "unknown": duration(unknown)}
    known = [day for day in days if day.seen]
    return {
        "bars": drawn, "width": max(len(days), 1) * STEP, "words": words if known else _("nothing known yet"),
        "first": days[0].day if days else "", "last": days[-1].day if days else "",
    }  # fmt: skip


def _words(day: DayBar) -> str:
    if not day.seen:
        return f"{day.day}: " + _("nothing known")
    if not day.down and not day.unknown:
        return f"{day.day}: " + _("worked")
    told = {"down": duration(day.down), "unknown": duration(day.unknown)}
    return f"{day.day}: " + _("down %(down)s, not known %(unknown)s") % told


@register.filter
def minutes(count: int) -> str:
    """240 → 4 hours; 45 → 45 minutes"""
    if count % 60:
        return ngettext("%(n)s minute", "%(n)s minutes", count) % {"n": count}
    hours = count // 60
    return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}


@register.filter
def weekdays(days: Iterable[int]) -> str:
    """{1, 2} → Mon, Tue"""
    return ", ".join(str(WEEKDAYS_ABBR[day - 1]) for day in sorted(days))
