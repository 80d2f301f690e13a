"""Forms of billing in the operators' console."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from tenants.billing.errors import NoSuchMonth
from tenants.billing.models import PriceList
from tenants.billing.months import month_from
from tenants.models import Tenant


class PriceListForm(forms.ModelForm):
    """A list is in the currency of its plan, or the amounts would be read in the wrong one."""

    class Meta:
        model = PriceList
        fields = ["plan", "version", "valid_from", "currency", "plan_fee", "seat_fee", "note"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        plan = values.get("plan")
        if plan and values.get("currency") and plan.currency != values["currency"]:
            self.add_error("currency", _("The plan is sold in %(currency)s.") % {"currency": plan.currency})
        return values


class DraftForm(forms.Form):
    month = forms.CharField(
        label=_("Month"),
        max_length=7,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "month", "placeholder": "2026-11"}),
        help_text=_("It begins and ends at midnight where the tenant is."),
    )
    tenant = forms.ModelChoiceField(
        Tenant.objects.exclude(schema_name="public"),
        label=_("Tenant"),
        required=False,
        empty_label=_("All"),
        widget=UnfoldAdminSelectWidget,
    )

    def clean_month(self) -> date:
        month = month_from(self.cleaned_data["month"])
        if month is None:
            raise forms.ValidationError(NoSuchMonth().message)
        return month

    def tenants(self) -> QuerySet[Tenant] | list[Tenant]:
        """The one chosen, else all who may have been charged."""
        chosen = self.cleaned_data["tenant"]
        if chosen:
            return [chosen]
        return Tenant.objects.exclude(schema_name="public").exclude(state=Tenant.State.PROVISIONING)
