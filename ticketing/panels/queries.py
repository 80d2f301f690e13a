"""Reads of panels."""

from typing import Any

from django.http import HttpRequest

from ticketing.panels.models import Panel

MOST = 10


def panels() -> list[Panel]:
    return list(Panel.objects.all()[: MOST + 1])


def panel(panel_id: int) -> Panel | None:
    return Panel.objects.filter(pk=panel_id).first()


def panels_seen(member: Any, place: str) -> list[Panel]:
    """Those on, at this place, for a role the member has."""
    if not getattr(member, "roles", None):
        return []
    shown = Panel.objects.filter(is_on=True, places__contains=[place], roles__overlap=list(member.roles))
    return list(shown.order_by("name", "pk")[:MOST])


def panels_on(request: HttpRequest, place: str) -> list[Panel]:
    """The same for who reads this page, asked once: its frames need them, and its Content-Security-Policy."""
    kept: dict[str, list[Panel]] = request.__dict__.setdefault("_panels", {})
    if place not in kept:
        kept[place] = panels_seen(request.user, place)
    return kept[place]
