"""What of the current tenant hangs on a number, and what its calls say: for the desk of numbers."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db.models import Count, Max, Q

from telephony.models import Call, EmergencyPlan, Entry, PoolNumber, RoutingRule, VirtualNumber
from telephony.number_limits import FINE, INBOUND, OUTBOUND, Limited, Verdict, verdict_on
from tenants.context import current_tenant

COUNTED = timedelta(days=30)
REMEMBERED = timedelta(days=400)
"""Further back nobody asks whether a number is idle."""
MOST_JUDGED = 5000


class Listed(Limited, Protocol):
    @property
    def e164(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Bindings:
    """What hangs on one number. `rules` name it and stay, fitting nobody any more; all the rest goes with it."""

    queue: str = ""
    flow: str = ""
    is_shown: bool = False
    has_emergency_plan: bool = False
    pools: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    live_calls: int = 0

    @property
    def is_bound(self) -> bool:
        return bool(self.queue or self.pools or self.agents)


def bindings_of(number: str) -> Bindings:
    entry = Entry.objects.select_related("queue", "flow").filter(number_e164=number).first()
    pools = PoolNumber.objects.filter(number_e164=number).values_list("pool__name", flat=True)
    agents = VirtualNumber.objects.filter(number_e164=number).values_list("agent__name", flat=True)
    return Bindings(
        queue=entry.queue.name if entry else "",
        flow=entry.flow.name if entry and entry.flow else "",
        is_shown=bool(entry and entry.is_shown),
        has_emergency_plan=entry is not None and EmergencyPlan.objects.filter(entry=entry).exists(),
        pools=list(pools),
        agents=list(agents),
        rules=[rule.name for rule in RoutingRule.objects.order_by("position") if _names(rule, number)],
        live_calls=Call.objects.filter(number=number, ended_at=None).count(),
    )


def _names(rule: RoutingRule, number: str) -> bool:
    told = [one.get("value") for one in rule.conditions if isinstance(one, dict)]
    return any(number == value or (isinstance(value, list) and number in value) for value in told)


def bound_numbers() -> set[str]:
    """Which lead somewhere, are shown or mask somebody."""
    entries = Entry.objects.values_list("number_e164", flat=True)
    pools = PoolNumber.objects.values_list("number_e164", flat=True)
    return {*entries, *pools, *VirtualNumber.objects.values_list("number_e164", flat=True)}


def calls_of_numbers(numbers: Collection[str], at: datetime) -> list[tuple[str, int, datetime | None]]:
    """(number, calls within COUNTED, last call within REMEMBERED), of each number given."""
    found = Call.objects.filter(number__in=numbers, arrived_at__gte=at - REMEMBERED).order_by()
    counted = Count("pk", filter=Q(arrived_at__gte=at - COUNTED))
    rows: Any = found.values("number").annotate(calls=counted, last=Max("arrived_at"))
    told = {row["number"]: (row["calls"], row["last"]) for row in rows}
    return [(number, *told.get(number, (0, None))) for number in numbers]


def outside_calls(number: Listed, at: datetime) -> list[tuple[Call, Verdict]]:
    """Calls within COUNTED that the number's use or regions do not cover, by its terms as they are now."""
    if number.use == "both" and not number.regions:
        return []
    home = str(current_tenant().country)
    calls = Call.objects.filter(number=number.e164, arrived_at__gte=at - COUNTED).order_by("-arrived_at")
    judged = ((call, _verdict(number, call, home)) for call in calls[:MOST_JUDGED])
    return [(call, verdict) for call, verdict in judged if verdict.kind != FINE]


def _verdict(number: Listed, call: Call, home: str) -> Verdict:
    direction = INBOUND if call.direction == Call.Direction.INBOUND else OUTBOUND
    return verdict_on(number, direction=direction, other=call.caller_number, home=home)
