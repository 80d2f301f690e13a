"""Where archives lie on our disk, sealed, and whether there is room for one more."""

import os
import re
import shutil
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection

from tenants.context import enter
from tenants.leaving.registry import file_kinds
from tenants.models import Tenant

FOLDER = ".leaving"
"""Beside the tenants' sealed sounds, on the same disk; no schema's name begins with a dot."""
NAME = re.compile(r"[a-z0-9_]{1,63}-[0-9]{1,18}\.box")
INCOMING = re.compile(r"[0-9a-f-]{36}\.tar")


def shelf() -> Path:
    return Path(settings.RECORDING_VAULT) / FOLDER


def path_of(name: str) -> Path:
    if not (NAME.fullmatch(name) or INCOMING.fullmatch(name)):
        raise ValueError("not a name of ours")
    return shelf() / name


def begun(name: str) -> BinaryIO:
    shelf().mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.fdopen(os.open(path_of(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def removed(name: str) -> bool:
    """True when it was there."""
    path = path_of(name)
    there = path.exists()
    path.unlink(missing_ok=True)
    return there


def free_bytes() -> int:
    place = shelf()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def spare_bytes() -> int:
    """What an archive may fill: recordings need the rest."""
    return free_bytes() - settings.RECORDING_MIN_FREE_MB * 10**6


def expected_bytes(tenant: Tenant) -> int:
    """Tables with their indexes, which is about what their lines are, and the files beside them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relkind = 'r'",
            [tenant.schema_name],
        )
        tables = int(cursor.fetchone()[0])
    with enter(tenant.schema_name):
        return tables + sum(kind.bytes_of(tenant.pk) for kind in file_kinds())
