"""The rehearsal switch itself: the legs it holds and what they share."""

from __future__ import annotations

import asyncio
import sys
import time
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from . import conf as configuration
from . import headers as shapes
from .bus import KNOWN_NAMES, Bus, Headers
from .conf import Binding, Conf
from .hashes import Hashes
from .leg import Leg
from .limits import Limits
from .lines import Lines
from .outward import CARRIER
from .people import Pace
from .phones import Phones

VERSION = "1.11.3-rehearsal"


class Counters:
    """Legs since the start, for HEARTBEAT and status."""

    def __init__(self) -> None:
        self.total = 0
        self.peak = 0
        self.started = time.monotonic()

    def count(self) -> None:
        self.total += 1


class RehearsalSwitch:
    def __init__(self, conf: Conf) -> None:
        self.conf = conf
        self.bus = Bus(conf.switch_name)
        self.conf.globals["core_uuid"] = self.bus.core_uuid
        self.legs: dict[str, Leg] = {}
        self.rooms_with_company: set[str] = set()
        self.hashes = Hashes()
        self.limits = Limits()
        self.pace = Pace()
        self.phones = Phones(self)
        self.carrier = CARRIER
        self.lines = Lines(self)
        self.counters = Counters()
        self.stopping = asyncio.Event()
        # A desk of its own: a call record must not wait behind minutes of sound.
        self.records_desk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="records")
        self._documents: dict[str, tuple[float, list[ET.Element]]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def bindings(self, section: str) -> list[Binding]:
        return [binding for binding in self.conf.bindings() if section in binding.sections]

    def reload(self) -> str:
        """Reads the configuration again; the old one stays when the new one is broken."""
        try:
            fresh = configuration.read(self.conf.directory)
        except (configuration.ConfigurationError, OSError) as error:
            return f"-ERR [{error}]\n"
        fresh.globals["core_uuid"] = self.bus.core_uuid
        self.conf = fresh
        self.bus.fire("RELOADXML")
        return "+OK [Success]\n"

    def contexts_in(self, path: str) -> list[ET.Element]:
        """The contexts of a dialplan file, read again when it has changed; none when it cannot be read."""
        try:
            changed = Path(path).stat().st_mtime_ns
            known = self._documents.get(path)
            if known is None or known[0] != changed:
                contexts = ET.parse(path).getroot().findall(".//context")  # noqa: S314 - our own file
                known = self._documents[path] = (changed, contexts)
            return known[1]
        except (OSError, ET.ParseError) as error:
            self.log(f"Open of [{path}] failed: {type(error).__name__}")
            return []

    def room(self, name: str) -> list[Leg]:
        """Who is in it."""
        return [leg for leg in self.legs.values() if leg.room == name] if name else []

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Runs something beside the legs, and keeps hold of it until it is done."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def new_uuid(self) -> str:
        return str(uuid.uuid4())

    def is_quiet(self, name: str) -> bool:
        """Whether an event of this name is none that a switch knows."""
        return name not in KNOWN_NAMES

    def fire_for(
        self, leg: Leg, name: str, given: Headers, subclass: str = "", *, plain: bool = False
    ) -> None:
        """An event with a leg's headers; `plain` leaves its variables out."""
        shape = shapes.basic if plain else shapes.full
        self.bus.fire(name, lambda: shape(leg) | given if plain else given | shape(leg), subclass=subclass)

    def log(self, text: str) -> None:
        """One line for the operator; what callers sent never gets here unescaped."""
        line = text.encode("unicode_escape", "replace").decode("ascii")[:500]
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")
        sys.stderr.flush()

    def warning(self, what: str, error: Exception) -> None:
        """A fault of ours that was caught so that the other calls go on: where it happened, in one line."""
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
        self.log(f"WARNING {what}: {type(error).__name__}: {error} at {place}")

    async def beat(self, seconds: float) -> None:
        """Fires HEARTBEAT for ever."""
        while True:
            self.counters.peak = max(self.counters.peak, len(self.legs))
            self.bus.fire("HEARTBEAT", self._pulse)
            await asyncio.sleep(seconds)

    def _pulse(self) -> Headers:
        uptime = time.monotonic() - self.counters.started
        return {
            "Event-Info": "System Ready",
            "Up-Time": uptime_words(uptime),
            "FreeSWITCH-Version": VERSION,
            "Uptime-msec": str(int(uptime * 1000)),
            "Session-Count": str(len(self.legs)),
            "Max-Sessions": "3000",
            "Session-Per-Sec": "200",
            "Session-Per-Sec-Last": "0",
            "Session-Per-Sec-Max": "0",
            "Session-Per-Sec-FiveMin": "0",
            "Session-Since-Startup": str(self.counters.total),
            "Session-Peak-Max": str(self.counters.peak),
            "Session-Peak-FiveMin": str(self.counters.peak),
            "Idle-CPU": "90.000000",
        }


def uptime_words(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    milliseconds = int(seconds * 1000) % 1000
    days_and_hours = f"0 years, {days} days, {hours} hours, {minutes} minutes, "
    return f"{days_and_hours}{rest} seconds, {milliseconds} milliseconds, 0 microseconds"
