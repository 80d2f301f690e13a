"""The socket's door into a tenant: the host decides the tenant, the session says who, and Origin must be Host.

A consumer behind it finds `tenant`, `schema_name`, `member` and `user` in its scope; nobody anonymous gets there.
"""

from collections import Counter
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import structlog
from channels.db import database_sync_to_async
from django.conf import settings

from contactcenter.middleware.tenancy import host_of, tenant_of_host
from tenants.context import enter
from tenants.gathering import Gathering
from tenants.sessions import members_of_sessions
from tenants.support.queries import only_looks

log = structlog.get_logger()

# Codes an application may use in a close frame; the page reads them.
FOREIGN_ORIGIN = 4403
NO_TENANT = 4404
NOT_SIGNED_IN = 4401
TOO_MANY = 4429
MOST_OF_A_MEMBER = 40
"""Sockets of one member in this process: a dozen pages with three each."""


class Refused(Exception):
    def __init__(self, code: int):
        super().__init__(code)
        self.code = code


def header(scope: dict[str, Any], name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def check_origin(scope: dict[str, Any]) -> None:
    """A browser always sends Origin; a page of another host must not use this host's cookies."""
    origin = header(scope, b"origin")
    if not origin or urlsplit(origin).netloc.lower() != header(scope, b"host").lower():
        raise Refused(FOREIGN_ORIGIN)


def session_key_of(scope: dict[str, Any]) -> str:
    cookies = SimpleCookie(header(scope, b"cookie"))
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else ""


def who(host: str, session_keys: list[str]) -> list[dict[str, Any] | int]:
    """For each session at this host what its scope is to hold, or the code it is refused with."""
    tenant = tenant_of_host(host_of(host))
    if tenant is None or tenant.state != "active" or tenant.schema_name == settings.PUBLIC_SCHEMA_NAME:
        return [NO_TENANT] * len(session_keys)
    with enter(tenant.schema_name):
        members = members_of_sessions(session_keys)
        lookers = {key for key, member in members.items() if only_looks(member)}
    said = {"tenant": tenant, "schema_name": tenant.schema_name}
    return [
        {**said, "member": members[key], "user": members[key], "session_key": key}
        if key in members and key not in lookers
        else (FOREIGN_ORIGIN if key in lookers else NOT_SIGNED_IN)
        for key in session_keys
    ]


async def _read(host: str, session_keys: list[str]) -> list[dict[str, Any] | int]:
    return await database_sync_to_async(who, thread_sensitive=False)(host, session_keys)


_knocking: Gathering[str, str, dict[str, Any] | int] = Gathering(_read)
"""By host: who knocks at the same moment is looked up together."""


class SocketDoor:
    def __init__(self, inner):
        self.inner = inner
        self._inside: Counter[tuple[str, int | None]] = Counter()
        """By schema and member; a tenant's all together stand under None."""

    async def __call__(self, scope, receive, send):
        try:
            check_origin(scope)
            found = await _knocking.ask(header(scope, b"host"), session_key_of(scope))
            if isinstance(found, int):
                raise Refused(found)
            places = self._take_places(found["schema_name"], found["member"].pk)
        except Refused as refusal:
            log.info("A socket was refused", code=refusal.code, path=scope["path"])
            return await close(scope, receive, send, refusal.code)
        try:
            return await self.inner(dict(scope, **found), receive, send)
        finally:
            self._leave(places)

    def _take_places(self, schema: str, member_id: int) -> list[tuple[str, int | None]]:
        """Raises Refused when the member, or the tenant, has its share of this process already."""
        member, tenant = (schema, member_id), (schema, None)
        if self._inside[member] >= MOST_OF_A_MEMBER or self._inside[tenant] >= settings.SOCKETS_SHARE:
            raise Refused(TOO_MANY)
        self._inside.update((member, tenant))
        return [member, tenant]

    def _leave(self, places: list[tuple[str, int | None]]) -> None:
        self._inside.subtract(places)
        for place in places:
            if not self._inside[place]:
                del self._inside[place]


WORDS = {TOO_MANY: "Too many pages are open at once. Close some."}


async def close(scope, receive, send, code: int) -> None:
    """Accept, then close with the reason: a refused handshake would tell the page nothing. Who asked for a
    sub-protocol hears no reason without one.
    """
    await receive()
    asked = scope.get("subprotocols") or [None]
    await send({"type": "websocket.accept", "subprotocol": asked[0]})
    await send({"type": "websocket.close", "code": code, "reason": WORDS.get(code, "")})
