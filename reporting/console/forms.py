"""What a report is about, as said in the address; a wrong word is no filter."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reporting.periods import period_of
from reporting.queries import SERVED, Question
from telephony import queries as telephony


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class QuestionForm(forms.Form):
    """`day`, `hour` and `agent` come with the link of a number; people choose dates and a queue."""

    first = forms.DateField(label=_("From"), required=False, widget=DayInput)
    last = forms.DateField(label=_("To"), required=False, widget=DayInput)
    queue = forms.TypedChoiceField(label=_("Queue"), required=False, coerce=int, empty_value=None)
    day = forms.DateField(required=False, widget=forms.HiddenInput)
    hour = forms.IntegerField(required=False, min_value=0, max_value=23, widget=forms.HiddenInput)
    trunk = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    site = forms.IntegerField(required=False, min_value=0, max_value=2**62, widget=forms.HiddenInput)
    hours = forms.IntegerField(required=False, min_value=0, max_value=2**62, widget=forms.HiddenInput)
    within = forms.ChoiceField(
        required=False, choices=[("", "")] + [(word, word) for word in SERVED], widget=forms.HiddenInput
    )
    agent = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, data, *, zone: ZoneInfo) -> None:
        super().__init__(data)
        self.zone = zone
        queues = [(queue.pk, queue.name) for queue in telephony.queues()]
        self.fields["queue"].choices = [("", _("All")), *queues]

    def question(self) -> Question:
        self.is_valid()
        given = self.cleaned_data
        today = timezone.now().astimezone(self.zone).date()
        return Question(
            period=period_of(given.get("first"), given.get("last"), zone=self.zone, today=today),
            queue_id=given.get("queue"),
            day=given.get("day"),
            hour=given.get("hour"),
            agent_id=given.get("agent"),
            site_id=given.get("site"),
            trunk=given.get("trunk") or None,
            hours_id=given.get("hours"),
            within=given.get("within") or "",
        )


def shown(question: Question) -> QuestionForm:
    """The filters as they were understood, so that what is shown is what was counted."""
    period = question.period
    said = {"first": period.first, "last": period.last, "queue": question.queue_id}
    return QuestionForm({name: value for name, value in said.items() if value is not None}, zone=period.zone)
