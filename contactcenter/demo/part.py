"""One tenant's part in the demo: its number, who calls it, whose phones ring, who works by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tenants.demo.scripts import SCRIPTS, Script
from ticketing.demo import CUSTOMER_NUMBERS, UNKNOWN_NUMBERS


@dataclass(frozen=True)
class PhoneAccount:
    """`is_crew`: nobody sits in front of this phone, it answers by itself."""

    username: str
    domain: str
    password: str
    is_crew: bool


@dataclass(frozen=True)
class Part:
    script: Script
    phones: tuple[PhoneAccount, ...]

    @property
    def tenant(self) -> str:
        return self.script.schema_name

    @property
    def crew_usernames(self) -> frozenset[str]:
        """User names of the members who work by themselves."""
        return frozenset(
            person.username
            for person in self.script.people
            if "agent" in person.roles and not person.is_login
        )

    @property
    def customer_numbers(self) -> tuple[str, ...]:
        return CUSTOMER_NUMBERS[self.script.language]

    @property
    def unknown_numbers(self) -> tuple[str, ...]:
        return UNKNOWN_NUMBERS[self.script.language]


def parts(logins_file: Path) -> list[Part]:
    """Empty until the demo tenants have been opened."""
    try:
        devices = json.loads(logins_file.read_text(encoding="utf-8"))["devices"]
    except (OSError, ValueError, KeyError):
        return []
    return [Part(script, tuple(_phones(script, devices))) for script in SCRIPTS]


def _phones(script: Script, devices: list[dict[str, str]]) -> Iterator[PhoneAccount]:
    logins = {person.username for person in script.people if person.is_login}
    for device in devices:
        if device["domain"] == script.domain:
            is_crew = device["agent"] not in logins
            yield PhoneAccount(device["username"], script.domain, device["password"], is_crew)
