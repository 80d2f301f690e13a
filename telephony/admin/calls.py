"""Calls, to look at: nobody changes by hand what the switch said."""

from django.contrib.admin import display
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from telephony import policies
from telephony.models import Call
from telephony.models.causes import cause_words
from tenants.masking import mask_number
from tenants.people.admin_sites import AuditedModelAdmin, tenant_site


class LookedAtAdmin(AuditedModelAdmin):
    """Rows that come of what happened."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class CallAdmin(LookedAtAdmin):
    view_policy = staticmethod(policies.can_see_every_call)
    list_display = ["arrived_at", "shown_caller", "queue", "agent", "state", "exit", "talk_seconds"]
    list_filter = [("arrived_at", RangeDateTimeFilter), "exit", "queue", "agent"]
    list_filter_submit = True
    list_select_related = ["queue", "agent"]
    search_fields = ["caller_number"]
    fields = readonly_fields = [
        "arrived_at",
        "direction",
        "number",
        "shown_caller",
        "queue",
        "agent",
        "state",
        "exit",
        "ended_by",
        "shown_cause",
        "queued_at",
        "answered_at",
        "ended_at",
        "talk_seconds",
        "hold_seconds",
        "wrap_up_seconds",
        "disposition",
    ]

    @display(description=_("caller"))
    def shown_caller(self, call: Call) -> str:
        return mask_number(call.caller_number) or "–"

    @display(description=_("hang-up cause"))
    def shown_cause(self, call: Call) -> str:
        return cause_words(call.hangup_cause) or "–"


tenant_site.register(Call, CallAdmin)
