"""The trunks to the outside: which gateways are loaded, whether their carriers answer and take our registration.

A carrier is what `rehearsal line …` said of it, else what `rehearsal carrier …` said of all. As with the real switch a
gateway exists once it was loaded by a rescan, and is another only after it was killed and loaded again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bus import Headers
from .phones import Habits

if TYPE_CHECKING:
    from .switch import RehearsalSwitch

_WORDS = {200: "OK", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 408: "Request Timeout"}


class Lines:
    def __init__(self, switch: RehearsalSwitch) -> None:
        self._switch = switch
        self._loaded = set(switch.conf.gateways())
        self._habits: dict[str, Habits] = {}
        self._registers: dict[str, int] = {}

    def has(self, name: str) -> bool:
        return name in self._loaded

    def habits(self, name: str) -> Habits:
        return self._habits.get(name, self._switch.carrier)

    def is_down(self, name: str) -> bool:
        """One that is asked whether it is there, and is not, or that lets nobody register; of others nobody knows."""
        away = self.habits(name).mode == "away" and self._switch.conf.is_asked(name)
        return away or self.registration(name) == "FAIL_WAIT"

    def registration(self, name: str) -> str:
        if not self._switch.conf.is_registering(name):
            return "NOREG"
        is_taken = self._registers.get(name, 200) == 200 and self.habits(name).mode != "away"
        return "REGED" if is_taken else "FAIL_WAIT"

    def set(self, name: str, habits: Habits, registers: int) -> None:
        """What its carrier does from now on; whoever listens to the switch is told what that changes."""
        self._habits[name], self._registers[name] = habits, registers
        if self.has(name):
            self._tell(name)

    def command(self, words: list[str]) -> str:
        """`rescan`, `killgw <name>`."""
        if words[:1] == ["killgw"] and len(words) == 2:
            if words[1] not in self._loaded:
                return "-ERR no such gateway.\n"
            self._loaded.discard(words[1])
            self._switch.bus.fire("CUSTOM", {"Gateway": words[1]}, subclass="sofia::gateway_delete")
            return "+OK gateway marked for deletion.\n"
        if words[:1] != ["rescan"]:
            return "-ERR Unknown command!\n"
        new = [name for name in self._switch.conf.gateways() if name not in self._loaded]
        self._loaded.update(new)
        for name in new:
            self._switch.bus.fire("CUSTOM", {"Gateway": name}, subclass="sofia::gateway_add")
            self._tell(name)
        return "+OK scan complete\n"

    def _tell(self, name: str) -> None:
        status = 408 if self.habits(name).mode == "away" else self._registers.get(name, 200)
        told: Headers = {
            "Gateway": name,
            "State": "FAILED" if self.registration(name) == "FAIL_WAIT" else self.registration(name),
            "Ping-Status": "DOWN" if self.is_down(name) else "UP",
        }
        if self._switch.conf.is_registering(name):
            told |= {"Phrase": _WORDS.get(status, "Failed"), "Status": str(status)}
        self._switch.bus.fire("CUSTOM", told, subclass="sofia::gateway_state")

    def listed(self, name: str) -> str:
        """`sofia xmlstatus gateway [<name>]`."""
        names = [one for one in sorted(self._loaded) if name in ("", one)]
        if name and not names:
            return "Invalid Gateway!\n"
        told = [
            f"  <gateway>\n    <name>{one}</name>\n    <proxy>sip:{self._switch.conf.gateway(one)}</proxy>\n"
            f"    <pingtime>{0.0 if self.is_down(one) else 1.5}</pingtime>\n"
            f"    <state>{self.registration(one)}</state>\n"
            f"    <status>{'DOWN' if self.is_down(one) else 'UP'}</status>\n  </gateway>\n"
            for one in names
        ]
        return "<gateways>\n" + "".join(told) + "</gateways>\n"
