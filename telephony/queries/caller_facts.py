"""What is known when a caller is to be routed: the facts rules ask about."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from telephony.models import Call, CallerProfile, Queue, QueueStay
from telephony.queries.hours import local_time
from telephony.queries.remembered import foresee, once
from telephony.regions import origin_of
from telephony.routing.rule_check import COLLECTED
from telephony.text import plain_line
from tenants.context import current_tenant
from tenants.numbers import to_e164
from tenants.prepared import Compiled, Question, given

NOTHING_KNOWN: dict[str, Any] = {"level": "", "tags": [], "language": ""}
PROFILED = frozenset({"level", "tags", "language"})


def caller_facts(
    number: str,
    caller_number: str,
    queue: Queue | None,
    at: datetime,
    *,
    fields: set[str] | None = None,
    call_id: UUID | None = None,
    language: str = "",
) -> dict[str, Any]:
    """JSON-able, by the names of `telephony.routing.rules`; "" and [] where nothing is known.

    `number` (dialled) and `caller_number` in their stored spelling. With `fields` rows are read only for those.
    A caller who is in line already is not one of those `waiting`: tell their `call_id`. The `language` chosen in this
    call counts more than the profile's.
    """
    tenant = current_tenant()
    home = str(tenant.country)
    origin, local = origin_of(caller_number, home), local_time(at, str(tenant.time_zone))
    return {
        "number": number,
        "number_at_home": origin_of(number, home).at_home,
        "caller_number": caller_number,
        "caller_number_at_home": origin.at_home,
        "country": origin.country,
        "region": origin.region,
        **_profile(caller_number if fields is None or fields & PROFILED else ""),
        **({"language": language} if language else {}),
        "weekday": local.weekday(),
        "time": f"{local:%H:%M}",
        "queue_id": queue.pk if queue else None,
        "waiting": waiting_in(queue.pk, but_call=call_id)
        if queue and (fields is None or "waiting" in fields)
        else 0,
    }


def collected_facts(collected: Mapping[str, Any], fields: Iterable[str] | None = None) -> dict[str, str]:
    """What a flow collected of a caller, by the names rules use; with `fields` no more than they ask about."""
    known = {f"collected.{name}": str(value)[:80] for name, value in collected.items()}
    wanted = known if fields is None else set(fields) & set(known)
    return {name: known[name] for name in sorted(wanted) if COLLECTED.fullmatch(name)}


def _profile(e164: str) -> dict[str, Any]:
    if not e164:
        return dict(NOTHING_KNOWN)
    known = once(("profile", e164), lambda: _profiles.first(numbers=[e164]))
    return {name: known[name] for name in NOTHING_KNOWN} if known else dict(NOTHING_KNOWN)


class ExpectedCallers:
    """Who is about to be asked about: one question for all their profiles, and how many wait where one of them comes
    to, to be asked in a trip that is made anyway.
    """

    def __init__(self, callers: Iterable[tuple[str, int, UUID]]) -> None:
        """(number in any spelling, queue, call) of each."""
        country, known = str(current_tenant().country), list(callers)
        self._numbers = sorted({to_e164(raw, country) or plain_line(raw, 64) for raw, _queue, _call in known})
        counted = Counter(queue_id for _raw, queue_id, _call in known)
        # Of several in one queue the first who is planned is no other one: who that is, nobody knows yet.
        self._alone = [(queue_id, call_id) for _raw, queue_id, call_id in known if counted[queue_id] == 1]

    @property
    def questions(self) -> list[Question]:
        if not self._numbers:
            return []
        waiting = [_others_waiting.asking(queue=queue_id, call=call_id) for queue_id, call_id in self._alone]
        return [_profiles.asking(numbers=self._numbers), *waiting]

    def take(self, found: list[list[Any]]) -> None:
        """The answers, in the order of the questions."""
        if not found:
            return
        profiles = {row["e164"]: row for row in found[0]}
        for e164 in self._numbers:
            row = profiles.get(e164)
            foresee(("profile", e164), {name: row[name] for name in NOTHING_KNOWN} if row else None)
        for (queue_id, _call_id), counts in zip(self._alone, found[1:], strict=True):
            foresee(("waiting", queue_id), counts[0] if counts else 0)


def waiting_in(queue_id: int, *, but_call: UUID | None = None) -> int:
    """Callers in this line now; of those who come in one sitting each sees the line as the first of them did."""
    return once(("waiting", queue_id), lambda: _waiting_in(queue_id, but_call))


def _waiting_in(queue_id: int, but_call: UUID | None) -> int:
    if but_call:
        return _others_waiting.first(queue=queue_id, call=but_call) or 0
    return QueueStay.objects.filter(queue_id=queue_id, left_at=None).count()


def _others() -> QuerySet[Any, Any]:
    waiting = QueueStay.objects.filter(queue_id=given("queue"), left_at=None).exclude(call_id=given("call"))
    counted = waiting.order_by().values("queue_id").annotate(n=Count("pk"))
    return counted.values_list("n", flat=True)


_others_waiting = Compiled(_others)
_profiles = Compiled(
    lambda: CallerProfile.objects.filter(e164__among=given("numbers")).values("e164", *NOTHING_KNOWN)
)


def last_agent_of(
    caller_number: str, *, since: datetime, but_call: UUID | None = None
) -> tuple[int, datetime] | None:
    """Who spoke with this caller last, and when the caller was answered."""
    if not caller_number:
        return None
    calls = Call.objects.filter(
        caller_number=caller_number, arrived_at__gte=since, answered_at__isnull=False, agent__isnull=False
    )
    return calls.exclude(pk=but_call).order_by("-arrived_at").values_list("agent_id", "answered_at").first()


def talks_with(caller_number: str, *, since: datetime) -> dict[int, int]:
    """Agent → how many calls of this caller they answered."""
    counted: dict[int, int] = {}
    if not caller_number:
        return counted
    calls = Call.objects.filter(
        caller_number=caller_number, arrived_at__gte=since, answered_at__isnull=False, agent__isnull=False
    )
    for agent_id in calls.order_by("-arrived_at").values_list("agent_id", flat=True)[:50]:
        counted[agent_id] = counted.get(agent_id, 0) + 1
    return counted


SPOKE_WITHIN = timedelta(days=90)
