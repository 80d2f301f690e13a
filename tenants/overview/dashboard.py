"""The operators' first page put together: tiles, bars and signs, each with the way to its rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from tenants.overview import queries
from tenants.overview.signs import Area, signs_of
from tenants.policies import can_manage_tenants, can_manage_terms
from tenants.socket_count import open_sockets

WIDTH, HEIGHT, GAP = 600, 120, 3
"""Of a chart, in its own units."""
AREAS: tuple[Area, ...] = ("health", "incidents", "money", "work")


@dataclass(frozen=True)
class Tile:
    name: str
    value: str
    link: str


@dataclass(frozen=True)
class Bar:
    """A column of a chart in its units, and what it says. `shown`: its label is written below it."""

    x: int
    y: int
    width: int
    height: int
    label: str
    value: str
    shown: bool = False


@dataclass(frozen=True)
class Chart:
    key: str
    title: str
    unit: str
    highest: str
    bars: list[Bar]
    note: str = ""
    width: int = WIDTH
    height: int = HEIGHT


def overview(member: Any, at: datetime) -> dict[str, Any]:
    """The page's context, for this operator."""
    today = timezone.localdate(at)
    sees_money = can_manage_terms(member)
    days = queries.days_of_fleet(today)
    return {
        "tiles": list(_tiles(member, days[-1])),
        "signs": [(area, _area_name(area), signs_of(area, member, at)) for area in AREAS],
        "charts": [_minutes(days), _legs(days)],
        "money": list(_money(today)) if sees_money else [],
        "busiest": _busiest(today),
        "counted_at": queries.counted_at(),
        "days": list(reversed(days)),
    }


def _area_name(area: Area) -> str:
    return {"health": _("Health"), "incidents": _("Incidents"), "money": _("Money"), "work": _("To do")}[area]


def _tiles(member: Any, day: queries.DayOfFleet) -> Iterable[Tile]:
    tenants, numbers = queries.tenants_by_state(), queries.numbers_by_state()
    list_of_tenants = reverse("operator:tenants_tenant_changelist")
    list_of_numbers = reverse("operator:tenants_number_changelist")
    sockets = open_sockets()
    yield Tile(_("Active tenants"), _n(tenants.get("active", 0)), list_of_tenants + "?state__exact=active")
    yield Tile(
        _("Being opened"), _n(tenants.get("provisioning", 0)), list_of_tenants + "?state__exact=provisioning"
    )
    yield Tile(_("Suspended"), _n(tenants.get("suspended", 0)), list_of_tenants + "?state__exact=suspended")
    yield Tile(_("Numbers lent"), _n(numbers.get("assigned", 0) + numbers.get("bound", 0)), list_of_numbers)
    yield Tile(_("Numbers free"), _n(numbers.get("free", 0)), list_of_numbers + "?state__exact=free")
    yield Tile(_("Minutes today"), _n(day.minutes), reverse("operator:billing_charge_changelist"))
    yield Tile(
        _("Pages connected"),
        "–" if sockets is None else _n(sockets),
        "/capacity/" if can_manage_tenants(member) else "",
    )


def _minutes(days: list[queries.DayOfFleet]) -> Chart:
    pairs = [(date_format(one.day, "M j"), one.minutes) for one in days]
    return _chart("minutes", _("Minutes with the outside, by day"), _("minutes"), pairs)


def _legs(days: list[queries.DayOfFleet]) -> Chart:
    pairs = [(date_format(one.day, "M j"), one.legs) for one in days]
    return _chart("legs", _("Charged call legs, by day"), _("legs"), pairs)


def _money(today: Any) -> Iterable[Chart]:
    for currency, months in queries.money_by_month(today).items():
        pairs = [(date_format(month, "M Y"), total) for month, total in months]
        title = _("Invoiced by month, %(currency)s") % {"currency": currency}
        yield _chart(f"money-{currency}", title, currency, pairs, places=2, each=2)


def _busiest(today: Any) -> list[tuple[Any, str, int, str]]:
    """(tenant, minutes, width in per cent of the first, link)"""
    rows = queries.busiest_tenants(today)
    most = max((minutes for _tenant, minutes in rows), default=0) or 1
    return [
        (
            tenant,
            _n(minutes),
            round(minutes * 100 / most),
            reverse("operator:tenants_tenant_change", args=[tenant.pk]),
        )
        for tenant, minutes in rows
    ]


def _chart(
    key: str,
    title: str,
    unit: str,
    pairs: Sequence[tuple[str, int | Decimal]],
    *,
    places: int = 0,
    each: int = 7,
) -> Chart:
    """Bars from zero; `each`: every so manieth label is written, the last among them."""
    highest = max((value for _label, value in pairs), default=0)
    most = highest or 1
    room = WIDTH / max(len(pairs), 1)
    bars = []
    for place, (label, value) in enumerate(pairs):
        tall = round(max(Decimal(0), Decimal(value)) * HEIGHT / Decimal(most))
        shown = (len(pairs) - 1 - place) % each == 0
        bars.append(
            Bar(
                round(place * room),
                HEIGHT - tall,
                max(1, round(room) - GAP),
                tall,
                label,
                _n(value, places),
                shown,
            )
        )
    return Chart(key, title, unit, _n(highest, places), bars)


def _n(value: int | Decimal, places: int = 0) -> str:
    return number_format(value, decimal_pos=places, force_grouping=True)
