"""What billing is told of telephony, inside the tenant: conversations of a period, when each agent last signed in."""

from datetime import datetime

from django.db.models import Max, Q

from telephony.models import Agent
from telephony.queries.figures import handle_sums
from tenants.billing.activity import Answers, SeatUse, answer_with


def connect() -> None:
    answer_with(Answers(handled, seats))


def handled(start: datetime, end: datetime) -> int:
    return handle_sums(start, end)[3]


def seats() -> list[SeatUse]:
    """Agents who may take calls, those who never signed in first."""
    online = Q(state_changes__presence=Agent.Presence.ONLINE)
    agents = Agent.objects.filter(is_active=True).annotate(last_at=Max("state_changes__at", filter=online))
    rows = agents.order_by("last_at", "name").values_list("name", "last_at")
    return sorted((SeatUse(*row) for row in rows), key=lambda use: use.last_at is not None)
