"""Terms, hours and addresses in the operators' console; the rest has pages of its own."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tenants.people.admin_sites import AuditedModelAdmin, ConsolePage, operator_site
from tenants.service.admin_forms import SupportHoursForm
from tenants.service.models import CaseTerms, ContactAddress, SupportHours
from tenants.service.policies import can_see_service, can_serve
from tenants.service.templatetags.service_words import weekdays


class CaseTermsAdmin(AuditedModelAdmin):
    policy = staticmethod(can_serve)
    view_policy = staticmethod(can_see_service)
    list_display = ["severity", "sla", "response_minutes", "resolution_minutes", "is_round_the_clock"]
    list_select_related = ["sla"]
    list_filter = ["severity"]


class SupportHoursAdmin(AuditedModelAdmin):
    policy = staticmethod(can_serve)
    view_policy = staticmethod(can_see_service)
    form = SupportHoursForm
    list_display = ["__str__", "sla", "days_in_words"]
    list_select_related = ["sla"]
    readonly_fields = ["days_in_words"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        days = "weekdays" if self.has_change_permission(request, obj) else "days_in_words"
        return ["sla", days, "opens", "closes", "closed_on"]

    @admin.display(description=_("weekdays"))
    def days_in_words(self, hours: SupportHours) -> str:
        return weekdays(hours.weekdays)


class ContactAddressAdmin(AuditedModelAdmin):
    policy = staticmethod(can_serve)
    view_policy = staticmethod(can_see_service)
    list_display = ["address", "tenant"]
    list_select_related = ["tenant"]
    search_fields = ["address"]


operator_site.register(CaseTerms, CaseTermsAdmin)
operator_site.register(SupportHours, SupportHoursAdmin)
operator_site.register(ContactAddress, ContactAddressAdmin)
operator_site.pages += [
    ConsolePage("/service/", _("Cases and on call"), "contact_support", can_see_service),
    ConsolePage("/service/parts/", _("Health with history"), "ecg_heart", can_see_service),
    ConsolePage("/service/months/", _("Availability of tenants"), "verified", can_see_service),
]
