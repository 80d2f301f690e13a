"""A thread beside the main loop for what must not hold it up: the switch's list of numbers, and drills.

The list is written again when numbers or emergencies change, and each minute whatever was heard of that. A drill asks
the switch's own question until the answer is the new one, then lets the switch make a test call; it ends the drill
whatever it found. The same is measured when an emergency is switched in earnest.
"""

import queue
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from django.db import connection

from telephony import actions
from telephony.freeswitch.question import answer_of_our_web
from telephony.freeswitch.test_call import Arrival, arrival_of_test_call
from telephony.models import EmergencyPlan, EmergencySwitch, Queue
from telephony.queries import effect_of
from telephony.spool import DATABASE_AWAY
from telephony.worker.snapshot import write_snapshot
from tenants.context import enter

log = structlog.get_logger()

WRITE_EVERY = 60.0
PATIENCE_SECONDS = 10.0
LOOK_EVERY = 0.05
NOT_SEEN, BY_QUESTION, BY_CALL = "not_seen", "by_question", "by_call"
Ask = Callable[[str], Arrival | None]


class Standby(threading.Thread):
    """Works only while `may_act` says so, so that two workers never write the same list."""

    def __init__(
        self,
        known: Mapping[str, Any],
        *,
        may_act: Callable[[], bool],
        after_write: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(name="standby", daemon=True)
        self._known, self._after_write = known, after_write
        self._may_act = may_act
        self._asked: queue.SimpleQueue[tuple[str, int] | None] = queue.SimpleQueue()
        self._stopped = threading.Event()

    def write_numbers(self) -> None:
        """Soon."""
        self._asked.put(None)

    def measure(self, tenant: str, switch_id: int) -> None:
        """How long until this switch of a plan, or this drill, is in effect."""
        self._asked.put((tenant, switch_id))

    def stop(self) -> None:
        self._stopped.set()
        self._asked.put(None)

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                asked = self._asked.get(timeout=WRITE_EVERY)
            except queue.Empty:
                asked = None
            if self._may_act() and not self._stopped.is_set():
                self._serve(asked)

    def _serve(self, asked: tuple[str, int] | None) -> None:
        try:
            if asked is not None:
                with enter(asked[0]):
                    measure(asked[1], self._question, self._test_call)
            if write_snapshot(self._known):
                self._after_write()
        except DATABASE_AWAY as error:
            log.warning("Numbers and drills wait for the database.", problem=type(error).__name__)
            connection.close()
        except Exception:
            log.exception("Something beside the main loop failed and was left out.")
            connection.close()

    def _question(self, number: str) -> Arrival | None:
        return answer_of_our_web(self._known, number)

    def _test_call(self, number: str) -> Arrival | None:
        return arrival_of_test_call(self._known, number, test_id=uuid4().hex, seconds=PATIENCE_SECONDS)


def measure(switch_id: int, question: Ask, test_call: Ask) -> None:
    """Ask and call until the new way is seen, write down the seconds since the click, and end a drill."""
    switch = (
        EmergencySwitch.objects.select_related("plan", "plan__entry", "plan__queue")
        .filter(pk=switch_id)
        .first()
    )
    if switch is None or switch.outcome not in ("", "running"):
        return
    found: dict[str, Any] = {"effective_at": None, "seconds": None, "outcome": NOT_SEEN}
    try:
        found = _seen(switch, question, test_call)
    finally:
        note = actions.end_drill if switch.is_drill else actions.note_switch_effect
        note(switch_id=switch.pk, **found)


def _seen(switch: EmergencySwitch, question: Ask, test_call: Ask) -> dict[str, Any]:
    number, new_way = _number_of(switch.plan), way_of(switch.plan)

    def is_new(arrival: Arrival | None) -> bool:
        return arrival is not None and (arrival == new_way) is switch.is_on

    answered = _until_new_way(number, question, is_new)
    if answered is None:
        return {"effective_at": None, "seconds": None, "outcome": NOT_SEEN}
    went = is_new(test_call(number))
    last = datetime.now(UTC) if went else answered
    return {
        "effective_at": answered,
        "seconds": round((last - switch.asked_at) / timedelta(seconds=1), 3),
        "outcome": BY_CALL if went else BY_QUESTION,
    }


def _until_new_way(number: str, question: Ask, is_new: Callable[[Arrival | None], bool]) -> datetime | None:
    """The moment the switch is told the new way; None when it is told something else for too long."""
    end = time.monotonic() + PATIENCE_SECONDS
    while number and time.monotonic() < end:
        if is_new(question(number)):
            return datetime.now(UTC)
        time.sleep(LOOK_EVERY)
    return None


def _number_of(plan: EmergencyPlan) -> str:
    """The plan's number; of a plan for every number one that has no plan of its own in effect."""
    own = EmergencyPlan.objects.filter(entry__isnull=False, is_on=True)
    taken = set() if plan.entry_id else set(own.values_list("entry__number_e164", flat=True))
    return next((number for number in effect_of(plan).numbers if number not in taken), "")


def way_of(plan: EmergencyPlan) -> Arrival:
    """Where the switch sends a caller while this plan is in effect."""
    if plan.action == EmergencyPlan.Action.BACKUP_LINE:
        return Arrival(place="backup", queue_id=None, backup_number=plan.backup_number.removeprefix("+"))
    if plan.queue is None:
        return Arrival(place="emergency", queue_id=None, backup_number="")
    place = "enter" if plan.queue.state == Queue.State.OPEN else "closed"
    return Arrival(place=place, queue_id=plan.queue.pk, backup_number="")
