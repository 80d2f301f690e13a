"""Legs of the switch that none of our rows speak of."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from telephony.actions.truth import Finding
from telephony.ingest import Ingest
from telephony.models import Difference
from telephony.switch import LiveLeg, Switch
from telephony.worker.watchdog.sight import Sight

MOST_ASKED = 200
"""Legs asked about in one turn; the others come next."""


class Strangers:
    """A leg is asked about when a second look still finds it unknown: most are calls that have just begun."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._ingest = Ingest()
        self._before: set[UUID] = set()
        self._ignored: set[UUID] = set()

    def find(self, sight: Sight, known: Iterable[set[UUID]]) -> dict[str, list[Finding]]:
        """Suspicions by schema, callers first: an agent's leg needs the call it was offered."""
        here = set(sight.legs)
        self._ignored &= here
        unknown = here.difference(self._ignored, *known)
        again, self._before = sorted(unknown & self._before)[:MOST_ASKED], unknown
        live = [leg for leg in map(self._switch.leg, again) if leg is not None]
        found: dict[str, list[Finding]] = defaultdict(list)
        for leg in sorted(live, key=lambda leg: (leg.offer_id is not None, leg.created_at)):
            tenant = leg.tenant or self._ingest.tenant_of_number(leg.dialled)
            if tenant:
                found[tenant].append(_finding(leg))
            else:
                self.ignore(leg.leg_id)
        return found

    def ignore(self, leg_id: UUID) -> None:
        """Nothing is to be done about it for as long as it lives."""
        self._ignored.add(leg_id)

    def forget(self) -> None:
        self._before.clear()


def _finding(leg: LiveLeg) -> Finding:
    is_zombie = leg.offer_id == leg.leg_id and leg.answered_at is None
    return Finding(
        kind=Difference.Kind.ZOMBIE_OFFER if is_zombie else Difference.Kind.UNKNOWN_LEG,
        subject=str(leg.leg_id),
        agent_id=leg.agent_id,
        call_id=leg.call_id if is_zombie else (leg.call_id or leg.leg_id),
        node=leg.node,
        ours={"offer": "over"} if is_zombie else {"leg": None},
        theirs={"leg": "rings" if is_zombie else "lives"},
    )
