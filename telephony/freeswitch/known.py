"""All answers we know by heart, for the door (`door.py`). Pure: what is asked is bytes of the switch, what comes back a
document or nothing; nothing means that only the rows can say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

import orjson

from telephony.freeswitch import documents
from telephony.queries import InboundRoute, Treatment
from telephony.queries.known_answers import KnownRoute, KnownTenant
from telephony.queries.routes import spellings as spellings_of_entry
from telephony.queries.routes import switch_language
from tenants.queries import TenantOnLine
from tenants.queries import spellings as spellings_of_number

MOST_KEPT = 50_000
LONGEST_HOST = 253
FORMAT = 3
_KEPT = [field.name for field in fields(TenantOnLine) if field.name != "row"]


@dataclass(frozen=True)
class Known:
    """`is_sure`: right for as long as nothing changes; else it is what the switch's own file would say."""

    document: bytes
    is_sure: bool


class KnownAnswers:
    """Never changed once made, but for what it has worked out; a change of rows makes a new one."""

    def __init__(self, tenants: Iterable[KnownTenant] = ()) -> None:
        self.tenants = {known.tenant.schema: known for known in tenants}
        lines = [known.tenant for known in self.tenants.values()]
        self._of_domain = {host: line.schema for line in lines for host in line.domains}
        self._of_number = {number: line.schema for line in lines for number in line.numbers}
        self._phones: dict[tuple[str, str], bytes | None] = {}
        self._places: dict[str, tuple[str, str] | None] = {}
        self._documents: dict[tuple[str, str], bytes] = {}

    def with_tenants(self, changed: Iterable[KnownTenant], *, gone: Iterable[str] = ()) -> KnownAnswers:
        kept = self.tenants | {known.tenant.schema: known for known in changed}
        return KnownAnswers(known for schema, known in kept.items() if schema not in set(gone))

    def phone(self, username: str, domain: str) -> bytes | None:
        """The document of a phone that may register; None for everybody we do not know."""
        asked = (username, domain.lower())
        if asked not in self._phones:
            _make_room(self._phones)
            self._phones[asked] = self._phone(*asked)
        return self._phones[asked]

    def _phone(self, username: str, domain: str) -> bytes | None:
        known = self.tenants.get(self._of_domain.get(domain, ""))
        if known is None or known.tenant.state != "active":
            return None
        name = username[:40]
        found = known.phones.get(name)
        if found is None:
            return None
        phone = _Phone(known.tenant.schema, found[0], name, domain, found[1])
        try:
            return documents.directory_document(phone).encode()
        except documents.UnsafeText:
            return None

    def route(self, dialled: str, now: float) -> Known | None:
        """Where a number leads at this moment (seconds since 1970)."""
        place = self._place(dialled[:64])
        if place is None:
            return None
        known = self.tenants[place[0]]
        if known.tenant.state != "active":
            return Known(self._suspended(known.tenant, place[1]), is_sure=True)
        entry = known.entries[place[1]]
        in_time = entry.until is None or now < entry.until
        if place not in self._documents:
            self._documents[place] = documents.dialplan_document(entry.route).encode()
        return Known(self._documents[place], is_sure=entry.is_for_all and in_time)

    def _place(self, dialled: str) -> tuple[str, str] | None:
        """(schema, number of the entry, or for a tenant whose service rests the digits dialled)."""
        if dialled not in self._places:
            _make_room(self._places)
            self._places[dialled] = self._place_of(dialled)
        return self._places[dialled]

    def _place_of(self, dialled: str) -> tuple[str, str] | None:
        owners = {
            self._of_number[number] for number in spellings_of_number(dialled) if number in self._of_number
        }
        if len(owners) != 1:
            return None
        known = self.tenants[owners.pop()]
        if known.tenant.state != "active":
            return known.tenant.schema, re.sub(r"\D", "", dialled)[:32]
        entries = spellings_of_entry(dialled, known.tenant.country) & known.entries.keys()
        return (known.tenant.schema, entries.pop()) if len(entries) == 1 else None

    @staticmethod
    def _suspended(tenant: TenantOnLine, digits: str) -> bytes:
        route = InboundRoute(
            tenant=tenant.schema,
            treatment=Treatment.SUSPENDED,
            number=digits,
            language=switch_language(tenant.language),
        )
        return documents.dialplan_document(route).encode()


@dataclass(frozen=True)
class _Phone:
    tenant: str
    agent_id: int
    username: str
    domain: str
    a1_hash: str


def _make_room(kept: dict[Any, Any]) -> None:
    """Whoever asks for names at random must not fill our memory."""
    if len(kept) >= MOST_KEPT:
        kept.clear()


def to_bytes(answers: KnownAnswers) -> bytes:
    tenants = [
        {
            "tenant": {name: getattr(known.tenant, name) for name in _KEPT},
            "phones": known.phones,
            "entries": {number: asdict(entry) for number, entry in known.entries.items()},
        }
        for known in answers.tenants.values()
    ]
    return orjson.dumps({"format": FORMAT, "tenants": tenants})


def from_bytes(kept: bytes) -> KnownAnswers:
    """Raises ValueError, KeyError or TypeError when it was written by another version of ours."""
    read = orjson.loads(kept)
    if read["format"] != FORMAT:
        raise ValueError("written by another version")
    return KnownAnswers(_tenant_of(one) for one in read["tenants"])


def _tenant_of(one: dict[str, Any]) -> KnownTenant:
    line = one["tenant"] | {name: tuple(one["tenant"][name]) for name in ("domains", "numbers", "choosy")}
    return KnownTenant(
        TenantOnLine(**line),
        {name: (agent, a1) for name, (agent, a1) in one["phones"].items()},
        {number: _route_of(entry) for number, entry in one["entries"].items()},
    )


def _route_of(entry: dict[str, Any]) -> KnownRoute:
    route = entry["route"] | {"treatment": Treatment(entry["route"]["treatment"])}
    return KnownRoute(InboundRoute(**route), entry["is_for_all"], entry["until"])


__all__ = ["Known", "KnownAnswers", "from_bytes", "to_bytes"]
