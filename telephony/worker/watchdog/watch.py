"""Two looks and a verdict: what differs at both, with every fact heard in between taken in, is a difference."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from telephony import events
from telephony.actions import truth
from telephony.actions.truth import Finding
from telephony.models import Difference
from telephony.queries.truth import open_differences
from telephony.spool import DATABASE_AWAY
from telephony.switch import Switch, SwitchError
from telephony.worker.clock import Clock
from telephony.worker.inbox import Inbox, News
from telephony.worker.neighbours import Neighbours
from telephony.worker.troubles import Troubles
from telephony.worker.watchdog.causes import cause_of
from telephony.worker.watchdog.comparison import compare, compare_memory
from telephony.worker.watchdog.memory import Memories
from telephony.worker.watchdog.remedies import Remedies
from telephony.worker.watchdog.rows import read_rows
from telephony.worker.watchdog.sight import Sight, look
from telephony.worker.watchdog.strangers import Strangers
from telephony.worker.watchdog.tally import Tally
from tenants.context import current_schema, enter, every_tenant

if TYPE_CHECKING:
    from tenants.models import Tenant

log = structlog.get_logger()

SLICES = 2
"""A turn looks at every second tenant, and at each one with something suspicious."""
APART = timedelta(seconds=1.5)
"""The least time between the two looks."""
Kind = Difference.Kind
Key = tuple[str, str]
ORDER = {kind: position for position, kind in enumerate(Kind.values)}
"""Legs before offers before agents before the router: what is healed first often heals what comes after."""

HOSTS_FOR = 30
"""Turns for which a tenant's host is taken for true."""
OF_AGENTS = frozenset(
    {Kind.READY_UNREACHABLE, Kind.STUCK_ACTIVITY, Kind.HIDDEN_ACTIVITY, Kind.OVERDUE_WRAP_UP}
)
"""Judged where the tenant lives, from the rows alone."""


@dataclass
class Suspect:
    finding: Finding
    first_seen: datetime
    facts_heard: int
    """How many facts had been heard by then: until they are taken in, one of them may explain it."""


class Watch:
    """Of one cell, in one thread; `turn` every two seconds."""

    def __init__(
        self,
        switch: Switch,
        inbox: Inbox,
        *,
        cell: str,
        nodes: Sequence[str],
        clock: Clock,
        troubles: Troubles,
        memories: Memories | None = None,
        away: Callable[[], Collection[str]] = tuple,
        neighbours: Neighbours | None = None,
    ) -> None:
        """`nodes` are the names of the cell's switches, `away` says which of them do not answer now."""
        self._switch, self._inbox, self._clock, self._troubles = switch, inbox, clock, troubles
        self._cell, self._nodes, self._away = cell, nodes, away
        self._neighbours = neighbours or Neighbours()
        self._memories = memories or Memories(inbox)
        self._remedies = Remedies(switch, node=nodes[0], away=away, read_floor=self._read_floor)
        self._strangers = Strangers(switch)
        self.tally = Tally()
        self._legs: dict[str, set[UUID]] = {}
        self._suspects: dict[str, dict[Key, Suspect]] = defaultdict(dict)
        self._open: dict[str, dict[Key, str]] = {}
        self._turns = self._hosts_until = 0
        self._hosts: dict[str, str] = {}

    def turn(self) -> None:
        """Look at a slice of the cell; raises SwitchError when the switch does not answer."""
        sight = self._sight()
        strange = self._strangers.find(sight, self._legs.values())
        for tenant in self._due(set(strange)):
            with enter(tenant.schema_name):
                self._look_at(tenant, sight, strange.get(tenant.schema_name, []))
        self._turns += 1
        self.tally.open = Counter(kind for found in self._open.values() for kind, _subject in found)

    def forget(self) -> None:
        """What was suspected before a resync no longer counts: it compares everything by itself."""
        self._suspects.clear()
        self._strangers.forget()

    def _due(self, strange: set[str]) -> "list[Tenant]":
        urgent = strange | {schema for schema, found in self._suspects.items() if found}
        urgent |= {schema for schema, found in self._open.items() if found}
        everybody = every_tenant()
        tenants = [tenant for tenant in everybody if tenant.cell == self._cell]
        tenants += self._neighbours.guests_of(everybody)
        return [
            tenant
            for position, tenant in enumerate(tenants)
            if position % SLICES == self._turns % SLICES
            or tenant.schema_name in urgent
            or tenant.schema_name not in self._legs
        ]

    def _sight(self) -> Sight:
        return look(self._switch, nodes=self._nodes, away=self._away, at=self._clock.now())

    # ---- one tenant

    def _look_at(self, tenant: "Tenant", sight: Sight, strange: list[Finding]) -> None:
        found = self._compare(tenant, sight, strange)
        if tenant.schema_name not in self._open:
            # That one is no affair of the switch: who measures the room heals it.
            ours = open_differences().exclude(kind=Kind.RECORDING_STOPPED)
            known = ours.values_list("kind", "subject")
            self._open[tenant.schema_name] = dict.fromkeys(known, Difference.Remedy.BY_ITSELF)
        self._close(found, spared=())
        treated = [self._treat(suspect) for suspect in self._convicted(found)]
        if any(treated):
            again = self._sight()
            self._close(self._compare(tenant, again, strange), spared=(Kind.ROUTER_DRIFT,))

    def _compare(self, tenant: "Tenant", sight: Sight, strange: list[Finding]) -> dict[Key, Finding]:
        now = self._clock.now()
        is_guest = bool(self._neighbours.home_of(tenant.schema_name))
        memory = None if is_guest else self._memories.of(tenant.schema_name, now)
        rows = read_rows()
        known = self._legs[tenant.schema_name] = {*rows.legs, *rows.offers}
        # Of somebody who may be in another cell too, what no switch here knows is not gone.
        seen = replace(sight, is_whole=False) if self._neighbours.is_shared(tenant.schema_name) else sight
        findings = compare(rows, seen, host=self._host(tenant), now=now)
        if is_guest:
            findings = [finding for finding in findings if finding.kind not in OF_AGENTS]
        if memory is not None:
            findings += compare_memory(rows, memory.works, memory.standing)
        still_here = (finding for finding in strange if UUID(finding.subject) in sight.legs)
        findings += [finding for finding in still_here if UUID(finding.subject) not in known]
        return {(finding.kind, finding.subject): finding for finding in findings}

    def _host(self, tenant: "Tenant") -> str:
        """Looked up once in a while: a tenant's main domain hardly ever changes."""
        if self._turns >= self._hosts_until:
            self._hosts, self._hosts_until = {}, self._turns + HOSTS_FOR
        if tenant.schema_name not in self._hosts:
            self._hosts[tenant.schema_name] = tenant.host
        return self._hosts[tenant.schema_name]

    def _convicted(self, found: dict[Key, Finding]) -> list[Suspect]:
        """Those of the findings that were the same at an earlier look; the others are suspects from now on."""
        before, now = self._suspects[current_schema()], self._clock.now()
        suspects = {
            key: before[key]
            if key in before and before[key].finding == finding
            else Suspect(finding, now, self._inbox.facts_heard)
            for key, finding in found.items()
        }
        self._suspects[current_schema()] = suspects
        taken = self._inbox.facts_taken
        convicted = [
            suspect
            for suspect in suspects.values()
            if now - suspect.first_seen >= APART and taken >= suspect.facts_heard
        ]
        return sorted(convicted, key=lambda suspect: ORDER[suspect.finding.kind])

    def _treat(self, suspect: Suspect) -> bool:
        """False when a close look finds nothing wrong, or when nothing could be done now."""
        finding, at = suspect.finding, self._clock.now()
        key = finding.kind, finding.subject
        try:
            treatment = self._remedies.prepare(finding, first_seen=suspect.first_seen, at=at)
            if treatment is None:
                self._acquit(key)
                return False
            self._note(suspect)
            self._open[current_schema()][key] = treatment.remedy
            treatment.apply()
        except (SwitchError, *DATABASE_AWAY):
            raise
        except Exception:
            # What cannot be healed must not keep the others from it; it stays open on the page.
            log.exception("A difference could not be healed.", kind=finding.kind)
            return False
        return True

    def _acquit(self, key: Key) -> None:
        self._suspects[current_schema()].pop(key, None)
        if key[0] == Kind.UNKNOWN_LEG:
            self._strangers.ignore(UUID(key[1]))

    def _note(self, suspect: Suspect) -> None:
        finding, at = suspect.finding, suspect.first_seen
        cause = cause_of(finding, self._troubles.latest(at))
        if truth.note_difference(finding, cause=cause, at=at):
            self.tally.count_found(finding.kind)
            log.warning(
                "Our rows were not what is so.", kind=finding.kind, cause=cause, subject=finding.subject
            )

    def _close(self, found: dict[Key, Finding], *, spared: Iterable[str]) -> None:
        """What was open and is found no more is healed; the kinds spared cannot be judged now."""
        still_open = self._open[current_schema()]
        for kind, subject in [key for key in still_open if key not in found and key[0] not in spared]:
            remedy = still_open.pop((kind, subject))
            at = self._clock.now()
            seconds = truth.heal_difference(kind=kind, subject=subject, remedy=remedy, at=at)
            if seconds is not None:
                self.tally.count_healed(kind, seconds)
            self._suspects[current_schema()].pop((kind, subject), None)

    def _read_floor(self) -> None:
        news = events.FloorConfigured(occurred_at=self._clock.now())
        self._inbox.put_news(News(current_schema(), news))
