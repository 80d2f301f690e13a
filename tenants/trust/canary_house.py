"""A house that exists to be looked for: a tenant's schema with no host and no people, a canary in every row.

Nobody may ever see anything of it, so whoever does has looked past a wall. All its rows have one id, so that an address
can be filled with it without knowing which table it asks. It is made anew when a migration has changed the tables.
"""

import secrets
import uuid
from dataclasses import dataclass
from datetime import time
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from tenants.context import enter_as_owner, enter_public
from tenants.provisioning.schemas import make_schema
from tenants.provisioning.template_schema import migrations_digest

SCHEMA = "canary_house"
ID = 971_000_001
WITHOUT_RULES = """
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT conrelid::regclass AS tab, conname FROM pg_constraint
        WHERE connamespace = 'PLACE'::regnamespace AND contype IN ('c', 'f', 'x') AND conrelid <> 0 LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.tab, one.conname);
    END LOOP;
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'PLACE' LOOP
        EXECUTE format('ALTER TABLE PLACE.%I DISABLE TRIGGER USER', one.tablename);
    END LOOP;
END $$
""".replace("PLACE", SCHEMA)
"""Rules between rows are for people's data; here every column of every table is filled."""
UUID = uuid.UUID("ca4a21e5-0000-4000-8000-00000971ca4a")


@dataclass(frozen=True)
class Canary:
    """`token` begins every text of the house, `-` and a number follow; `number` every telephone number of it."""

    token: str
    rows: int

    @property
    def number(self) -> str:
        """Of no country: nobody can have called from it."""
        return "+999" + str(int(self.token[4:16], 16))[:7]

    @property
    def sha(self) -> str:
        return self.token[4:].rjust(64, "c")


def canary() -> Canary:
    """The house as it stands, made when there is none or when it is of an older release. Seconds, then at once."""
    digest = migrations_digest()
    with enter_public(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", [SCHEMA]
        )
        known = (cursor.fetchone() or [None])[0]
    kept, token, rows = (known or "").split(" ") if known and known.count(" ") == 2 else ("", "", "0")
    return Canary(token, int(rows)) if kept == digest else _made(digest)


@transaction.atomic
def _made(digest: str) -> Canary:
    with enter_public(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    make_schema(SCHEMA)
    bird = Canary("cnry" + secrets.token_hex(12), 0)
    with enter_as_owner(SCHEMA):
        planted = _plant(bird)
    with enter_public(), connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{digest} {bird.token} {planted}'")
    return Canary(bird.token, planted)


def houses_models() -> list[type[models.Model]]:
    """Every table of a tenant that we made, in both kinds of schema or in tenants' alone."""
    ours = [config for config in apps.get_app_configs() if config.name in settings.TENANT_APPS]
    return [
        model for config in ours if not config.name.startswith("django.") for model in config.get_models()
    ]


def _plant(bird: Canary) -> int:
    """A row in every table, past the guards between them: it is to be found, not to be used."""
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_RULES)
    known = houses_models()
    for model in known:
        row = model(**{one.attname: value for one, value in _values(model, bird)})
        # Not saved one by one: nobody is to hear of it.
        model._base_manager.bulk_create([row])
    return len(known)


def _values(model: type[models.Model], bird: Canary) -> Any:
    for place, one in enumerate(model._meta.concrete_fields):
        value = _value(one, bird, place)
        if value is not None:
            yield one, value


def _value(one: models.Field, bird: Canary, place: int) -> Any:
    if one.is_relation:
        return _key(one.target_field)  # type: ignore[attr-defined]
    if one.primary_key or isinstance(one, models.UUIDField):
        return _key(one)
    for kind, made in MADE.items():
        if isinstance(one, kind):
            return made(one, bird, place)
    return None if one.has_default() or one.null else 1


def _key(one: models.Field) -> Any:
    if isinstance(one, models.UUIDField):
        return UUID
    return ID if not isinstance(one, models.CharField) else str(UUID)


def _text(one: models.Field, bird: Canary, place: int) -> str | None:
    longest = one.max_length or 100
    if one.choices:
        return None if one.has_default() or one.blank else next(key for key, _name in one.flatchoices if key)
    if longest == 64 and one.name in ("sha256", "cancel_key", "hash", "digest"):
        return bird.sha
    if "number" in one.name or "e164" in one.name:
        return bird.number[:longest]
    return (
        f"{bird.token}-{place}"[:longest]
        if longest >= len(bird.token) + 3
        else None
        if one.has_default()
        else "x"
    )


MADE: dict[Any, Any] = {
    (models.CharField, models.TextField): _text,
    models.DateTimeField: lambda one, bird, place: timezone.now(),
    models.DateField: lambda one, bird, place: timezone.localdate(),
    models.TimeField: lambda one, bird, place: time(9, 30),
    models.JSONField: lambda one, bird, place: (
        None if one.has_default() else {bird.token: f"{bird.token}-{place}"}
    ),
    models.GenericIPAddressField: lambda one, bird, place: "203.0.113.77",
}
