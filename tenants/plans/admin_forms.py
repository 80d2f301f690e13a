"""The form of a plan's terms: modules as boxes to tick."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from tenants.plans.models import PlanTerms
from tenants.plans.modules import Module


class PlanTermsForm(forms.ModelForm):
    modules = forms.MultipleChoiceField(
        label=_("Modules"),
        choices=Module.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_(
            "Tenants with this plan have these; a module can be switched on or off for each of them."
        ),
    )

    class Meta:
        model = PlanTerms
        fields = ["plan", "modules", "calls_at_once", "requests_per_day"]
