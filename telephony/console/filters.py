"""The filters of the list of calls, kept in the address, and its pages by keyset."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from telephony.models import Agent, Call, Queue
from tenants.numbers import to_e164

PAGE_SIZE = 50


class DayInput(forms.DateInput):
    input_type = "date"

    def format_value(self, value: Any) -> Any:
        return value.isoformat() if hasattr(value, "isoformat") else value


class CallFilterForm(forms.Form):
    """Every field may be empty; a field that cannot be read filters nothing and says so."""

    start = forms.DateField(label=_("From"), required=False, widget=DayInput())
    end = forms.DateField(label=_("Until"), required=False, widget=DayInput())
    queue = forms.ModelChoiceField(
        Queue.objects.none(), label=_("Queue"), required=False, empty_label=_("All")
    )
    agent = forms.ModelChoiceField(
        Agent.objects.none(), label=_("Agent"), required=False, empty_label=_("All")
    )
    exit = forms.ChoiceField(label=_("Outcome"), required=False)
    direction = forms.ChoiceField(label=_("Direction"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    number = forms.CharField(label=_("Caller's number"), required=False, max_length=40)
    dialled = forms.CharField(label=_("Number dialled"), required=False, max_length=40)

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self._country = country
        self.fields["queue"].queryset = Queue.objects.all()
        self.fields["agent"].queryset = Agent.objects.all()
        for name, choices in (("exit", Call.Exit), ("direction", Call.Direction), ("state", Call.State)):
            self.fields[name].choices = [("", _("All")), *choices.choices]
        for name in ("number", "dialled"):
            self.fields[name].widget.attrs |= {"placeholder": _("Whole number"), "inputmode": "tel"}

    def narrowed(self, calls: QuerySet[Call]) -> QuerySet[Call]:
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        for name in ("queue", "agent", "exit", "direction", "state"):
            if name in given:
                calls = calls.filter(**{name: given[name]})
        if "start" in given:
            calls = calls.filter(arrived_at__gte=midnight(given["start"]))
        if "end" in given:
            calls = calls.filter(arrived_at__lt=midnight(given["end"] + timedelta(days=1)))
        for name, column in (("number", "caller_number"), ("dialled", "number")):
            if name in given:
                calls = calls.filter(**{f"{column}__in": self._spellings(given[name])})
        return calls

    def _spellings(self, typed: str) -> list[str]:
        """Whole numbers only: a part of a number would be a way around the mask."""
        spelled = to_e164(typed, self._country)
        return [typed.strip(), *([spelled] if spelled else [])]


def midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True)
class CallPage:
    calls: list[Call]
    next_key: str
    is_first: bool


def page_of(calls: QuerySet[Call], after: str) -> CallPage:
    """Newest first, after the call a key names (`<moment>_<id>`); a key that cannot be read starts at the top."""
    key = _read_key(after)
    if key:
        moment, call_id = key
        calls = calls.filter(Q(arrived_at__lt=moment) | Q(arrived_at=moment, pk__lt=call_id))
    found = list(calls.order_by("-arrived_at", "-pk")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    next_key = f"{shown[-1].arrived_at.isoformat()}_{shown[-1].pk}" if len(found) > PAGE_SIZE else ""
    return CallPage(calls=shown, next_key=next_key, is_first=key is None)


def _read_key(after: str) -> tuple[datetime, UUID] | None:
    moment, _sep, call_id = after.partition("_")
    try:
        at = parse_datetime(moment)
        return (at, UUID(call_id)) if at and timezone.is_aware(at) else None
    except ValueError:
        return None
