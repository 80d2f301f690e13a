"""An import: an archive laid on our shelf, proved, and made a tenant of this installation, or refused in words."""

import os
import uuid
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from django.utils import timezone

from tenants.context import enter, enter_public
from tenants.errors import DomainError
from tenants.leaving import passphrase, shelf
from tenants.leaving.bringing import Brought, bring_in, refuse_names
from tenants.leaving.models import Import
from tenants.leaving.reading import Verified, verified
from tenants.people.actions import record_audit
from tenants.people.models import Member
from tenants.provisioning.turns import try_turn
from tenants.secrets import seal, unseal

log = structlog.get_logger()

IMPORTING = 7_205
State = Import.State


def import_file(path: Path, *, schema: str, host: str = "", secret: str = "", by: str = "") -> Brought:
    """At once, from a file of the machine: what the management command does."""
    proved = verified(path)
    key = passphrase.key_of(secret, proved.salt) if secret and proved.salt else None
    found = bring_in(path, proved, schema=schema, host=host, key=key)
    _note(found, proved, by)
    return found


def ask_import(
    *, pieces: Iterable[bytes], schema: str, host: str, secret: str, by: Member | None, at: datetime
) -> Import:
    """Lay what was sent on the shelf; a worker does the rest. Raises BadInput for names that cannot be."""
    refuse_names(schema, host)
    name = f"{uuid.uuid4()}.tar"
    shelf.shelf().mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(shelf.path_of(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for piece in pieces:
            file.write(piece)
    with enter_public():
        return Import.objects.create(
            asked_at=at,
            asked_by=str(by)[:120] if by else "",
            file_name=name,
            schema_name=schema,
            host=host,
            secrets_key=seal(secret),
        )


def run_import(*, import_id: int) -> str:
    """The state it ends in. Taken up after a crash it begins again: nothing of the first try is left."""
    with enter_public(), try_turn(IMPORTING, import_id) as is_ours:
        row = Import.objects.filter(pk=import_id).first()
        if not is_ours or row is None or row.state not in (State.ASKED, State.RUNNING):
            return row.state if row else ""
        Import.objects.filter(pk=row.pk).update(state=State.RUNNING, beat_at=timezone.now())
        return _run(row)


def _run(row: Import) -> str:
    path = shelf.path_of(row.file_name)
    try:
        found = import_file(
            path, schema=row.schema_name, host=row.host, secret=unseal(row.secrets_key), by=row.asked_by
        )
    except DomainError as refusal:
        return _end(row, State.FAILED, problem=refusal.message[:500])
    except Exception as problem:
        # The page must say that nobody came in.
        log.exception("An import failed", schema=row.schema_name)
        return _end(row, State.FAILED, problem=type(problem).__name__)
    finally:
        path.unlink(missing_ok=True)
    said = {name: value for name, value in asdict(found).items() if name != "tenant"}
    return _end(row, State.DONE, tenant_id=found.tenant.pk, report=said)


def _end(row: Import, state: str, **said: Any) -> str:
    with enter_public():
        Import.objects.filter(pk=row.pk).update(state=state, ended_at=timezone.now(), secrets_key="", **said)
    return state


def _note(found: Brought, proved: Verified, by: str) -> None:
    said = {
        "rows": found.rows, "files": found.files, "missing": found.missing, "sha256": proved.sha256,
        "signer": proved.signer, "written_at": str(proved.manifest["written_at"])[:40],
    }  # fmt: skip
    with enter_public():
        record_audit(verb="imported", subject=found.tenant, after=said, reason=by)
    with enter(found.tenant.schema_name):
        record_audit(verb="imported", subject=f"tenants.tenant:{found.tenant.pk}", after=said)
