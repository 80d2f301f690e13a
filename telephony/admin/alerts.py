"""When queues ring on the floor, and what rang: limits to change, the rest to look at."""

from telephony import policies
from telephony.admin.calls import LookedAtAdmin
from telephony.admin.floor import FloorAdmin
from telephony.models import AlertTerms, QueueAlert
from tenants.people.admin_sites import AuditedModelAdmin, tenant_site


class AlertTermsAdmin(FloorAdmin, AuditedModelAdmin):
    policy = staticmethod(policies.can_see_floor)
    list_display = [
        "__str__",
        "waiting_over",
        "expected_wait_over",
        "longest_wait_over",
        "service_level_under",
        "rings_when_nobody",
    ]
    list_select_related = ["queue"]


class QueueAlertAdmin(LookedAtAdmin):
    view_policy = staticmethod(policies.can_see_floor)
    list_display = ["raised_at", "cleared_at", "queue", "kind", "worst", "limit", "agents_to_add", "seen_by"]
    list_filter = ["kind", "queue"]
    list_select_related = ["queue", "seen_by"]
    fields = readonly_fields = [
        "queue",
        "kind",
        "limit",
        "value",
        "worst",
        "waiting",
        "expected_wait_seconds",
        "agents_to_add",
        "raised_at",
        "cleared_at",
        "seen_by",
        "seen_at",
    ]


tenant_site.register(AlertTerms, AlertTermsAdmin)
tenant_site.register(QueueAlert, QueueAlertAdmin)
