"""Hours of support as finance and operators enter them: weekdays as boxes to tick, days as dates to choose."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.widgets import BASE_INPUT_CLASSES, UnfoldAdminCheckboxSelectMultipleWidget

from tenants.service.models import SupportHours

FREE_BOXES = 4


class DaysWidget(forms.Widget):
    """A box for each day there is, the calendar of the browser behind it, and some that are free."""

    use_fieldset = True

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        first = (attrs or {}).get("id", "")
        days = [*(value or []), *[""] * FREE_BOXES]
        boxes = format_html_join(
            "",
            '<input type="date" name="{}" value="{}" id="{}" class="{}" aria-label="{}">',
            (
                (name, day, first if place == 1 else f"{first}_{place}", " ".join(BASE_INPUT_CLASSES), _box(place))
                for place, day in enumerate(days, start=1)
            ),
        )  # fmt: skip
        return format_html('<div class="day-boxes">{}</div>', boxes)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        given = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
        return [text.strip() for text in given if text.strip()]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data


def _box(place: int) -> str:
    return _now("Day %(place)d") % {"place": place}


class DaysField(forms.Field):
    """Sorted, each day once; every text that is no day is named."""

    widget = DaysWidget

    def to_python(self, value: Sequence[str] | None) -> list[date]:
        days, problems = set(), []
        for text in value or []:
            try:
                days.add(date.fromisoformat(text))
            except ValueError:
                words = _now("“%(text)s” is no day of the calendar. Choose one such as 2027-01-01.")
                problems.append(words % {"text": text[:20]})
        if problems:
            raise forms.ValidationError(problems)
        return sorted(days)

    def has_changed(self, initial: Iterable[date] | None, data: Sequence[str] | None) -> bool:
        return sorted(map(str, initial or [])) != sorted(set(data or []))


class SupportHoursForm(forms.ModelForm):
    weekdays = forms.TypedMultipleChoiceField(
        label=capfirst(_("weekdays")),
        choices=[(day + 1, name) for day, name in WEEKDAYS.items()],
        coerce=int,
        initial=[1, 2, 3, 4, 5],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    closed_on = DaysField(
        label=capfirst(_("closed on")),
        required=False,
        help_text=_(
            "One box for each day; an empty box is none. When all are full, save: then there are more."
        ),
    )

    class Meta:
        model = SupportHours
        fields = ["sla", "weekdays", "opens", "closes", "closed_on"]
