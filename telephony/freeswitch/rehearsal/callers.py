"""Rehearsal callers: they dial a number, wait as long as their patience, talk, press keys, leave a message, hang up."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from . import keypad, lifecycle, routing, variables
from .leg import Leg, Profile
from .people import NEVER, Span

if TYPE_CHECKING:
    from .switch import RehearsalSwitch


_OTHERS = {"from", "name", "keys", "tone"}
_SPANS = ("patience", "talk", "message", "leave_after")


@dataclass(frozen=True)
class Script:
    """How one caller behaves.

    `patience`: waits so long for a person. `talk`: then talks so long. `message`: speaks so long to a voicemail.
    `leave_after`: goes so long after the line was answered, whatever happens. `0` of any: the other side must end it.
    `keys`: (digit, second after the call began). `hums`: has a sound of its own while nobody talks with it.
    """

    number: str = "anonymous"
    name: str = ""
    patience: Span = Span(60, 60)
    talk: Span = NEVER
    message: Span = Span(6, 6)
    leave_after: Span = NEVER
    keys: tuple[tuple[str, float], ...] = ()
    hums: bool = False
    hertz: int = 0
    """Sounds like this tone, instead of a voice."""

    @classmethod
    def read(cls, options: Mapping[str, str]) -> Script:
        """Raises ValueError for an option it does not know or cannot read."""
        unknown = options.keys() - {*_OTHERS, *_SPANS}
        if unknown:
            raise ValueError(f"unknown option {sorted(unknown)[0]}")
        spans: dict[str, Any] = {name: Span.read(options[name]) for name in _SPANS if name in options}
        keys = tuple(_key(part) for part in options.get("keys", "").split(",") if part)
        number, name = options.get("from", "anonymous"), options.get("name", "")
        return cls(number=number, name=name, keys=keys, hertz=int(options.get("tone", 0)), **spans)


def _key(part: str) -> tuple[str, float]:
    digit, _, second = part.partition("@")
    if len(digit) != 1 or digit not in "0123456789*#ABCD":
        raise ValueError(f"{part} is no key")
    return digit, float(second or 1)


@dataclass(eq=False)
class Caller:
    """One caller on one leg: a Person."""

    switch: RehearsalSwitch
    script: Script
    timers: list[asyncio.TimerHandle] = field(default_factory=list)

    @property
    def hums(self) -> bool:
        return self.script.hums

    @property
    def hertz(self) -> int:
        return self.script.hertz

    def begin(self, leg: Leg) -> None:
        self._after(self.script.patience, leg, self._lose_patience)
        for digit, second in self.script.keys:
            self.timers.append(self.switch.pace.later(second, functools.partial(press, leg, digit)))

    def answered(self, leg: Leg) -> None:
        """A switch that answers is no person yet: the patience goes on."""
        self._after(self.script.leave_after, leg, _hang_up)

    def bridged(self, leg: Leg) -> None:
        self._after(self.script.talk, leg, _hang_up)

    def hears(self, leg: Leg, application: str) -> None:
        """The tone of the voicemail: speaks the message and hangs up."""
        self._after(self.script.message, leg, _hang_up)

    def gone(self, leg: Leg) -> None:
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()

    def pick_up(self, leg: Leg) -> None:
        """Callers have already picked up."""

    def _lose_patience(self, leg: Leg) -> None:
        is_waiting = (
            leg.peer is None and not leg.room and leg.variables.get("current_application") != "record"
        )
        if is_waiting and leg.call_state != "HELD":
            _hang_up(leg)

    def _after(self, span: Span, leg: Leg, act: Callable[[Leg], None]) -> None:
        if not span.is_never:
            self.timers.append(self.switch.pace.later(span.pick(), lambda: act(leg)))


def _hang_up(leg: Leg) -> None:
    cause = "NORMAL_CLEARING" if leg.is_answered else "ORIGINATOR_CANCEL"
    lifecycle.hang_up(leg, cause, by_party=True)


def press(leg: Leg, digit: str) -> None:
    """The person on the leg presses a key: it ends what is played, or waits until keys are asked for."""
    if leg.is_hung_up:
        return
    if not leg.is_true("sensitive_dtmf"):
        leg.switch.fire_for(
            leg, "DTMF", {"DTMF-Digit": digit, "DTMF-Duration": "2000", "DTMF-Source": "RTP"}, plain=True
        )
    if leg.peer is None:
        leg.keys.append(digit)
        keypad.heard(leg)


def as_sip_brings_it(text: str) -> str:
    """What a real switch makes of a name or number: `%0A` is decoded, `${` is made harmless."""
    return unquote(text).replace("${", "%{")


def place(
    switch: RehearsalSwitch,
    dialled: str,
    script: Script,
    given: Mapping[str, str] | None = None,
    dialplan: str = "",
) -> Leg:
    """The call has come in when this returns; its dialplan runs on. `given` are variables it comes with; `dialplan`
    is asked instead of the trunk's own.
    """
    conf = switch.conf
    number = as_sip_brings_it(script.number)
    name = as_sip_brings_it(script.name) or number
    profile = Profile(
        destination=as_sip_brings_it(dialled),
        context=conf.profile_setting("external", "context", "public"),
        dialplan=dialplan or conf.profile_setting("external", "dialplan", "XML"),
        source="mod_sofia",
        username=number,
        cid_name=name,
        cid_number=number,
        orig_cid_name=name,
        orig_cid_number=number,
        ani=number,
        network_addr="127.0.0.1",
    )
    leg_name = f"sofia/external/{number}@127.0.0.1:5071"
    leg = Leg(switch, uuid=switch.new_uuid(), direction="inbound", name=leg_name, profile=profile)
    port = conf.profile_setting("external", "sip-port", "5080")
    leg.variables = variables.inbound(leg, port=port, serial=switch.counters.total + 1)
    leg.variables |= given or {}
    caller = Caller(switch, script)
    leg.person = caller
    lifecycle.announce(leg)
    caller.begin(leg)
    lifecycle.start(leg, routing.route)
    return leg
