"""Which migrations are plain: the same statements for every tenant that is alike, so that finding them once will do.

Whatever else it is, Python that looks at rows, a value drawn anew in each tenant, a statement outside a transaction, an
operation that is not Django's own, is done by Django in each.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from django.conf import settings
from django.db.migrations import Migration, RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED
from django.utils import timezone
from django_tenants.routers import TenantSyncRouter

from tenants.provisioning.fleet_state import Name

DJANGOS = ("django.db.migrations.operations.", "django.contrib.postgres.operations")
ROWS = ("INSERT", "UPDATE", "DELETE")
CHANGES = (*ROWS, "CREATE", "ALTER", "DROP", "COMMENT", "DO", "GRANT", "REVOKE", "SET CONSTRAINTS")
RIGHTS = ("django_content_type", "auth_permission")
BOOKKEEPING = ("django_migrations", *RIGHTS)
"""Tables whose rows are taken from the first tenant instead: their ids differ from one tenant to the next."""
WITHIN_MODELS = (
    "AddField", "AlterField", "RemoveField", "RenameField", "AddIndex", "RemoveIndex", "RenameIndex",
    "AddConstraint", "RemoveConstraint", "AlterConstraint", "RunSQL", "SeparateDatabaseAndState",
)  # fmt: skip
"""No model comes, goes or is called otherwise, and none gets other rights."""
BY_OWN_NAMES = (
    "CreateModel", "DeleteModel", "AddField", "AddIndex", "RemoveIndex", "AddConstraint", "RemoveConstraint",
    "AlterModelOptions", "AlterModelManagers", "RunSQL", "SeparateDatabaseAndState",
)  # fmt: skip
"""Django asks the database for no name of a constraint or an index, as it does before it alters a field."""
ALIKE = (dict, list, set, tuple, str, int, float, bool, timezone.now, timezone.localdate)
"""What a field may call for its value and get the same for every tenant, or the moment of the release."""
QUESTIONS = ("SELECT", "SHOW", "SET ", "SAVEPOINT", "RELEASE", "ROLLBACK")
"""What Django asks and sets for itself; RunSQL that begins so is not plain."""
REMARK = re.compile(r"\A(\s+|--[^\n]*(\n|\Z)|/\*.*?\*/)+", re.DOTALL)


def are_plain(pending: Iterable[Name]) -> bool:
    return all(_is_plain(migration) for migration in _known(pending))


def stay_within_models(pending: Iterable[Name]) -> bool:
    """Then there is nothing for Django to tell its rights and content types of."""
    return _are_all(WITHIN_MODELS, pending)


def ask_no_names(pending: Iterable[Name]) -> bool:
    """Then it does not matter what a tenant's constraints are called."""
    return _are_all(BY_OWN_NAMES, pending)


def is_change(text: str) -> bool:
    return REMARK.sub("", text).upper().startswith(CHANGES) and not is_change_of(text, BOOKKEEPING)


def is_question(text: str) -> bool:
    return text.lstrip().upper().startswith(QUESTIONS) or is_change_of(text, BOOKKEEPING)


def is_change_of(text: str, tables: tuple[str, ...]) -> bool:
    """Of rows in one of these."""
    is_of_rows = REMARK.sub("", text).upper().startswith(ROWS)
    return is_of_rows and any(f'"{table}"' in text for table in tables)


def are_sql_alone(pending: Iterable[Name]) -> bool:
    """Then no model is looked at, in a shared app's migration either."""
    return all(
        type(step) is RunSQL for migration in _on_disk(pending) for step in _steps(migration.operations)
    )


@cache
def _of_this_release() -> dict[Name, Migration]:
    return MigrationLoader(None, ignore_no_migrations=True).disk_migrations


def _on_disk(names: Iterable[Name]) -> list[Migration]:
    return [_of_this_release()[name] for name in names]


def _known(names: Iterable[Name]) -> list[Migration]:
    """Those that do something in a tenant's schema; a shared app's are only noted there."""
    is_listed = TenantSyncRouter().app_in_list
    found = _on_disk(names)
    return [one for one in found
            if is_listed(one.app_label, settings.TENANT_APPS) or not all(map(_is_djangos, one.operations))]  # fmt: skip


def _are_all(kinds: tuple[str, ...], pending: Iterable[Name]) -> bool:
    steps = (step for migration in _known(pending) for step in _steps(migration.operations))
    return all(_is_djangos(step) and type(step).__name__ in kinds for step in steps)


def _steps(operations: Iterable[Operation]) -> Iterator[Operation]:
    """With what they have inside."""
    for one in operations:
        yield one
        yield from _steps(getattr(one, "database_operations", None) or ())
        yield from _steps(getattr(one, "state_operations", None) or ())


def _is_djangos(operation: Operation) -> bool:
    return type(operation).__module__.startswith(DJANGOS)


def _is_plain(migration: Migration) -> bool:
    return bool(migration.atomic) and all(map(_is_repeatable, migration.operations))


def _is_repeatable(one: Operation) -> bool:
    if not _is_djangos(one) or isinstance(one, RunPython):
        return False
    if isinstance(one, SeparateDatabaseAndState):
        return all(map(_is_repeatable, one.database_operations))
    if isinstance(one, RunSQL):
        return all(is_change(text) for text in _texts(one.sql))
    return not _is_drawn(getattr(one, "field", None))


def _texts(script: object) -> list[str]:
    """Of RunSQL: one text, or several, each alone or with its values."""
    if isinstance(script, list | tuple):
        return [str(one[0] if isinstance(one, list | tuple) else one) for one in script]
    return [str(script)] if script else []


def _is_drawn(field: object) -> bool:
    """A secret or an id that Django would draw anew for each tenant."""
    default = getattr(field, "default", NOT_PROVIDED)
    return default is not NOT_PROVIDED and callable(default) and default not in ALIKE
