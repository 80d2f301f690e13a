"""Two tenants, their people, and what the world outside hears. acme acts; globex must hear nothing."""

import gc
import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import NamedTuple

import pytest
from django.db import connections
from django.test import Client
from django_tenants.utils import tenant_context

from contactcenter.run.preparation import has_stale_words
from tests.servers import SERVERS


def pytest_configure() -> None:
    from django.conf import settings

    # A client of the tests asks for no static file: do not list them all for each.
    settings.WHITENOISE_AUTOREFRESH = True
    if has_stale_words():
        from contactcenter import translations

        translations.compile_all()


def pytest_collection_finish() -> None:
    """What is loaded by now stays until the end: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


SELDOM = 20_000, 20, 20
"""Objects made before the collector looks at the young; of a request thousands are, and few of them in circles."""
_names = itertools.count(1)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker) -> Iterator[None]:
    """The session's own database: a copy of the template, so nothing has to be created or flushed."""
    SERVERS.start_postgres()
    yield
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture(scope="session")
def redis_server() -> str:
    """The address of the session's Valkey, started."""
    return SERVERS.start_valkey().url


@pytest.fixture(autouse=True)
def _empty_redis(request: pytest.FixtureRequest) -> None:
    if "redis_server" in request.fixturenames:
        import redis

        redis.Redis.from_url(request.getfixturevalue("redis_server")).flushall()


@pytest.fixture(autouse=True)
def _cache_in_memory(request: pytest.FixtureRequest, settings) -> None:
    """Throttles and caches need no server, unless the test asks for one; each test starts with an empty cache."""
    if "redis_server" in request.fixturenames:
        return
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": request.node.nodeid}
    settings.CACHES = {"default": settings.CACHES["default"] | memory}


@pytest.fixture(autouse=True)
def _nobody_is_known_to_listen() -> None:
    """Who wants to hear of events is kept for seconds by the process; the tests before are not this one's."""
    from tenants.hooks import kept

    kept.forget()


@pytest.fixture(autouse=True)
def _figures_are_counted_anew() -> None:
    """A floor's figures are taken for true for a second; those of the test before are not this one's."""
    from telephony.serializers import kept

    kept.forget()


@pytest.fixture(autouse=True)
def _nothing_is_told_later() -> Iterator[None]:
    """News that is put off would be read from the rows of the next test, or of none."""
    yield
    from telephony import pacing

    pacing.forget_all()


@pytest.fixture
def acme(db):
    """A tenant in China with an empty schema and the host acme.localhost."""
    return _tenant("acme")


@pytest.fixture
def globex(db):
    """A tenant in Britain with an empty schema and the host globex.localhost."""
    return _tenant("globex")


def _tenant(schema_name: str):
    from tenants.models import Tenant

    return Tenant.objects.get(schema_name=schema_name)


@pytest.fixture
def in_acme(acme) -> Iterator[None]:
    """The whole test runs inside acme's schema."""
    with tenant_context(acme):
        yield


@pytest.fixture
def inside() -> Callable[..., AbstractContextManager]:
    """`with inside(globex):`"""
    return tenant_context


@pytest.fixture
def member(db) -> Callable:
    """member(acme, "agent", "supervisor") → Member saved in that tenant; member(None, "operator") → an operator."""
    from tenants.context import enter

    def make(tenant, *roles: str, name: str = "", **fields):
        from tenants.people.models import Member

        number = next(_names)
        with enter(tenant.schema_name if tenant else "public"):
            made = Member(username=f"m{number}", name=name or f"Member {number}", roles=list(roles), **fields)
            made.set_unusable_password()
            made.save()
            return made

    return make


@pytest.fixture
def client_of(db) -> Callable:
    """client_of(member) → a signed-in test client at the host of the member's tenant."""
    from tenants.context import enter
    from tenants.models import Domain

    def make(who) -> Client:
        with enter("public"):
            domain = Domain.objects.filter(tenant__schema_name=who.home_schema, is_primary=True).first()
        client = Client(SERVER_NAME=domain.domain if domain and who.home_schema != "public" else "localhost")
        with enter(who.home_schema):
            client.force_login(who)
        return client

    return make


@pytest.fixture
def now() -> datetime:
    """A Monday morning: 2026-11-16 09:00 in London, 17:00 in Shanghai."""
    return datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@pytest.fixture
def at_once(db, monkeypatch) -> None:
    """What waits for the commit runs when the test's outermost transaction ends, though the test itself rolls back."""
    connection = connections["default"]
    outside = len(connection.savepoint_ids)
    on_commit, savepoint_commit = connection.on_commit, connection.savepoint_commit

    def run_due() -> None:
        while connection.run_on_commit and len(connection.savepoint_ids) <= outside:
            _sids, call, _robust = connection.run_on_commit.pop(0)
            call()

    def note(*args, **kwargs) -> None:
        on_commit(*args, **kwargs)
        run_due()

    def commit(sid: str) -> None:
        savepoint_commit(sid)
        run_due()

    monkeypatch.setattr(connection, "on_commit", note)
    monkeypatch.setattr(connection, "savepoint_commit", commit)


class News(NamedTuple):
    schema: str
    audience: str
    message: dict


@pytest.fixture
def published(at_once, monkeypatch) -> list[News]:
    """Every message told to browsers, in order: News(schema, audience, message)."""
    told: list[News] = []

    def note(channel: str, body: bytes) -> None:
        _prefix, schema, audience = channel.split(":", 2)
        told.append(News(schema, audience, json.loads(body)))

    monkeypatch.setattr("tenants.realtime._deliver", note)
    return told


@pytest.fixture
def committed_database() -> Iterator[str]:
    """The address of a database of its own, for servers started by the test: what they write stays until its end."""
    with SERVERS.copy_of_database(f"copy_{next(_names)}") as url:
        yield url
