"""For operators: cells and switches, and the legs for which no tenant was found."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from telephony.cells.models import Cell, Lease, StrayLeg, SwitchNode
from tenants.desk.policies import can_see_desk
from tenants.people.admin_sites import AuditedModelAdmin, ConsolePage, operator_site
from tenants.people.policies import Role, has_role


def may_look(member: object) -> bool:
    return has_role(member, Role.OPERATOR)


class ReadOnlyAdmin(AuditedModelAdmin):
    view_policy = staticmethod(may_look)

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> list[str]:
        return [column.name for column in self.model._meta.fields]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class SwitchAdmin(ReadOnlyAdmin):
    list_display = ["name", "cell", "kind", "last_seen_at"]


class LeaseAdmin(ReadOnlyAdmin):
    list_display = ["cell", "holder", "epoch", "expires_at"]


class StrayAdmin(ReadOnlyAdmin):
    list_display = ["first_heard_at", "dialled", "tenant_said", "node", "ended_at"]
    search_fields = ["dialled", "tenant_said"]


operator_site.pages += [
    ConsolePage("/numbers/", _("Number desk"), "dialpad", can_see_desk),
    ConsolePage("/network/trunks/", _("SIP trunks"), "settings_phone", may_look),
    ConsolePage("/network/ports/", _("Ports"), "lan", may_look),
    ConsolePage("/network/sizing/", _("Sizing"), "straighten", may_look),
    ConsolePage("/capacity/", _("Capacity"), "speed", may_look),
    ConsolePage("/availability/", _("Availability"), "monitor_heart", may_look),
    ConsolePage("/cells/", _("Cells"), "hub", may_look),
    ConsolePage("/recording-terms/", _("Recordings of tenants"), "lock", may_look),
    ConsolePage("/emergency/", _("Emergency"), "emergency", may_look),
]
operator_site.register(Cell, ReadOnlyAdmin)
operator_site.register(SwitchNode, SwitchAdmin)
operator_site.register(Lease, LeaseAdmin)
operator_site.register(StrayLeg, StrayAdmin)
