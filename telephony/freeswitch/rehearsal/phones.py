"""The agents' phones: registered against the directory of the web application, answered by hand or by themselves."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import lifecycle, xmlcurl
from .bus import Headers
from .people import NEVER, Span

if TYPE_CHECKING:
    from .leg import Leg
    from .switch import RehearsalSwitch

_FIRST_PORT = 20_000
_EXPIRES = 3600


@dataclass(frozen=True)
class DirectoryUser:
    """A user as the directory knows it."""

    params: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    def accepts(self, user: str, domain: str, *, password: str, a1_hash: str) -> bool:
        """Checks what the phone would prove with a digest: the password, or its hash."""
        known = self.params.get("a1-hash") or _a1(user, domain, self.params.get("password", ""))
        shown = a1_hash or _a1(user, domain, password)
        return bool(password or a1_hash) and hmac.compare_digest(known.lower(), shown.lower())


def _a1(user: str, domain: str, password: str) -> str:
    return hashlib.md5(f"{user}:{domain}:{password}".encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Habits:
    """How a phone's owner behaves. manual: rings until told; auto: answers after a while; busy: refuses; fails: is a
    carrier that cannot put the call through.
    """

    mode: str = "manual"
    answer_after: Span = Span(2, 2)
    talk: Span = NEVER
    hertz: int = 0
    """What its owner sounds like: this tone, instead of a voice."""

    @classmethod
    def read(cls, mode: str, options: Mapping[str, str]) -> Habits:
        """Raises ValueError."""
        if mode not in {"manual", "auto", "busy", "away", "fails"}:
            raise ValueError("a phone's mode is manual, auto, busy, away or fails")
        spans = {name: Span.read(options[name]) for name in ("answer_after", "talk") if name in options}
        return cls(mode=mode, hertz=int(options.get("tone", 0)), **spans)


@dataclass(eq=False)
class Phone:
    """One registered phone: a Person on each leg that rings it."""

    switch: RehearsalSwitch
    user: str
    domain: str
    port: int
    habits: Habits
    call_id: str
    calls_taken: int = 0
    legs: dict[str, Leg] = field(default_factory=dict)
    timers: dict[str, list[asyncio.TimerHandle]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"{self.user}@127.0.0.1:{self.port}"

    @property
    def hertz(self) -> int:
        return self.habits.hertz

    def ring(self, leg: Leg) -> None:
        if leg.is_hung_up:
            return
        self.legs[leg.uuid] = leg
        if self.habits.mode == "fails":
            leg.variables["sip_term_status"] = "503"
            lifecycle.hang_up(leg, "NORMAL_TEMPORARY_FAILURE", by_party=True)
            return
        if self.habits.mode in {"busy", "away"} or len(self.legs) > 1:
            lifecycle.hang_up(leg, "USER_BUSY", by_party=True)
            return
        lifecycle.ring(leg)
        if self.habits.mode == "auto":
            self._later(leg, self.habits.answer_after.pick(), lambda: self.pick_up(leg))

    def pick_up(self, leg: Leg) -> None:
        if leg.uuid in self.legs and not leg.is_answered and not leg.is_hung_up:
            lifecycle.answer(leg)

    def answered(self, leg: Leg) -> None:
        self.calls_taken += 1
        if not self.habits.talk.is_never:
            self._later(leg, self.habits.talk.pick(), lambda: self.hang_up(leg))

    def bridged(self, leg: Leg) -> None:
        """The owner has been talking since picking up."""

    def hears(self, leg: Leg, application: str) -> None:
        """Phones do not mind."""

    def gone(self, leg: Leg) -> None:
        self.legs.pop(leg.uuid, None)
        for timer in self.timers.pop(leg.uuid, []):
            timer.cancel()

    def hang_up(self, leg: Leg) -> None:
        lifecycle.hang_up(leg, "NORMAL_CLEARING" if leg.is_answered else "CALL_REJECTED", by_party=True)

    def _later(self, leg: Leg, seconds: float, act: Callable[[], None]) -> None:
        self.timers.setdefault(leg.uuid, []).append(self.switch.pace.later(seconds, act))


class Phones:
    """All phones that are registered."""

    def __init__(self, switch: RehearsalSwitch) -> None:
        self._switch = switch
        self._phones: dict[tuple[str, str], Phone] = {}
        self._registrations = 0

    def __iter__(self) -> Iterator[Phone]:
        return iter(self._phones.values())

    def registered(self, user: str, domain: str) -> Phone | None:
        return self._phones.get((user, domain.lower()))

    def contact(self, address: str) -> str:
        """What `sofia_contact` says of `[profile/]user@domain`."""
        user, _, domain = address.rpartition("/")[2].partition("@")
        phone = self.registered(user, domain)
        return f"sofia/internal/sip:{phone.address}" if phone else "error/user_not_registered"

    async def look_up(self, user: str, domain: str, *, action: str) -> DirectoryUser | None:
        """Asks the directory, as for each REGISTER and each call to a user."""
        for binding in self._switch.bindings("directory"):
            try:
                document = await xmlcurl.ask(binding, self._question(user, domain, action))
            except xmlcurl.Unanswered as error:
                self._switch.log(f"directory not answered: {error}")
                continue
            return _find(document.findall(".//domain"), user, domain)
        return _find(self._switch.conf.domains(), user, domain)

    async def register(self, user: str, domain: str, options: Mapping[str, str]) -> str:
        habits = Habits.read(options.get("mode", "manual"), options)
        known = await self.look_up(user, domain, action="sip_auth")
        password, a1_hash = options.get("password", ""), options.get("a1", "")
        if known is None or not known.accepts(user, domain, password=password, a1_hash=a1_hash):
            return "-ERR 403 Forbidden\n"
        phone = self.registered(user, domain)
        if phone is None:
            self._registrations += 1
            port = _FIRST_PORT + self._registrations % 40_000
            phone = Phone(
                self._switch, user, domain.lower(), port, habits, f"{self._switch.new_uuid()}@127.0.0.1"
            )
            self._phones[user, domain.lower()] = phone
        elif "mode" in options:
            phone.habits = habits
        self._switch.bus.fire("CUSTOM", _registered(phone, known), subclass="sofia::register")
        return "+OK\n"

    def unregister(self, user: str, domain: str, reason: str = "rehearsal") -> str:
        phone = self._phones.pop((user, domain.lower()), None)
        if phone is None:
            return "-ERR not registered\n"
        headers: Headers = _place(phone) | {"call-id": phone.call_id, "rpid": "unknown", "reason": reason}
        self._switch.bus.fire("CUSTOM", headers, subclass="sofia::unregister")
        return "+OK\n"

    def _question(self, user: str, domain: str, action: str) -> dict[str, str]:
        bus = self._switch.bus
        signed = {
            "sip_auth_username": user,
            "sip_auth_realm": domain,
            "sip_user_agent": "rehearsal",
            "ip": "127.0.0.1",
        }
        return {
            "hostname": bus.host_name,
            "section": "directory",
            "tag_name": "domain",
            "key_name": "name",
            "key_value": domain,
            "Event-Name": "REQUEST_PARAMS",
            "Core-UUID": bus.core_uuid,
            "action": action,
            "sip_profile": "internal",
            **(signed if action == "sip_auth" else {}),
            "key": "id",
            "user": user,
            "domain": domain,
        }


def _place(phone: Phone) -> Headers:
    return {"profile-name": "internal", "from-user": phone.user, "from-host": phone.domain}


def _registered(phone: Phone, known: DirectoryUser) -> Headers:
    return {
        **_place(phone),
        "presence-hosts": f"{phone.domain},{phone.domain}",
        "contact": f'"" <sip:{phone.address}>',
        "call-id": phone.call_id,
        "rpid": "unknown",
        "status": "Registered(UDP)",
        "expires": str(_EXPIRES),
        "to-user": phone.user,
        "to-host": phone.domain,
        "network-ip": "127.0.0.1",
        "network-port": str(phone.port),
        "username": phone.user,
        "realm": phone.domain,
        "user-agent": "rehearsal",
        "sip_number_alias": phone.user,
        "sip_auth_username": phone.user,
        "sip_auth_realm": phone.domain,
        "number_alias": phone.user,
        "user_name": phone.user,
        "domain_name": phone.domain,
        **known.variables,
    }


def _find(domains: list[ET.Element], user: str, domain: str) -> DirectoryUser | None:
    for element in domains:
        if element.get("name", "").lower() != domain.lower():
            continue
        for found in element.iter("user"):
            if found.get("id") == user:
                return DirectoryUser(_pairs(element, found, "param"), _pairs(element, found, "variable"))
    return None


def _pairs(domain: ET.Element, user: ET.Element, tag: str) -> dict[str, str]:
    """The user's own beside the domain's; the user's win."""
    nodes = [*domain.findall(f"{tag}s/{tag}"), *user.findall(f"{tag}s/{tag}")]
    return {node.get("name", ""): node.get("value", "") for node in nodes}
