"""What a seat is narrowed to, among the settings."""

from typing import Any

from django.http import HttpRequest

from telephony.actions.seats import give_up_places
from telephony.admin.floor import FloorAdmin
from telephony.models import SeatScope
from tenants.people.admin_sites import AuditedModelAdmin, tenant_site


class SeatScopeAdmin(FloorAdmin, AuditedModelAdmin):
    """For outsourced and temporary people: only these queues, only these groups."""

    list_display = ["member"]
    list_select_related = ["member"]
    search_fields = ["member__name", "member__username"]
    fields = ["member", "queues", "groups"]

    def get_readonly_fields(self, request: HttpRequest, obj: SeatScope | None = None) -> list[str]:
        return ["member"] if obj else []

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        give_up_places(scope=form.instance)


tenant_site.register(SeatScope, SeatScopeAdmin)
