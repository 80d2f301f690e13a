"""What goes on now in all tenants together, for operators: figures alone, never whose they are."""

from telephony.cells.capacity import reported_load
from telephony.models import Agent, Call
from tenants.context import enter, every_tenant
from tenants.socket_count import open_sockets


def load_now() -> dict[str, float]:
    """calls_live, agents_online, sockets, offers_per_second, facts_per_second, legs_live."""
    calls = agents = 0
    for tenant in every_tenant():
        with enter(tenant.schema_name):
            calls += Call.objects.filter(ended_at=None).count()
            agents += Agent.objects.filter(presence=Agent.Presence.ONLINE).count()
    sockets = open_sockets()
    known = {} if sockets is None else {"sockets": float(sockets)}
    return {"calls_live": float(calls), "agents_online": float(agents), **known, **reported_load()}
