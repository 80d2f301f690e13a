"""Phones as administrators see them: IP phones, numbers outside, phones in pages; and the terms of all of them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import display
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from telephony import actions
from telephony.actions import phones
from telephony.admin.floor import FloorAdmin
from telephony.models import Device, PhoneTerms
from telephony.queries.outside_numbers import phone_terms, why_not
from tenants.context import current_tenant
from tenants.numbers import to_e164
from tenants.people.admin_sites import AuditedModelAdmin, tenant_site

Kind = Device.Kind
WORDS_OF_A_PASSWORD = _(
    "Set up the phone now, its password is shown this once: user {}, server {}, password {}"
)


def show_password(request: HttpRequest, phone: actions.NewPhone) -> None:
    host = getattr(request.tenant, "host", "")
    words = format_html(str(WORDS_OF_A_PASSWORD), phone.device.sip_username, host, phone.password)
    messages.warning(request, words)


class DeviceForm(forms.ModelForm):
    """A new IP phone needs nothing but its agent; an outside number is checked against the terms before it is kept."""

    class Meta:
        model = Device
        fields = ["agent", "kind", "number"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            self.fields["kind"].choices = [(kind, kind.label) for kind in (Kind.SIP, Kind.NUMBER)]
            self.fields["kind"].help_text = _("The phone in the page comes by itself with each sign-in.")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("kind") == Kind.SIP:
            values["number"] = ""
        elif values.get("agent"):
            values["number"] = self._checked(values)
        return values

    def _checked(self, values: dict[str, Any]) -> str:
        number = to_e164(values.get("number"), str(current_tenant().country)) or ""
        if refusal := why_not(number, phone_terms()):
            self.add_error("number", phones.REFUSALS[refusal]().message)
        elif Device.objects.filter(agent=values["agent"], kind=Kind.NUMBER).exists():
            self.add_error("agent", phones.HasANumberAlready().message)
        return number

    def validate_constraints(self) -> None:
        """The action makes the row."""


class DeviceAdmin(FloorAdmin, AuditedModelAdmin):
    """Added with a kind, looked at, removed; nothing of a phone is changed afterwards."""

    form = DeviceForm
    list_display = ["name", "kind", "agent", "shown_registration", "contact"]
    list_filter = ["kind"]
    list_select_related = ["agent"]
    search_fields = ["sip_username", "number", "agent__name"]
    LOOKED_AT = ("agent", "kind", "sip_username", "number", "shown_registration", "contact")

    def get_fields(self, request: HttpRequest, obj: Device | None = None) -> list[str]:
        return list(self.LOOKED_AT) if obj else ["agent", "kind", "number"]

    def get_readonly_fields(self, request: HttpRequest, obj: Device | None = None) -> list[str]:
        return list(self.LOOKED_AT) if obj else []

    @display(description=_("name"))
    def name(self, device: Device) -> str:
        return str(device)

    @display(description=_("registered"), boolean=True)
    def shown_registration(self, device: Device) -> bool:
        return device.is_there

    def save_model(self, request: HttpRequest, obj: Device, form: DeviceForm, change: bool) -> None:
        if change:
            return
        if obj.kind == Kind.NUMBER:
            made = phones.add_number(agent=obj.agent, number=obj.number)
        else:
            phone = actions.add_phone(agent=obj.agent)
            show_password(request, phone)
            made = phone.device
        obj.pk, obj.sip_username = made.pk, made.sip_username

    def delete_model(self, request: HttpRequest, obj: Device) -> None:
        phones.remove_phone(device=obj, at=timezone.now())
        actions.floor_changed()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Device]) -> None:
        with transaction.atomic():
            for device in queryset:
                phones.remove_phone(device=device, at=timezone.now())
            actions.floor_changed()


class PhoneTermsAdmin(FloorAdmin, AuditedModelAdmin):
    """One row for the tenant. Numbers it no longer allows ring nobody from that moment on."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not PhoneTerms.objects.exists()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        self._judge(request)

    def delete_model(self, request: HttpRequest, obj: PhoneTerms) -> None:
        super().delete_model(request, obj)
        self._judge(request)

    def _judge(self, request: HttpRequest) -> None:
        if changed := phones.judge_numbers(at=timezone.now()):
            messages.info(
                request, _("Outside numbers that ring, or ring no more: %(count)s") % {"count": changed}
            )


tenant_site.register(Device, DeviceAdmin)
tenant_site.register(PhoneTerms, PhoneTermsAdmin)
