"""Brings every tenant to this release's tables: side by side, each by itself, and again from where it stopped."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import structlog
from django.conf import settings

from tenants.context import enter_public
from tenants.models import Tenant
from tenants.provisioning.fence import raise_fences
from tenants.provisioning.fleet_state import FleetState, Name, called_alike, fleet_state
from tenants.provisioning.lent import Lent
from tenants.provisioning.plain import are_plain, ask_no_names
from tenants.provisioning.replaying import (
    LOCK_TIMEOUT_MS,
    STANDS_OTHERWISE,
    Recording,
    migrate_recording,
    replay,
)
from tenants.provisioning.turns import FLEET, connection_parameters, try_turn

log = structlog.get_logger()
ROUNDS = 3
"""How often a tenant is tried whose table somebody held."""
FIRSTS = 3
"""When so many tenants of a group fail one after the other, the migration is wrong and not the tenants."""

MOST_HELD = 10
"""When so many tables were in use before one tenant was done, it is no hour for it."""


@dataclass
class Fleet:
    """What came of a run. `failed`: schema → why, in one line; `left`: not tried, because too many failed alike."""

    current: int = 0
    migrated: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.failed and not self.left


class RunGoesOn(Exception):
    """Another run is bringing the tenants up."""


Tell = Callable[[Fleet], None]


def schemas_of_tenants() -> list[str]:
    """Of every tenant whose tables are made, closed ones too: their records are still read."""
    with enter_public():
        opened = Tenant.objects.exclude(schema_name="public").exclude(state=Tenant.State.PROVISIONING)
        return sorted(opened.values_list("schema_name", flat=True))


def read_fleet(schemas: Iterable[str] | None = None) -> FleetState:
    with psycopg.connect(**connection_parameters(), autocommit=True) as own:
        return fleet_state(own, schemas_of_tenants() if schemas is None else schemas)


def migrate_fleet(
    schemas: Iterable[str] | None = None, *, jobs: int = 4, tell: Tell = lambda fleet: None
) -> Fleet:
    """Raises RunGoesOn while another run has its turn. A failing tenant keeps what it had, and stops no other."""
    with try_turn(FLEET, 0) as is_ours:
        if not is_ours:
            raise RunGoesOn
        state = read_fleet(schemas)
        fleet = Fleet(current=len(state.current), missing=state.missing)
        for had, group in sorted(state.groups.items(), key=lambda pair: len(pair[1]), reverse=True):
            for alike in _alike(state.wanted - had, sorted(group)):
                _Group(had, state.wanted - had, alike, fleet, jobs, tell).run()
        raise_fences([*state.current, *fleet.migrated])
        return fleet


def _alike(pending: frozenset[Name], schemas: list[str]) -> list[list[str]]:
    if not are_plain(pending) or ask_no_names(pending):
        return [schemas]
    with psycopg.connect(**connection_parameters(), autocommit=True) as own:
        return called_alike(own, schemas)


@dataclass
class _Group:
    """Tenants that lack the same migrations, and in which those find the same names."""

    had: frozenset[Name]
    pending: frozenset[Name]
    waiting: list[str]
    fleet: Fleet
    jobs: int
    tell: Tell

    def run(self) -> None:
        if not are_plain(self.pending):
            self._together(self.waiting, _by_django)
            return
        first, said = self._first()
        if said is None:
            self.fleet.left += self.waiting
        elif not said.is_whole:
            self._together(self.waiting, _by_django)
        else:
            with Lent() as lent:
                self._in_rounds(lambda schema: _by_replay(lent, schema, said, first))

    def _first(self) -> tuple[str, Recording | None]:
        """The first tenant that Django can migrate, and what it said; None when FIRSTS of them fail. One whose table
        is in use comes again behind the others.
        """
        failures, held = 0, 0
        while self.waiting and failures < FIRSTS and held < MOST_HELD:
            schema = self.waiting.pop(0)
            try:
                said = migrate_recording(schema, self.had, self.pending)
            except Exception as problem:
                if isinstance(problem.__cause__, psycopg.errors.LockNotAvailable):
                    self.waiting.append(schema)
                    held += 1
                    continue
                # Whatever else a migration raises is this tenant's; the next may do.
                log.error("A tenant was not migrated", schema=schema, problem=_plain(problem))
                self._note(schema, _plain(problem))
                failures += 1
            else:
                self._note(schema)
                return schema, said
        return "", None

    def _in_rounds(self, work: Callable[[str], None]) -> None:
        """Those whose table was in use again, when the others are done."""
        for _round in range(ROUNDS):
            self.waiting = self._together(self.waiting, work)
        for schema in self.waiting:
            self._note(schema, "a table was in use each time; run it again at a quieter hour")

    def _together(self, schemas: list[str], work: Callable[[str], None]) -> list[str]:
        """Each by itself, `jobs` at a time; those whose table was in use."""
        held = []
        with ThreadPoolExecutor(self.jobs) as pool:
            doing = {pool.submit(work, schema): schema for schema in schemas}
            try:
                for done in as_completed(doing):
                    try:
                        done.result()
                    except psycopg.errors.LockNotAvailable:
                        held.append(doing[done])
                    except (psycopg.Error, MigrationFailed) as problem:
                        log.error("A tenant was not migrated", schema=doing[done], problem=_plain(problem))
                        self._note(doing[done], _plain(problem))
                    else:
                        self._note(doing[done])
            finally:
                # Cancelled: what runs is finished, nothing else is begun.
                pool.shutdown(cancel_futures=True)
        return sorted(held)

    def _note(self, schema: str, problem: str = "") -> None:
        if problem:
            self.fleet.failed[schema] = problem
        else:
            self.fleet.migrated.append(schema)
        self.tell(self.fleet)


class MigrationFailed(Exception):
    """Django could not migrate this tenant; its last line says why."""


def _by_replay(lent: Lent, schema: str, said: Recording, first: str) -> None:
    try:
        with lent.one() as own:
            replay(own, said, first=first, to=schema)
    except STANDS_OTHERWISE as problem:
        log.warning("A tenant is migrated by itself", schema=schema, why=_plain(problem))
        _by_django(schema)


def _by_django(schema: str) -> None:
    """In a process of its own: Django's connections and its rendered models are not for several threads."""
    command = [sys.executable, "manage.py", "migrate_schemas", f"--schema={schema}", "--noinput"]
    options = {"PGOPTIONS": f"-c lock_timeout={LOCK_TIMEOUT_MS}", "DATABASE_FENCE": "off"}
    done = subprocess.run(  # noqa: S603
        command,
        cwd=Path(settings.BASE_DIR),
        env=os.environ | options,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MigrationFailed(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no word")


def _plain(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}".splitlines()[0][:300]
