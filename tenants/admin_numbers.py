"""The number inventory in the operators' console: lending, taking back, sheets in and out."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import display
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from tenants.admin_resources import NumberResource
from tenants.desk.errors import LicenceMissing
from tenants.desk.queries import needs_licence
from tenants.errors import DomainError
from tenants.lending import QUARANTINE_DAYS, lend_number, take_number_back
from tenants.models import Number, Tenant
from tenants.numbers import format_number, to_e164
from tenants.people.admin_confirm import Question, ask
from tenants.people.admin_sites import AuditedSheetAdmin, operator_site
from tenants.policies import can_manage_numbers, can_see_tenants


class NumberForm(forms.ModelForm):
    """`lend_to` goes through the action, so that who had the number when is never lost."""

    lend_to = forms.ModelChoiceField(
        Tenant.objects.filter(state="active"),
        label=_("Lend to"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Only while the number is free; take it back first to move it."),
    )

    class Meta:
        model = Number
        fields = [
            "e164", "country", "kind", "area_code", "carrier", "trunk", "carrier_fee", "monthly_fee", "currency",
            "expires_on",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "carrier_fee" in self.fields:
            self.fields["carrier_fee"].required = False

    def clean_carrier_fee(self) -> Decimal:
        return self.cleaned_data["carrier_fee"] or Decimal(0)

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if values.get("e164") and values.get("country"):
            number = to_e164(values["e164"], values["country"])
            if number is None:
                self.add_error("e164", _("This is no telephone number of that country."))
            else:
                values["e164"] = number
        if tenant := values.get("lend_to"):
            day, kind = timezone.localdate(), values.get("kind", "")
            if needs_licence(kind, tenant_id=tenant.pk, number_id=self.instance.pk, day=day):
                self.add_error("lend_to", LicenceMissing().message)
        return values


class NumberAdmin(AuditedSheetAdmin):
    policy = staticmethod(can_manage_numbers)
    view_policy = staticmethod(can_see_tenants)
    form = NumberForm
    resource_classes = [NumberResource]
    list_display = [
        "shown_number", "kind", "state", "tenant", "assigned_at", "carrier_fee", "monthly_fee", "currency",
    ]  # fmt: skip
    list_filter = ["state", "kind", "country", "tenant"]
    list_filter_submit = True
    list_select_related = ["tenant"]
    search_fields = ["e164", "tenant__name", "carrier"]
    readonly_fields = ["state", "tenant", "assigned_at"]
    fields = [
        "e164",
        "country",
        "kind",
        "area_code",
        "carrier",
        "trunk",
        "carrier_fee",
        "monthly_fee",
        "currency",
        "expires_on",
        "state",
        "tenant",
        "assigned_at",
        "lend_to",
    ]
    actions_detail = ["desk", "take_back"]
    bulk_fields = ("carrier", "trunk", "carrier_fee", "monthly_fee", "currency", "expires_on", "area_code")

    @display(description=_("number"), ordering="e164")
    def shown_number(self, number: Number) -> str:
        return format_number(number.e164)

    def get_fields(self, request: HttpRequest, obj: Number | None = None) -> list[str]:
        """Who only looks lends nothing."""
        return self.fields if can_manage_numbers(request.user) else [f for f in self.fields if f != "lend_to"]

    def get_readonly_fields(self, request: HttpRequest, obj: Number | None = None) -> list[str]:
        return [*self.readonly_fields, "e164"] if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A number that was ever lent stays: bills speak of it."""
        was_lent = obj is not None and obj.assignments.exists()
        return super().has_delete_permission(request, obj) and not was_lent

    def save_model(self, request: HttpRequest, obj: Number, form: NumberForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        tenant = form.cleaned_data.get("lend_to")
        if tenant is None:
            return
        try:
            lend_number(number_id=obj.pk, tenant_id=tenant.pk, at=timezone.now())
        except DomainError as error:
            messages.error(request, error.message)

    def has_desk_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return can_see_tenants(request.user)

    @action(description=_("Papers, terms, history"), url_path="desk", permissions=["desk"])
    def desk(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The number's own page, where it is also retired."""
        return redirect("operators:number", get_object_or_404(Number, pk=object_id).pk)

    def has_take_back_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        if not can_manage_numbers(request.user):
            return False
        return object_id is None or Number.objects.filter(pk=object_id, tenant__isnull=False).exists()

    @action(description=_("Take back"), url_path="take-back", permissions=["take_back"])
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        number = get_object_or_404(Number, pk=object_id)
        back = reverse("admin:tenants_number_change", args=[number.pk])
        question = Question(
            title=_("Take %(number)s back from %(tenant)s?")
            % {"number": number.e164, "tenant": number.tenant},
            button=_("Take back"),
            back=back,
            is_dangerous=True,
            effects=[
                _("Its callers no longer reach this tenant, from the next call on."),
                _("It rests for %(days)s days before it is lent again.") % {"days": QUARANTINE_DAYS},
            ],
        )
        page = ask(request, self, question)
        if page:
            return page
        take_number_back(number_id=number.pk, at=timezone.now())
        messages.success(request, _("The number is in quarantine."))
        return redirect(back)


operator_site.register(Number, NumberAdmin)
