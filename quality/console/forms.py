"""What inspectors type: which calls they want, the points of a call, the questions of a scorecard."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from quality.actions import GivenPoints, ItemDraft
from quality.models import Scorecard, ScorecardItem
from quality.queries import CallChoice
from telephony import queries as telephony

BLANK_ITEMS = 4


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class CallChoiceForm(forms.Form):
    """The filters live in the address; without any, the last seven days."""

    first = forms.DateField(label=_("From"), required=False, widget=DayInput)
    last = forms.DateField(label=_("To"), required=False, widget=DayInput)
    agent = forms.TypedChoiceField(label=_("Agent"), required=False, coerce=int, empty_value=None)
    queue = forms.TypedChoiceField(label=_("Queue"), required=False, coerce=int, empty_value=None)
    seconds = forms.IntegerField(
        label=_("Talk at least (seconds)"), required=False, min_value=0, max_value=86400
    )
    scored = forms.BooleanField(label=_("Scored ones too"), required=False)
    random = forms.BooleanField(label=_("In random order"), required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        agents = [(agent.pk, agent.name) for agent in telephony.agents_on_floor()]
        queues = [(queue.pk, queue.name) for queue in telephony.queues()]
        self.fields["agent"].choices = [("", _("All")), *agents]
        self.fields["queue"].choices = [("", _("All")), *queues]

    def choice(self) -> CallChoice:
        self.is_valid()
        given = self.cleaned_data
        today = timezone.localdate()
        last = given.get("last") or today
        first = given.get("first") or last - timedelta(days=6)
        return CallChoice(
            start=midnight(first),
            end=midnight(last + timedelta(days=1)),
            agent_id=given.get("agent"),
            queue_id=given.get("queue"),
            min_talk_seconds=given.get("seconds") or 0,
            only_unscored=not given.get("scored"),
            is_random=bool(given.get("random")),
        )


def midnight(day: date) -> datetime:
    """On the tenant's clock, which the request has made the active one."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


class ScoreForm(forms.Form):
    """One field per question, made from the scorecard: points, or passed and not passed."""

    comment = forms.CharField(
        label=_("Comment for the agent"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args, scorecard: Scorecard, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.items = list(scorecard.items.all())
        for item in self.items:
            self.fields[f"points_{item.pk}"] = _points_field(item)
            self.fields[f"note_{item.pk}"] = forms.CharField(
                label=_("Remark"), required=False, max_length=300
            )

    @property
    def rows(self) -> list[tuple[ScorecardItem, forms.BoundField, forms.BoundField]]:
        return [(item, self[f"points_{item.pk}"], self[f"note_{item.pk}"]) for item in self.items]

    def given(self) -> list[GivenPoints]:
        data = self.cleaned_data
        return [
            GivenPoints(item.pk, data[f"points_{item.pk}"], data[f"note_{item.pk}"]) for item in self.items
        ]


def _points_field(item: ScorecardItem) -> forms.Field:
    if item.is_fatal:
        choices = [(1, _("Passed")), (0, _("Not passed"))]
    else:
        choices = [(points, str(points)) for points in range(item.max_points + 1)]
    return forms.TypedChoiceField(
        label=item.text,
        choices=choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("This question needs its points.")},
    )


class ScorecardForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class ItemForm(forms.Form):
    text = forms.CharField(label=_("Question"), max_length=200, required=False)
    weight = forms.DecimalField(
        label=_("Weight"), min_value=0, max_value=9999, decimal_places=2, required=False
    )
    max_points = forms.IntegerField(label=_("Most points"), min_value=1, max_value=100, required=False)
    is_fatal = forms.BooleanField(label=_("Fatal"), required=False)

    def clean(self) -> dict:
        given = super().clean()
        if given.get("text") and not given.get("is_fatal") and not given.get("weight"):
            self.add_error("weight", _("A question that is not fatal needs a weight."))
        return given


ItemFormSet = forms.formset_factory(ItemForm, extra=BLANK_ITEMS, max_num=60, absolute_max=80)


def drafts_of(items) -> list[ItemDraft]:
    """The filled-in rows of the form set, in order."""
    return [
        ItemDraft(
            text=given["text"],
            weight=given.get("weight") or Decimal(0),
            max_points=given.get("max_points") or 5,
            is_fatal=bool(given.get("is_fatal")),
        )
        for given in (form.cleaned_data for form in items)
        if given.get("text")
    ]
