"""Hours of support as finance and operators enter them: weekdays as boxes to tick."""

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from tenants.service.models import SupportHours


class SupportHoursForm(forms.ModelForm):
    weekdays = forms.TypedMultipleChoiceField(
        label=capfirst(_("weekdays")),
        choices=[(day + 1, name) for day, name in WEEKDAYS.items()],
        coerce=int,
        initial=[1, 2, 3, 4, 5],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = SupportHours
        fields = ["sla", "weekdays", "opens", "closes", "closed_on"]
        help_texts = {"closed_on": _("Days such as 2027-01-01, with commas. Empty: none")}
