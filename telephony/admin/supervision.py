"""Listening in: whether agents are told, and every ear there was, to look at."""

from django.contrib.admin import display
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from telephony import policies
from telephony.admin.calls import LookedAtAdmin
from telephony.admin.floor import FloorAdmin
from telephony.models import Listening, SupervisionTerms
from tenants.people.admin_sites import AuditedModelAdmin, tenant_site


class SupervisionTermsAdmin(FloorAdmin, AuditedModelAdmin):
    """One row for the tenant; without it agents are told."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not SupervisionTerms.objects.exists()


class ListeningAdmin(LookedAtAdmin):
    view_policy = staticmethod(policies.can_supervise)
    list_display = ["asked_at", "supervisor", "agent", "shown_modes", "began_at", "ended_at", "is_told"]
    list_filter = [("asked_at", RangeDateTimeFilter), "supervisor", "agent"]
    list_filter_submit = True
    list_select_related = ["supervisor", "agent"]
    fields = readonly_fields = [
        "call",
        "supervisor",
        "agent",
        "asked_at",
        "began_at",
        "ended_at",
        "shown_modes",
        "is_told",
    ]

    @display(description=_("changes of mode"))
    def shown_modes(self, listening: Listening) -> str:
        return " → ".join(listening.mode_words) or "–"


tenant_site.register(SupervisionTerms, SupervisionTermsAdmin)
tenant_site.register(Listening, ListeningAdmin)
