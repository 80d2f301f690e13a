"""Calls, to look at: nobody changes by hand what the switch said."""

from uuid import UUID

from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from telephony import policies
from telephony.models import Call
from telephony.models.causes import cause_words
from tenants.lists.queries import is_large
from tenants.masking import mask_number
from tenants.people.admin_sites import AuditedModelAdmin, tenant_site


def as_id(term: str) -> UUID | None:
    try:
        return UUID(term.strip())
    except ValueError:
        return None


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
    search_help_text = _("A caller's number, or a call's id; among very many calls the whole number.")
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

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple:
        """A part of a number is looked for by reading every call; of millions only the whole one, by its index."""
        wanted, digits = as_id(search_term), "".join(filter(str.isdigit, search_term))
        if wanted is not None:
            return queryset.filter(pk=wanted), False
        if digits and is_large(Call):
            return queryset.filter(caller_number__in=[digits, f"+{digits}"]), False
        return super().get_search_results(request, queryset, search_term)

    @display(description=_("caller"))
    def shown_caller(self, call: Call) -> str:
        return mask_number(call.caller_number) or "–"

    @display(description=_("hang-up cause"))
    def shown_cause(self, call: Call) -> str:
        return cause_words(call.hangup_cause) or "–"


tenant_site.register(Call, CallAdmin)
