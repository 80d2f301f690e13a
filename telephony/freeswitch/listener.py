"""Hears a switch in one OS thread of its own: gevent begins and ends here, and the outside sees an ordinary queue.

It connects, subscribes, watches for silence, reconnects with a jittered back-off, and carries commands across from any
thread. Nothing outside is ever monkey-patched.
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimedOut
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import gevent
import structlog
from gevent.event import Event
from greenswitch.esl import NotConnectedError

from telephony import facts
from telephony.freeswitch import commands
from telephony.freeswitch.connection import EventSocket, ReplyTimedOut
from telephony.freeswitch.line_delay import Delays
from telephony.freeswitch.parting import Parting
from telephony.freeswitch.translate import NotAFact, Source, translate
from telephony.switch import CommandTimedOut, SwitchUnreachable

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where the switch listens, and how patient we are, in seconds."""

    host: str
    port: int
    password: str = field(repr=False)
    connect_seconds: float = 5
    silence_seconds: float = 15
    first_pause_seconds: float = 0.2
    longest_pause_seconds: float = 1


AT_ONCE = 100
"""Questions on their way together."""


def batched(questions: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(questions)
    while some := list(islice(rest, size)):
        yield some


@dataclass
class _Errand:
    """A command on its way from a thread to the switch."""

    command: str
    job_id: str
    limit: float
    answer: Future[str]
    asked_at: float = field(default_factory=time.monotonic)

    @property
    def is_stale(self) -> bool:
        """Its time passed before it was sent: the process was paused, and whoever asked may no longer act."""
        return time.monotonic() - self.asked_at > self.limit


class Listener:
    """Facts come out in order through `deliver`, which must not wait and says False when there is no room."""

    def __init__(self, address: Address, source: Source, deliver: Callable[[facts.Fact], bool]) -> None:
        self._address = address
        self._source = source
        self._deliver = deliver
        self._errands: deque[_Errand] = deque()
        self._socket: EventSocket | None = None
        self._wake: Callable[[], None] = lambda: None
        self._closing = threading.Event()
        self._connected = threading.Event()
        self._thread = threading.Thread(target=self._live, name="switch-listener", daemon=True)
        self._heard_at = 0.0
        self._delays = Delays()
        self._parting = Parting()
        self.core_uuid = ""

    @property
    def is_connected(self) -> bool:
        return self._connected.is_set()

    @property
    def died_at(self) -> datetime | None:
        return self._parting.died_at

    def start(self) -> None:
        self._thread.start()

    def wait_connected(self, seconds: float) -> bool:
        return self._connected.wait(seconds)

    def close(self, seconds: float = 5) -> None:
        self._closing.set()
        self._wake()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def ask(self, command: str, *, job_id: str = "", seconds: float = 3) -> str:
        """The switch's answer. From any thread. Raises SwitchUnreachable or CommandTimedOut."""
        if not self._connected.is_set():
            raise SwitchUnreachable("There is no connection to the switch.")
        return self._hand_over([_Errand(command, job_id, seconds, Future())])[0]

    def tell(self, command: str, *, seconds: float = 3) -> None:
        """Without waiting for what the switch says to it. From any thread."""
        if self._connected.is_set():
            self._errands.append(_Errand(command, "", seconds, Future()))
            self._wake()

    def ask_all(self, questions: Iterable[str], *, seconds: float = 10) -> list[str]:
        """The answers in order. A hundred are on their way at once: nobody waits for each one's journey."""
        answers: list[str] = []
        for together in batched(questions, AT_ONCE):
            if not self._connected.is_set():
                raise SwitchUnreachable("There is no connection to the switch.")
            answers += self._hand_over([_Errand(question, "", seconds, Future()) for question in together])
        return answers

    def _hand_over(self, errands: list[_Errand]) -> list[str]:
        self._errands.extend(errands)
        self._wake()
        try:
            # A little more than its own limit: the gevent side answers first, unless it is stuck.
            return [errand.answer.result(errand.limit + 1) for errand in errands]
        except FutureTimedOut:
            raise CommandTimedOut("The switch did not answer in time.") from None

    # --- inside the thread -------------------------------------------------------------------------------------------
    def _live(self) -> None:
        woken = Event()
        watcher = gevent.get_hub().loop.async_()
        watcher.start(woken.set)
        self._wake = watcher.send
        carrier = gevent.spawn(self._carry, woken)
        try:
            self._connect_for_ever()
        finally:
            carrier.kill()
            self._refuse_errands()
            self._wake = lambda: None
            watcher.close()

    def _connect_for_ever(self) -> None:
        pause = self._address.first_pause_seconds
        while not self._closing.is_set():
            started = time.monotonic()
            try:
                reason = self._one_connection()
            except Exception:
                # A listener that dies is a deaf worker that looks healthy.
                log.exception("The connection to the switch ended in a way we did not foresee.")
                reason = "an error of ours"
                self._socket = None
                self._connected.clear()
                self.core_uuid = ""
            if time.monotonic() - started > self._address.longest_pause_seconds:
                pause = self._address.first_pause_seconds
            if self._closing.is_set():
                return
            log.warning(
                "The switch is not connected; trying again.", reason=reason, pause_seconds=round(pause, 1)
            )
            self._rest(random.uniform(pause / 2, pause))  # noqa: S311 - spreads reconnects, guards nothing
            pause = min(pause * 2, self._address.longest_pause_seconds)

    def _rest(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self._closing.is_set() and time.monotonic() < end:
            gevent.sleep(min(0.1, seconds))

    def _one_connection(self) -> str:
        """Connect, listen until it ends, and say why it ended."""
        event_socket = EventSocket(
            self._address.host, self._address.port, self._address.password, self._address.connect_seconds
        )
        event_socket.register_handle("*", self._hear)
        event_socket.on_frame = self._note_sign_of_life
        try:
            event_socket.connect()
            core_uuid = self._begin(event_socket)
        except (NotConnectedError, ReplyTimedOut) as error:
            event_socket.drop(str(error))
            self._parting.note_failure(error.__cause__)
            return str(error)
        self._parting.note_connected()
        self._socket = event_socket
        self._tell(facts.SwitchConnected(**self._now(), core_uuid=core_uuid))
        self.core_uuid = core_uuid
        self._connected.set()
        log.info("The switch is connected.", core_uuid=core_uuid)
        self._watch(event_socket)
        self._connected.clear()
        self.core_uuid = ""
        self._socket = None
        self._tell(self._lost(event_socket, core_uuid))
        return event_socket.lost_because

    def _lost(self, event_socket: EventSocket, core_uuid: str) -> facts.SwitchLost:
        now, is_closed = datetime.now(UTC), event_socket.was_closed_by_switch
        self._parting.note_lost(now, is_closed=is_closed)
        silence = 0.0 if is_closed else time.monotonic() - self._heard_at
        return facts.SwitchLost(
            node=self._source.node,
            at=now,
            reason=event_socket.lost_because,
            core_uuid=core_uuid,
            alive_until=now - timedelta(seconds=silence),
        )

    def _begin(self, event_socket: EventSocket) -> str:
        """Subscribe before anything else is asked, so that no event falls between."""
        self._note_sign_of_life()
        event_socket.send(commands.SUBSCRIBE)
        return event_socket.send(commands.CORE_UUID).text.strip()

    def _watch(self, event_socket: EventSocket) -> None:
        while not event_socket.lost.wait(timeout=0.1):
            if self._closing.is_set():
                event_socket.stop()
            elif time.monotonic() - self._heard_at > self._address.silence_seconds:
                event_socket.drop("the switch has fallen silent")

    def _note_sign_of_life(self) -> None:
        self._heard_at = time.monotonic()

    def _hear(self, event: Mapping[str, Any]) -> None:
        if event.get("Event-Name") == "RECV_RTCP_MESSAGE":
            self._note_delay(event)
            return
        try:
            fact = translate(event, self._source)
        except NotAFact as reason:
            log.warning("An event without its essentials was passed over.", why=str(reason))
            return
        if fact is not None and not self._deliver(fact) and self._socket is not None:
            # Facts were lost: only a fresh start with a resync makes what we know whole again.
            self._socket.drop("facts arrive faster than they are used")

    def _note_delay(self, event: Mapping[str, Any]) -> None:
        """Told to the switch without waiting: no fact of ours depends on it."""
        command = self._delays.command(event)
        if command:
            self._errands.append(_Errand(command, "", 3, Future()))
            self._wake()

    def _tell(self, fact: facts.Fact) -> None:
        """Our own facts must arrive: wait for room."""
        while not self._deliver(fact) and not self._closing.is_set():
            gevent.sleep(0.05)

    def _now(self) -> dict[str, Any]:
        return {"node": self._source.node, "at": datetime.now(UTC)}

    def _carry(self, woken: Event) -> None:
        while True:
            woken.wait()
            woken.clear()
            while self._errands:
                gevent.spawn(self._run_errand, self._errands.popleft())

    def _run_errand(self, errand: _Errand) -> None:
        if not errand.answer.set_running_or_notify_cancel():
            return
        if errand.is_stale:
            errand.answer.set_exception(CommandTimedOut("It was too late to send the command."))
            return
        try:
            if self._socket is None:
                raise NotConnectedError("no connection")
            reply = self._socket.send(errand.command, timeout=errand.limit, job_id=errand.job_id)
            errand.answer.set_result(reply.text)
        except NotConnectedError:
            errand.answer.set_exception(SwitchUnreachable("The connection to the switch was lost."))
        except ReplyTimedOut:
            errand.answer.set_exception(CommandTimedOut("The switch did not answer in time."))
        except ValueError as error:
            # No line the switch could read: whoever asked is waiting in another thread and must hear of it.
            errand.answer.set_exception(error)

    def _refuse_errands(self) -> None:
        self._connected.clear()
        while self._errands:
            self._errands.popleft().answer.set_exception(SwitchUnreachable("We have stopped listening."))


class Inbox:
    """The bounded queue between the listener's thread and ours."""

    def __init__(self, size: int = 20_000) -> None:
        self._queue: queue.Queue[facts.Fact] = queue.Queue(size)

    def deliver(self, fact: facts.Fact) -> bool:
        try:
            self._queue.put_nowait(fact)
        except queue.Full:
            return False
        return True

    def take(self, timeout_seconds: float) -> facts.Fact | None:
        try:
            return (
                self._queue.get(timeout=timeout_seconds) if timeout_seconds > 0 else self._queue.get_nowait()
            )
        except queue.Empty:
            return None

    @property
    def waiting(self) -> int:
        return self._queue.qsize()
