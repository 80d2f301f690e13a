"""The one form by which a tenant is opened, and the one by which its terms are looked at later."""

import zoneinfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
)

from tenants.actions import RESERVED_SCHEMAS, FirstAdmin, Terms
from tenants.models import HOST_NAME, SCHEMA_NAME, Domain, Plan, Sla, Tenant
from tenants.plans.beginning import DAYS_KEPT, Beginning
from tenants.plans.models import Preset


class TenantForm(forms.ModelForm):
    class Meta:
        model = Tenant
        fields = ["name", "language", "country", "time_zone", "currency"]

    def clean_time_zone(self) -> str:
        zone = self.cleaned_data["time_zone"]
        if zone not in zoneinfo.available_timezones():
            raise ValidationError(
                _("There is no such time zone. Write it like Europe/London or Asia/Shanghai.")
            )
        return zone


class OpenTenantForm(TenantForm):
    """Name, host, terms and the first administrator; everything else has a default that is right for most."""

    schema_name = forms.CharField(
        label=_("Short name"),
        max_length=40,
        validators=[SCHEMA_NAME],
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Small letters, digits and _; names the tenant's data for good."),
    )
    domain = forms.CharField(
        label=_("Host name"),
        max_length=253,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Where its people sign in, and the domain of its phones."),
    )
    plan = forms.ModelChoiceField(
        Plan.objects.filter(is_offered=True), label=_("Plan"), widget=UnfoldAdminSelectWidget
    )
    sla = forms.ModelChoiceField(
        Sla.objects.all(), label=_("SLA"), required=False, widget=UnfoldAdminSelectWidget
    )
    starts_on = forms.DateField(
        label=_("Contract from"), widget=UnfoldAdminSingleDateWidget, initial=timezone.localdate
    )
    ends_on = forms.DateField(
        label=capfirst(_("until, including")),
        required=False,
        widget=UnfoldAdminSingleDateWidget,
        help_text=_("Empty: until one side ends it"),
    )
    seats = forms.IntegerField(
        label=_("Seats"), min_value=1, max_value=100_000, initial=5, widget=UnfoldAdminIntegerFieldWidget
    )
    reference = forms.CharField(
        label=_("Contract number"), max_length=40, required=False, widget=UnfoldAdminTextInputWidget
    )
    admin_username = forms.CharField(
        label=_("User name"), max_length=64, initial="admin", widget=UnfoldAdminTextInputWidget
    )
    admin_name = forms.CharField(label=_("Name"), max_length=80, widget=UnfoldAdminTextInputWidget)
    admin_email = forms.EmailField(label=_("E-mail"), required=False, widget=UnfoldAdminEmailInputWidget)

    trade = forms.ChoiceField(
        label=_("Trade"),
        choices=[("", "–"), *Preset.Trade.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Its call flow is drawn as a draft."),
    )
    direction = forms.ChoiceField(
        label=_("Direction of calls"),
        choices=Preset.Direction.choices,
        initial=Preset.Direction.MIXED,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Modules that it does not need are off; they can be switched on."),
    )
    trial_days = forms.IntegerField(
        label=_("Trial, days"),
        min_value=1,
        max_value=365,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Empty: no trial. Afterwards the tenant is suspended."),
    )
    keep_days = forms.IntegerField(
        label=_("Data kept after the trial, days"),
        min_value=1,
        max_value=365,
        initial=30,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def clean_domain(self) -> str:
        domain = self.cleaned_data["domain"].strip().lower()
        HOST_NAME(domain)
        if Domain.objects.filter(domain=domain).exists():
            raise ValidationError(_("This host name belongs to another tenant."))
        return domain

    def clean_schema_name(self) -> str:
        name = self.cleaned_data["schema_name"]
        if name.startswith(RESERVED_SCHEMAS) or Tenant.objects.filter(schema_name=name).exists():
            raise ValidationError(_("This short name is taken."))
        return name

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if values.get("ends_on") and values.get("starts_on") and values["ends_on"] < values["starts_on"]:
            self.add_error("ends_on", _("The contract ends before it begins."))
        return values

    def order(self) -> dict:
        """What `open_tenant` takes."""
        given = self.cleaned_data
        own = ("name", "schema_name", "domain", "language", "country", "time_zone", "currency")
        return {name: given[name] for name in own} | {
            "terms": Terms(**{name: given[name] for name in Terms.__dataclass_fields__}),
            "admin": FirstAdmin(given["admin_username"], given["admin_name"], given["admin_email"]),
        }

    def beginning(self) -> Beginning:
        """How it begins, beside the order itself."""
        given = self.cleaned_data
        return Beginning(
            trade=given["trade"],
            direction=given["direction"] or Preset.Direction.MIXED,
            trial_days=given["trial_days"],
            keep_days=given["keep_days"] or DAYS_KEPT,
        )
