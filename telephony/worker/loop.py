"""The main loop: one thing at a time, and only while the lease is held.

What waits here in one thread: our own news, then orders, then facts. Around them the housekeeping: the lease, the
beat that tells the switch we are alive (only from here, so that a hung loop stops it), timers, signs of life.
"""

import time
from collections.abc import Callable
from typing import Any

import psycopg
import structlog
from django.db import connection

from telephony import actions, facts
from telephony.cells import actions as cell_actions
from telephony.cells.queries import former_runs
from telephony.errors import EpochIsOver
from telephony.ingest import Ingest
from telephony.models import Difference
from telephony.orders import Envelope
from telephony.spool import DATABASE_AWAY, is_conflict
from telephony.switch import Switch, SwitchError
from telephony.worker.clock import Clock
from telephony.worker.desk import HEARD, Desk
from telephony.worker.desks import Desks
from telephony.worker.errands import Beside, Errands
from telephony.worker.inbox import Inbox, News
from telephony.worker.lease import LeaseKeeper
from telephony.worker.neighbours import FarDesk, Neighbours
from telephony.worker.nodes import SwitchNodes
from telephony.worker.resync import Resync
from telephony.worker.signs import Signs
from telephony.worker.sweeper import Sweeper
from telephony.worker.together import Item, Portions
from telephony.worker.troubles import Troubles
from telephony.worker.wheel import Wheel
from telephony.worker.wrap_ups import end_wrap_ups
from tenants.context import current_schema, enter
from tenants.events import Event, in_one_breath, subscribe
from tenants.realtime import publishing_together

log = structlog.get_logger()

BEAT_EVERY = 2.0
REPORT_EVERY = 2.0
LONGEST_NAP = 0.25
LONGEST_CATCH_UP = 3.0
RESYNC_PAUSE = 1.0
MOST_TRIES = 10
LONGEST_BREATH = 0.03
NEVER = float("-inf")
Cause = Difference.Cause
BEAT_WITHOUT_DATABASE = 15.0
"""Seconds without a database during which callers are kept waiting for us; then the switch takes care of them."""


class Worker:
    def __init__(
        self,
        *,
        switch: Switch,
        lease: LeaseKeeper,
        inbox: Inbox,
        sweeper: Sweeper,
        signs: Signs,
        node: str,
        nodes: SwitchNodes | None = None,
        clock: Clock | None = None,
        after_resync: Callable[[], object] = lambda: None,
        standby: Beside | None = None,
        neighbours: Neighbours | None = None,
        settings_kept_seconds: float = 0,
    ) -> None:
        self._switch, self._lease, self._inbox, self._signs = switch, lease, inbox, signs
        self._node = node
        self._nodes = nodes or SwitchNodes({node: switch})
        self._neighbours = neighbours or Neighbours()
        self.clock = self._clock = clock or Clock()
        self._wheel = Wheel()
        self._after_resync = after_resync
        self._desks = Desks(self._desk, neighbours=self._neighbours, on_reading=self._about_to_read)
        self._ingest = Ingest(sweeper.prove, settings_kept_seconds)
        self._errands = Errands(
            switch=switch,
            clock=self._clock,
            wheel=self._wheel,
            read_floor=self._desks.read,
            standby=standby,
            epoch=lambda: self._lease.epoch,
        )
        self._resync = Resync(
            switch,
            self._ingest,
            node=node,
            clock=self._clock,
            keep_alive=self._keep_alive,
            prove=sweeper.prove,
            nodes=self._nodes,
            neighbours=self._neighbours,
        )
        self.alive_at = time.monotonic()
        self._is_stopping = self._is_routing = False
        self._resync_asked_at: float | None = None
        self._resync_not_before = self._beat_at = self._report_at = self._database_seen_at = NEVER
        self._given_up: list[str] = []
        self.troubles = Troubles()
        self._pause = 0.0
        self._tries = self._last_epoch = 0
        self._portions = Portions(self, self._inbox, self._ingest)
        for kind in HEARD:
            subscribe(kind, self._overhear)

    # ---- life

    def run(self) -> None:
        while not self._is_stopping:
            if self._lease.is_held or self._become_holder():
                self.turn()
        self._lease.release()

    def stop(self) -> None:
        self._is_stopping = True
        self._inbox.close()

    def turn(self, most: float = LONGEST_NAP) -> bool:
        """One round: the next thing in the inbox, then housekeeping. False when there was nothing in it."""
        nap = self._wheel.seconds_to_next(self._clock.seconds(), most)
        item = self._inbox.take(nap)
        if item is not None and self._lease.is_held:
            self._take_a_breath(item)
        elif item is not None:
            self._inbox.put_back(item)
        self._keep_house()
        return item is not None

    def _take_a_breath(self, item: Item | None) -> None:
        """While more waits, phones ring before browsers are told how it stands."""
        until = time.monotonic() + LONGEST_BREATH
        with publishing_together(), in_one_breath():
            while item is not None:
                self._portions.handle_with_others(item)
                self._portions.handle_what_follows()
                is_enough = time.monotonic() > until or not self.may_go_on()
                item = None if is_enough else self._inbox.take(0)

    def _become_holder(self) -> bool:
        """Whatever was routed under an older epoch no longer counts: rows and switch are compared anew."""
        try:
            is_ours = self._lease.take()
        except psycopg.Error as error:
            # Nobody can take it now. What we hear meanwhile is kept, and callers keep hearing that we live.
            log.warning("The lease cannot be asked for.", problem=type(error).__name__)
            self._keep_alive()
            time.sleep(0.5)
            return False
        if is_ours:
            # With nobody in between, what we know still holds.
            if self._lease.epoch != self._last_epoch + 1 or not self._is_routing:
                self._ask_for_resync(Cause.WORKER_AWAY)
            self._last_epoch = self._lease.epoch
            return True
        self._stand_by()
        return False

    def _stand_by(self) -> None:
        """Another one acts. Warm means: imported, connected to everything, listening; what is heard is let go."""
        self._database_seen_at = NEVER
        for fact in self._inbox.forget_facts():
            self.note(fact)
            self._resync.note_unheard(fact)
        self._signs.show_spare()
        time.sleep(LONGEST_NAP)

    # ---- one thing

    def handle(self, item: Item) -> None:
        """By itself, with all that may go wrong."""
        try:
            self._take(item)
            self.note_success()
        except DATABASE_AWAY as error:
            if not is_conflict(error):
                self._wait_for_database(error)
            self._tries = self._tries + 1 if self._lease.is_held else 0
            if self._tries <= MOST_TRIES:
                self._inbox.put_back(item)
        except EpochIsOver:
            self.give_way()
        except Exception:
            # The only blind except: one bad fact must not stop everyone's calls.
            self._signs.count_failure()
            log.exception("Something could not be handled and was left out.", kind=type(item).__name__)
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()

    def note(self, fact: facts.Fact) -> None:
        self._signs.note_fact(fact, self._clock.now())

    def note_success(self) -> None:
        self._database_seen_at, self._pause, self._tries = time.monotonic(), 0.0, 0

    def may_go_on(self) -> bool:
        """Nothing is being tried again, and it is still us who act."""
        return not self._tries and self._lease.is_held

    def give_way(self) -> None:
        log.warning("Another worker acts for this cell; this one waits.", cell=self._lease.cell)
        self._stop_routing()

    def _take(self, item: Item) -> None:
        if isinstance(item, News):
            if desk := self.desk_of(item.tenant):
                desk.hear(item.event)
        elif isinstance(item, Envelope):
            self._errands.carry_out(item)
        else:
            self._take_fact(item)

    def _take_fact(self, fact: facts.Fact) -> None:
        self.note(fact)
        if isinstance(fact, facts.SwitchConnected):
            self._beat_at = NEVER
            self._keep_alive()
            self._ask_for_resync(Cause.SWITCH_UNHEARD)
            self._resync.deaths.hear(self._lease.cell, fact)
        elif isinstance(fact, facts.SwitchLost):
            self._go_on_without(fact)
        elif isinstance(fact, facts.CommandFinished):
            self._finish_command(fact)
        else:
            self._ingest.take(fact)

    def _go_on_without(self, lost: facts.SwitchLost) -> None:
        """A switch is away. Where others are left, routing goes on with what is on them."""
        self._stop_routing()
        if len(self._nodes.names) > 1:
            self._ask_for_resync(Cause.SWITCH_UNHEARD)
        cell_actions.note_alive(node=lost.node, core_uuid=lost.core_uuid, until=lost.alive_until)

    def _finish_command(self, fact: facts.CommandFinished) -> None:
        """An originate is over. Which tenant's it was, the leg's id says or nothing."""
        for tenant in self._tenants_of_offer(fact.command_id):
            with enter(tenant):
                actions.finish_offer_command(
                    offer_id=fact.command_id, at=fact.at, failure="" if fact.is_ok else fact.text
                )

    def _tenants_of_offer(self, offer_id: Any) -> list[str]:
        known = self._ingest.tenant_of(offer_id)
        return [known] if known else [*self._desks, *self._neighbours.guests]

    def _overhear(self, event: Event) -> None:
        """Events of any thread of this process, after their commit."""
        self._inbox.put_news(News(current_schema(), event))

    # ---- desks

    def desk_of(self, tenant: str) -> Desk | FarDesk | None:
        """None while the switch is away or its list has not been compared: the resync reads everything anyway."""
        return self._desks.of(tenant) if self._is_routing else None

    def _desk(self, tenant: str) -> Desk:
        return Desk(
            tenant,
            switch=self._switch,
            clock=self._clock,
            wheel=self._wheel,
            cell=self._lease.cell,
            epoch=lambda: self._lease.epoch,
            away=lambda: self._nodes.away,
            between=self._keep_alive,
        )

    def _about_to_read(self, tenant: str) -> None:
        self._ingest.forget_settings(tenant)
        self._errands.pages.expect(tenant)

    @property
    def is_routing(self) -> bool:
        """The lease is held, and rows and switch were made to agree."""
        return self._is_routing and self._lease.is_held and self._resync_asked_at is None

    def _stop_routing(self) -> None:
        self._is_routing = False
        self._resync.second_look.forget()
        self._desks.clear()

    def _ask_for_resync(self, because: str) -> None:
        self._stop_routing()
        if self._resync_asked_at is None:
            self._resync_asked_at = time.monotonic()
            self.troubles.note(because, self._clock.now())

    def _is_resync_due(self) -> bool:
        """What was already heard is taken in first, because it knows the true moments; nobody waits long for it."""
        asked_at, now = self._resync_asked_at, time.monotonic()
        if asked_at is None or now < self._resync_not_before or not self._switch.is_connected:
            return False
        if not self._nodes.are_told(self._signs.cores):
            return False
        return not self._inbox.waiting_facts or now - asked_at > LONGEST_CATCH_UP

    def _come_to_agree(self) -> None:
        self._stop_routing()
        started_at = time.monotonic()
        self._wheel.clear()
        self._errands.look_again()
        cores = dict(self._signs.cores)
        if dead := former_runs(cores, at=self._clock.now()):
            self.troubles.note(Cause.SWITCH_RESTARTED, self._clock.now())
        tenants = self._resync.run(self._lease.cell, lost_at=dead, because=self.troubles.last)
        # Whoever has to begin again, we or another, must find that they died.
        cell_actions.note_switches(cores, at=self._clock.now())
        self._inbox.forget_news()
        self._is_routing, self._resync_asked_at = True, None
        for tenant in tenants:
            self._keep_alive()
            with publishing_together(), in_one_breath():
                self._desks.read(tenant)
        self._report_at = NEVER
        self._keep_alive()
        self._after_resync()
        log.info("Routing goes on.", seconds=round(time.monotonic() - started_at, 2), epoch=self._lease.epoch)

    # ---- housekeeping

    def _keep_house(self) -> None:
        self._keep_alive()
        if not self._lease.is_held:
            return
        try:
            self._resync.deaths.look(self._lease.cell, self._inbox.waiting_facts)
            if self._nodes.given_up != self._given_up:
                self._given_up = self._nodes.given_up
                self._ask_for_resync(Cause.SWITCH_UNHEARD)
            if self._is_resync_due():
                self._come_to_agree()
            self._wake()
            self._resync.second_look.go_on(self._inbox.waiting_facts)
        except DATABASE_AWAY as error:
            self._wait_for_database(error)
        except SwitchError as error:
            log.warning("The switch did not answer during housekeeping.", problem=str(error))
            self._ask_for_resync(Cause.SWITCH_UNHEARD)
            self._resync_not_before = time.monotonic() + RESYNC_PAUSE
        except EpochIsOver:
            self._stop_routing()
        except Exception:
            self._signs.count_failure()
            log.exception("Housekeeping stumbled and goes on.")
            self._resync_not_before = time.monotonic() + RESYNC_PAUSE

    def _keep_alive(self) -> None:
        """Renew the lease, beat, report: also between two steps of something long."""
        self.alive_at = now = time.monotonic()
        if self._lease.is_held and self._lease.is_due and self._lease.renew():
            self._database_seen_at = now
        if now - self._beat_at >= BEAT_EVERY and self._may_beat(now):
            self._beat_at = now
            self._beat()
        if now - self._report_at >= REPORT_EVERY:
            self._report_at = now
            self._signs.show(self._lease, self._switch, self._inbox, is_routing=self._is_routing)

    def _may_beat(self, now: float) -> bool:
        return self._lease.is_held or now - self._database_seen_at < BEAT_WITHOUT_DATABASE

    def _beat(self) -> None:
        try:
            self._switch.beat(self._clock.now())
            self._signs.note_beat()
        except SwitchError as error:
            # Callers may have little patience left for us: not a whole beat later.
            self._beat_at += LONGEST_NAP - BEAT_EVERY
            log.warning("The switch did not take our beat.", problem=str(error))

    def _wake(self) -> None:
        with publishing_together(), in_one_breath():
            due = self._wheel.take_due(self._clock.seconds())
            for kind, tenant, subject in end_wrap_ups(due, self._clock.now()):
                self._wake_one(kind, tenant, subject)
            for desk in self._desks.values():
                desk.tick()

    def _wake_one(self, kind: str, tenant: str, subject: Any) -> None:
        if kind == "page":
            self._errands.pages.close(tenant, subject)
        elif kind == "put off":
            self._errands.try_again(tenant, subject)
        elif desk := self._desks.get(tenant):
            desk.wake(kind, subject)

    def _wait_for_database(self, error: Exception) -> None:
        """Calls go on in the switch. Facts wait here and, when there is no more room, in a resync afterwards."""
        connection.close()
        self._ask_for_resync(Cause.DATABASE_AWAY)
        self._pause = min(2.0, max(0.1, self._pause * 2))
        log.warning("The database is away; trying again.", problem=str(error)[:200], seconds=self._pause)
        time.sleep(self._pause)
