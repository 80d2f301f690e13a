"""The form of a plan's terms: modules as boxes to tick."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from tenants.context import every_tenant
from tenants.models import Tenant
from tenants.plans.models import Notice, PlanTerms
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


class NoticeForm(forms.ModelForm):
    """Tenants as boxes with names: the theme's search field has no label of its own."""

    tenants = forms.ModelMultipleChoiceField(
        Tenant.objects.none(),
        label=_("only for"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Empty: all tenants"),
    )

    class Meta:
        model = Notice
        fields = [
            "title",
            "title_zh",
            "body",
            "body_zh",
            "starts_at",
            "ends_at",
            "effect",
            "tenants",
            "published_at",
            "withdrawn_at",
        ]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        known = [tenant.pk for tenant in every_tenant()]
        self.fields["tenants"].queryset = Tenant.objects.filter(pk__in=known).order_by("name")
