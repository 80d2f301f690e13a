"""A sheet of prices before it comes in: each list as it would be; its gaps and overlaps are told of the rows."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tenants.billing import windows
from tenants.billing.models import Direction, PriceList
from tenants.billing.price_check import Line, Problem, problems

Find = Callable[[str, str], PriceList | None]
Row = dict[str, str]


class _Key(NamedTuple):
    """What a price of a list is found by."""

    direction: str
    prefix: str
    number_kind: str
    days: str
    hours: str


def sheet_problems(rows: Sequence[Row], find: Find) -> dict[int, str]:
    """By row, counted from 0: what is wrong with it among the others. `rows` are spelled as prices are kept; lists that
    do not exist are told elsewhere.
    """
    told: dict[int, str] = {}
    lists: dict[int, dict[_Key, int]] = {}
    for number, row in enumerate(rows):
        price_list = find(row["plan"], row["version"])
        if price_list is None:
            continue
        key = _Key(*(row[name] for name in _Key._fields))
        known = lists.setdefault(price_list.pk, {})
        if key in known:
            told[number] = _("Row %(row)s names the same destination and time.") % {"row": known[key] + 1}
        else:
            known[key] = number
    for pk, named in lists.items():
        told |= _of_list(pk, named, told)
    return told


def _of_list(pk: int, named: dict[_Key, int], told: dict[int, str]) -> dict[int, str]:
    """The list's own prices stay, but where the sheet names them."""
    kept = [
        _Key(price.direction, price.prefix, price.number_kind, price.days, price.hours)
        for price in PriceList.objects.get(pk=pk).prices.order_by("id")
    ]
    lines = [*_lines((key, None) for key in kept if key not in named), *_lines(named.items())]
    found: dict[int, str] = {}
    for problem in problems(lines):
        place = _place(problem, named)
        if place not in told:
            found.setdefault(place, problem.message)
    return found


def _lines(keys) -> list[Line]:  # noqa: ANN001  (pairs of key and row)
    lines = []
    for key, number in keys:
        if key.direction not in Direction.values:
            continue
        try:
            window = windows.window_of(key.days, key.hours)
        except ValidationError:
            continue  # told by the field itself
        lines.append(Line(number, key.direction, key.prefix, key.number_kind, window))
    return lines


def _place(problem: Problem, named: dict[_Key, int]) -> int:
    """A row of the sheet: the one at fault, else the sheet's last of this list."""
    return problem.place if isinstance(problem.place, int) else max(named.values())
