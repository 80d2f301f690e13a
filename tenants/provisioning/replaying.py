"""One tenant is migrated by Django; what that said to the database is said again to those that are alike.

Django's own work, rendering the models of every state, is most of a migration and is the same for each tenant. What is
repeated are the statements themselves, so a constraint dropped by its found name is dropped by that name elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connection
from django.db.migrations import RunPython
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from tenants.context import enter_public
from tenants.provisioning.fleet_state import Name

LOCK_TIMEOUT_MS = 2_000
ROWS = ("INSERT", "UPDATE", "DELETE")
CHANGES = (*ROWS, "CREATE", "ALTER", "DROP", "COMMENT", "DO", "GRANT", "REVOKE", "SET CONSTRAINTS")
RIGHTS = ("django_content_type", "auth_permission")
BOOKKEEPING = ("django_migrations", *RIGHTS)
"""Tables whose rows are taken from the first tenant instead: their ids differ from one tenant to the next."""
BEGINS = "SET LOCAL search_path TO {to}, public; SET LOCAL lock_timeout = {ms}"
RIGHTS_FOLLOW = """
INSERT INTO {to}.django_content_type (app_label, model)
SELECT app_label, model FROM {first}.django_content_type ON CONFLICT DO NOTHING;
INSERT INTO {to}.auth_permission (name, content_type_id, codename)
SELECT p.name, theirs.id, p.codename FROM {first}.auth_permission p
JOIN {first}.django_content_type ours ON ours.id = p.content_type_id
JOIN {to}.django_content_type theirs ON (theirs.app_label, theirs.model) = (ours.app_label, ours.model)
ON CONFLICT DO NOTHING
"""
APPLIED_FOLLOWS = """
INSERT INTO {to}.django_migrations (app, name, applied)
SELECT f.app, f.name, now() FROM {first}.django_migrations f
WHERE NOT EXISTS (SELECT FROM {to}.django_migrations t WHERE (t.app, t.name) = (f.app, f.name)) ORDER BY f.id
"""


@dataclass
class Recording:
    """What was said to the database, in order, without questions and without Django's own notes.

    `is_whole` is False when something was said that cannot be said again as it stands: a value beside the statement.
    `changes_rights`: a model came, went or was renamed, which a column does not do.
    """

    statements: list[str] = field(default_factory=list)
    is_whole: bool = True
    changes_rights: bool = False

    def __call__(self, execute: Callable, statement: str, params: Any, many: bool, context: dict) -> Any:
        text = str(statement)
        self.changes_rights = self.changes_rights or is_change_of(text, RIGHTS)
        if is_change(text):
            # A table that somebody holds is not waited for: everybody behind us would wait as well.
            execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}", None, False, context)
            self.is_whole = self.is_whole and not params and not many
            self.statements.append(text.rstrip().rstrip(";"))
        return execute(statement, params, many, context)


def is_change(text: str) -> bool:
    return text.lstrip().upper().startswith(CHANGES) and not is_change_of(text, BOOKKEEPING)


def is_change_of(text: str, tables: tuple[str, ...]) -> bool:
    """Of rows in one of these."""
    return text.lstrip().upper().startswith(ROWS) and any(f'"{table}"' in text for table in tables)


def can_be_replayed(pending: frozenset[Name]) -> bool:
    """Plain statements within one transaction: no code that looks at a tenant's rows, nothing that runs outside one."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return all(
        known[name].atomic and not any(isinstance(one, RunPython) for one in known[name].operations)
        for name in pending
    )


def migrate_recording(schema: str) -> Recording:
    """Migrates this tenant by Django; what changed it."""
    recording = Recording()
    with enter_public(), connection.execute_wrapper(recording):
        call_command("migrate_schemas", schema_name=schema, interactive=False, verbosity=0)
    return recording


def replay(own: psycopg.Connection, said: Recording, *, first: str, to: str) -> None:
    """All or nothing, in one transaction and one message. Raises psycopg.Error; then nothing of it is there."""
    follows = [RIGHTS_FOLLOW, APPLIED_FOLLOWS] if said.changes_rights else [APPLIED_FOLLOWS]
    names = {"first": sql.Identifier(first), "to": sql.Identifier(to), "ms": sql.Literal(LOCK_TIMEOUT_MS)}
    begins, *ends = (sql.SQL(text).format(**names).as_bytes(own) for text in (BEGINS, *follows))
    with own.transaction():
        own.execute(b";\n".join([begins, *(text.encode() for text in said.statements), *ends]))
