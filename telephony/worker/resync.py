"""After we were deaf: make our rows and the switch agree, tenant by tenant.

One list says of most legs that they stand as our rows do; only the others are asked about before calls are routed
again. Those believed by the list are looked at once more afterwards (`second_look`).
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from telephony.actions import resync, truth
from telephony.actions.registrations import settle_registrations
from telephony.facts import Fact
from telephony.ingest import Ingest
from telephony.models import Recording
from telephony.queries.agreement import standing_so
from telephony.switch import LegGlimpse, LiveLeg, Registration, Switch
from telephony.worker.clock import Clock
from telephony.worker.deaths import Deaths
from telephony.worker.neighbours import Neighbours
from telephony.worker.nodes import SwitchNodes
from telephony.worker.second_look import SecondLook
from telephony.worker.unheard import Unheard
from telephony.worker.warm import warm_up
from telephony.worker.watchdog import aftermath
from tenants.context import enter, every_tenant
from tenants.events import in_one_breath
from tenants.realtime import publishing_together

log = structlog.get_logger()

MOST_AT_ONCE = 50
"""Legs taken up between two signs of life."""


class Resync:
    def __init__(
        self,
        switch: Switch,
        ingest: Ingest,
        *,
        node: str,
        clock: Clock,
        keep_alive: Callable[[], None],
        prove: Callable[[str, UUID], None],
        nodes: SwitchNodes | None = None,
        neighbours: Neighbours | None = None,
    ) -> None:
        self._neighbours = neighbours or Neighbours()
        self._switch = switch
        self._ingest = ingest
        self._node = node
        self._clock = clock
        self._keep_alive = keep_alive
        self._prove = prove
        self._because = ""
        self._nodes = nodes or SwitchNodes({node: switch})
        self._unheard = Unheard()
        self.second_look = SecondLook(switch, node=node, clock=clock)
        self.deaths = Deaths(self._nodes, self._neighbours, clock=clock, keep_alive=keep_alive)

    def run(
        self, cell: str, *, lost_at: Mapping[str, datetime] | None = None, because: str = ""
    ) -> list[str]:
        """Returns the schemas of the cell; of those that have left it our own switches' legs are compared all the same.

        The switch is asked before, never inside, a transaction.

        `lost_at` is when what is gone must have ended at the latest, by node; of others nobody knows better than now.
        What differed is written down with `because` as its cause.
        """
        self._because = because
        listed = {seen.leg_id: seen for seen in self._switch.glimpses()}
        registrations = self._switch.registrations()
        self._keep_alive()
        self._neighbours.look()
        here = [tenant for tenant in every_tenant() if tenant.cell == cell]
        all_here = [*here, *self._neighbours.guests_of(every_tenant())]
        warm_up({str(tenant.country) for tenant in all_here})
        believed = self._believed(listed, [tenant.schema_name for tenant in all_here])
        live = self._switch.legs_named([leg_id for leg_id in listed if leg_id not in believed])
        there = believed | {leg.leg_id for leg in live}
        of_tenant = self._by_tenant(live)
        for tenant in all_here:
            self._keep_alive()
            own = [found for found in registrations if found.domain == tenant.host]
            with publishing_together(), in_one_breath():
                self._agree(tenant.schema_name, of_tenant[tenant.schema_name], there, own, lost_at or {})
        log.info(
            "Rows and switch agree again.",
            listed_legs=len(listed),
            asked_legs=len(listed) - len(believed),
            registrations=len(registrations),
        )
        return [tenant.schema_name for tenant in here]

    def note_unheard(self, fact: Fact) -> None:
        """It was told while nobody acted."""
        self._unheard.note(fact)

    def _believed(self, listed: Mapping[UUID, LegGlimpse], schemas: list[str]) -> set[UUID]:
        """Legs that stand in our rows as in the switch's list. The others are asked about one by one, as are those of
        which something was told just now: the list may be late, and so would be the rows.
        """
        self.second_look.forget()
        doubted = self._unheard.legs()
        believed: set[UUID] = set()
        for schema in schemas if listed else ():
            self._keep_alive()
            with enter(schema):
                own = standing_so(listed) - doubted
            for leg_id in own:
                self._ingest.remember(leg_id, schema)
            self.second_look.expect(schema, own, listed)
            believed |= own
        return believed

    def _by_tenant(self, live: list[LiveLeg]) -> dict[str, list[LiveLeg]]:
        """Callers first: an agent's leg needs the call it was offered."""
        found: dict[str, list[LiveLeg]] = defaultdict(list)
        for leg in sorted(live, key=lambda leg: (leg.offer_id is not None, leg.created_at)):
            tenant = leg.tenant or self._ingest.tenant_of_number(leg.dialled)
            found[tenant].append(leg)
            if tenant:
                self._ingest.remember(leg.leg_id, tenant)
        return found

    def _agree(
        self,
        schema: str,
        own: list[LiveLeg],
        there: set[UUID],
        registrations: list[Registration],
        lost_at: Mapping[str, datetime],
    ) -> None:
        at = self._clock.now()
        with enter(schema):
            known = resync.Known(own)
            healed = aftermath.of_living(known, own, node=self._node)
            unheard = [leg for leg in own if not known.has(leg)]
            for begin in range(0, len(unheard), MOST_AT_ONCE):
                resync.take_up_all(unheard[begin : begin + MOST_AT_ONCE], node=self._node, at=at)
                self._keep_alive()
            away, is_shared = self._nodes.away, self._neighbours.is_shared(schema)
            here = [name for name in self._nodes.names if name not in away]
            legs = resync.missing_legs(there, nodes=here, is_shared=is_shared)
            offers = resync.missing_offers(there, away=away, nodes=here if is_shared else None)
        # The switch's list may lag behind; what it says of one leg is the truth.
        asked = {*legs, *offers}
        gone = sorted(asked - self._switch.existing(asked)) if asked else []
        self._keep_alive()
        with enter(schema):
            node_of = resync.node_of_each(gone)
            for node in sorted({node_of.get(leg_id, self._node) for leg_id in gone}):
                lost = [leg_id for leg_id in gone if node_of.get(leg_id, self._node) == node]
                for begin in range(0, len(lost), MOST_AT_ONCE):
                    some = lost[begin : begin + MOST_AT_ONCE]
                    healed += self._lose(node, some, set(legs), set(offers), lost_at.get(node), at)
                    self._keep_alive()
            own_phones = self._nodes.names if is_shared else None
            changed = settle_registrations(
                registrations, at=at, is_whole=not away, nodes=own_phones, between=self._keep_alive
            )
            healed += aftermath.of_phones(changed, node=self._node)
            truth.note_healed(healed, cause=self._because, at=at)
            resync.look_again(at=at, between=self._keep_alive)
            unproved = Recording.objects.filter(sha256="", ended_at__isnull=False)
            for recording_id in unproved.values_list("pk", flat=True):
                self._prove(schema, recording_id)
        if gone:
            log.warning("Legs were lost while nobody listened.", tenant=schema, count=len(gone))

    def _lose(
        self,
        node: str,
        gone: list[UUID],
        legs: set[UUID],
        offers: set[UUID],
        lost_at: datetime | None,
        at: datetime,
    ) -> list[aftermath.Healed]:
        """In portions, each whole: the lease does not wait for the end of all."""
        lose = resync.lose_with_switch if lost_at else resync.lose
        with transaction.atomic():
            healed = aftermath.of_gone(gone, node=self._node)
            lose(
                leg_ids=[leg_id for leg_id in gone if leg_id in legs],
                offer_ids=[leg_id for leg_id in gone if leg_id in offers],
                node=node,
                at=lost_at or at,
            )
        return healed
