"""Terms, hours and addresses in the operators' console; the rest has pages of its own."""

from django.utils.translation import gettext_lazy as _

from tenants.people.admin_sites import AuditedModelAdmin, ConsolePage, operator_site
from tenants.service.models import CaseTerms, ContactAddress, SupportHours
from tenants.service.policies import can_see_service, can_serve


class CaseTermsAdmin(AuditedModelAdmin):
    policy = staticmethod(can_serve)
    view_policy = staticmethod(can_see_service)
    list_display = ["severity", "sla", "response_minutes", "resolution_minutes", "is_round_the_clock"]
    list_select_related = ["sla"]
    list_filter = ["severity"]


class SupportHoursAdmin(AuditedModelAdmin):
    policy = staticmethod(can_serve)
    view_policy = staticmethod(can_see_service)
    list_display = ["__str__", "sla", "weekdays"]
    list_select_related = ["sla"]


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
