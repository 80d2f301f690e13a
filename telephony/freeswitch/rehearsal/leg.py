"""One leg: who is on it, what it is doing, its variables, and how its work is interrupted.

What happens to legs is in `lifecycle` (create, run, answer, hang up) and `bridging`; this module holds the state.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from . import headers as shapes
from .bus import Headers, Value, flat
from .clock import now_us
from .dialplan import Extension

if TYPE_CHECKING:
    from .recorder import Recording
    from .switch import RehearsalSwitch

Step = Callable[["Leg"], Awaitable[None]]


@dataclass
class Times:
    """Epoch microseconds; 0 = never. `hold_accum` is a length."""

    created: int = field(default_factory=now_us)
    answered: int = 0
    progress: int = 0
    progress_media: int = 0
    hungup: int = 0
    transferred: int = 0
    bridged: int = 0
    last_hold: int = 0
    hold_accum: int = 0


@dataclass
class Profile:
    """The caller profile: it is replaced by a new one with each transfer and bridge."""

    destination: str
    context: str
    source: str
    cid_name: str = ""
    cid_number: str = ""
    orig_cid_name: str = ""
    orig_cid_number: str = ""
    callee_name: str = ""
    callee_number: str = ""
    username: str = ""
    dialplan: str = ""
    network_addr: str = ""
    ani: str = ""
    rdnis: str = ""
    transfer_source: str = ""
    index: int = 1
    created: int = field(default_factory=now_us)
    extension: Extension | None = None
    other: OtherLeg | None = None
    times: Times | None = None
    """As they stood when the next profile took over."""


@dataclass
class OtherLeg:
    """The other leg as it was when the two were joined: the source of the `Other-Leg-` headers."""

    kind: str
    uuid: str
    direction: str
    name: str
    profile: Profile
    times: Times


class Person(Protocol):
    """Whoever is at the far end of a leg: a rehearsal caller or a phone. Told what happens, decides for itself.

    `hertz`: sounds like this tone, always; 0: like a person who speaks.
    """

    @property
    def hertz(self) -> int: ...

    def answered(self, leg: Leg) -> None: ...

    def bridged(self, leg: Leg) -> None: ...

    def hears(self, leg: Leg, application: str) -> None: ...

    def gone(self, leg: Leg) -> None: ...

    def pick_up(self, leg: Leg) -> None: ...


class Leg:
    def __init__(
        self,
        switch: RehearsalSwitch,
        *,
        uuid: str,
        direction: str,
        name: str,
        profile: Profile,
        presence: str = "",
    ) -> None:
        self.switch, self.uuid, self.direction, self.name = switch, uuid, direction, name
        self.profiles = [profile]
        self.presence = presence
        self.times = Times(created=profile.created)
        self.variables: dict[str, Value] = {}
        # What it runs, and the state it is bound for: news tell the name of the first and the number of the second.
        self.running, self.state = "CS_INIT", "CS_ROUTING"
        self.call_state, self.answer_state = "DOWN", "ringing"
        self.cause = ""
        self.has_media = False
        self.peer: Leg | None = None
        self.joining: Leg | None = None
        self.is_originator = False
        self.other: OtherLeg | None = None
        self.person: Person | None = None
        self.next: Step | None = None
        self.recordings: dict[str, Recording] = {}
        self.is_flipped = False
        self.farewells: list[Callable[[Leg], None]] = []
        self.partings: list[Callable[[Leg], None]] = []
        self.room, self.is_alone_again = "", False
        self.ear_on: Leg | None = None
        self.ears: list[Leg] = []
        # What is played to it, and whether its person speaks though nobody is joined: both only for the ear.
        self.playing, self.is_speaking = "", False
        self.keys_heard = ""
        self.applications_run: list[tuple[str, str, int]] = []
        self.hold_music = ""
        # Of a phone in a page (reinvites): what it was asked last and has not answered yet, and what became of that.
        self.is_agreeing = self.is_deaf = False
        self.versions = 0
        # Pressed, and asked for by nothing yet: keys that come too early count at the next question.
        self.keys: deque[str] = deque()
        self.broadcast: asyncio.Future[None] | None = None
        self.originate_done: asyncio.Future[str] | None = None
        self.task: asyncio.Task[None] | None = None
        self._waiter: asyncio.Future[bool] | None = None

    # -- who and what ---------------------------------------------------------------------------------------------

    @property
    def profile(self) -> Profile:
        return self.profiles[0]

    @property
    def is_hung_up(self) -> bool:
        return bool(self.cause)

    @property
    def is_answered(self) -> bool:
        return bool(self.times.answered)

    @property
    def is_interrupted(self) -> bool:
        return self.is_hung_up or self.next is not None

    def flip(self) -> None:
        """An outbound leg that goes into a dialplan: whom we rang becomes the one who calls."""
        self.is_flipped = True
        profile = self.profile
        profile.cid_name, profile.callee_name = profile.callee_name, profile.cid_name
        profile.cid_number, profile.callee_number = profile.callee_number, profile.cid_number

    def enter(self, state: str) -> None:
        self.running = self.state = state

    def step_profile(self) -> Profile:
        """A copy of the profile becomes the current one, as each transfer and bridge does."""
        old = self.profile
        fresh = Profile(
            **{
                **vars(old),
                "index": old.index + 1,
                "created": now_us(),
                "extension": None,
                "times": None,
                "other": None,
            }
        )
        self.profile.times = replace(self.times, transferred=fresh.created)
        self.profiles.insert(0, fresh)
        return fresh

    # -- variables ------------------------------------------------------------------------------------------------

    def set(self, name: str, value: str | None) -> None:
        """An empty value removes the variable, as the real switch does."""
        if value:
            self.variables[name] = value
        else:
            self.variables.pop(name, None)

    def push(self, name: str, value: str) -> None:
        """Adds to a variable that may hold several values."""
        held = self.variables.get(name)
        if held is None:
            self.variables[name] = value
        else:
            self.variables[name] = [*([held] if isinstance(held, str) else held), value]

    def get(self, name: str) -> str:
        """The variable, else the caller profile's field of that name, else the global; "" when there is none."""
        held = self.variables.get(name)
        if held is not None:
            return flat(held)
        return shapes.profile_field(self, name) or self.switch.conf.globals.get(name, "")

    def is_true(self, name: str) -> bool:
        return self.get(name).lower() in {"true", "yes", "on", "enable", "enabled", "active", "allow", "1"}

    # -- news -----------------------------------------------------------------------------------------------------

    def fire(self, name: str, extra: Headers | None = None, *, first: Headers | None = None) -> None:
        """Tells the channel's headers and variables, `first` before and `extra` after them."""
        self.switch.bus.fire(name, lambda: (first or {}) | shapes.full(self) | (extra or {}))

    # -- doing and being interrupted ------------------------------------------------------------------------------

    def take(self, step: Step) -> None:
        """Drop what is being done and do this instead."""
        if self.is_hung_up:
            return
        self.next = step
        self.interrupt()

    def interrupt(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(False)

    async def pause(self, seconds: float | None = None) -> bool:
        """Waits, for ever when None. True: the time is up. False: hung up, sent elsewhere, or told to break."""
        if self.is_interrupted:
            return False
        loop = asyncio.get_running_loop()
        waiter = self._waiter = loop.create_future()
        timer = None if seconds is None else loop.call_later(seconds, _time_is_up, waiter)
        try:
            return await waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()


def _time_is_up(waiter: asyncio.Future[bool]) -> None:
    if not waiter.done():
        waiter.set_result(True)
