"""One tenant is migrated by Django; what that said to the database is said again to those that are alike.

Django's own work, rendering the models of every state, is most of a migration and is the same for each tenant. What is
repeated are the statements themselves, so a constraint dropped by its found name is dropped by that name elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.core.management import call_command
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from psycopg import sql

from tenants.context import connection, enter, enter_public
from tenants.provisioning.fleet_state import Name, applied_since, digest_of
from tenants.provisioning.plain import (
    RIGHTS,
    are_sql_alone,
    is_change,
    is_change_of,
    is_question,
    stay_within_models,
)

LOCK_TIMEOUT_MS = 2_000
BEGINS = "SET LOCAL search_path TO {to}, public; SET LOCAL lock_timeout = {ms}"
STANDS_AS_SEEN = """
SELECT 1 / (md5(string_agg(DISTINCT (app || '.' || name) COLLATE "C", ',' ORDER BY (app || '.' || name) COLLATE "C"))
    = {digest})::int FROM {to}.django_migrations
"""
"""Stops the message where somebody migrated this tenant meanwhile."""
RIGHTS_FOLLOW = """
INSERT INTO {to}.django_content_type (app_label, model)
SELECT app_label, model FROM {first}.django_content_type ON CONFLICT DO NOTHING;
INSERT INTO {to}.auth_permission (name, content_type_id, codename)
SELECT p.name, theirs.id, p.codename FROM {first}.auth_permission p
JOIN {first}.django_content_type ours ON ours.id = p.content_type_id
JOIN {to}.django_content_type theirs ON (theirs.app_label, theirs.model) = (ours.app_label, ours.model)
ON CONFLICT DO NOTHING
"""
APPLIED = "INSERT INTO {to}.django_migrations (app, name, applied) VALUES {rows}"
STANDS_OTHERWISE = (
    psycopg.errors.DivisionByZero, psycopg.errors.UndefinedObject, psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn, psycopg.errors.ObjectInUse, psycopg.errors.InternalError_,
)  # fmt: skip
"""This tenant's tables, or rows waiting to be checked in them, may be why it could not be said again as it stands,
where Django, which asks each tenant for its names and ends each migration before the next, can do it.
"""


@dataclass
class Recording:
    """What was said to the database, in order, without questions and without Django's own notes.

    `had`, `applied`: migrations, before and by it. `is_whole` is False when something was said that cannot be said
    again as it stands: a value beside the statement, or what we do not know for a change or a question.
    `changes_rights`: a model came, went or was renamed, which a column does not do.
    """

    had: frozenset[Name] = frozenset()
    statements: list[str] = field(default_factory=list)
    applied: list[Name] = field(default_factory=list)
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
        elif not is_question(text):
            self.is_whole = False
        return execute(statement, params, many, context)


def migrate_recording(schema: str, had: frozenset[Name], pending: frozenset[Name]) -> Recording:
    """Migrates this tenant by Django; what changed it."""
    recording = Recording(had)
    with enter_public(), connection.without_fence(), connection.execute_wrapper(recording):
        if stay_within_models(pending):
            _migrate_within_models(schema, pending)
        else:
            call_command("migrate_schemas", schema_name=schema, interactive=False, verbosity=0)
    with enter_public(), connection.cursor() as cursor:
        recording.applied = applied_since(cursor, schema, had)
    return recording


def _migrate_within_models(schema: str, pending: frozenset[Name]) -> None:
    """As the command does, without telling anybody of models before and after, for which Django renders all of them
    twice more and looks each one's rights up; not even once where none is looked at.
    """
    with enter(schema):
        executor = MigrationExecutor(connection)
        executor.loader.check_consistent_history(connection)
        if not are_sql_alone(pending):
            executor.migrate(executor.loader.graph.leaf_nodes())
            return
        for migration, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes()):
            executor.apply_migration(ProjectState(), migration)
        executor.check_replacements()


def replay(own: psycopg.Connection, said: Recording, *, first: str, to: str) -> None:
    """All or nothing: one message is one transaction. Raises psycopg.Error; then nothing of it is there."""
    names = {
        "first": sql.Identifier(first), "to": sql.Identifier(to), "ms": sql.Literal(LOCK_TIMEOUT_MS),
        "digest": sql.Literal(digest_of(said.had)),
        "rows": sql.SQL(", ").join(sql.SQL("({}, {}, now())").format(*name) for name in said.applied),
    }  # fmt: skip
    begins = [BEGINS, STANDS_AS_SEEN]
    ends = [RIGHTS_FOLLOW, APPLIED] if said.changes_rights else [APPLIED]
    begun, ended = ([sql.SQL(one).format(**names).as_bytes(own) for one in part] for part in (begins, ends))
    # A statement may end with a remark.
    own.execute(b"\n;\n".join([*begun, *(text.encode() for text in said.statements), *ended]))
