"""What follows when a tenant's state changes: the people in its open pages are told, and shown out."""

from tenants import realtime
from tenants.context import enter
from tenants.events import MemberSignedOutEverywhere, TenantClosed, TenantSuspended
from tenants.models import Tenant


def show_everybody_out(event: TenantSuspended | TenantClosed) -> None:
    tenant = Tenant.objects.get(pk=event.tenant_id)
    reason = "suspended" if isinstance(event, TenantSuspended) else "closed"
    with enter(tenant.schema_name):
        realtime.publish("everyone", {"type": "signed_out", "reason": reason})


def show_member_out(event: MemberSignedOutEverywhere) -> None:
    realtime.publish(f"member.{event.member_id}", {"type": "signed_out", "reason": "everywhere"})
