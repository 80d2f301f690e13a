"""An export: asked for, written by a worker that may die, kept sealed for some days, handed out, thrown away."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from cryptography.exceptions import InvalidTag
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.context import enter, enter_public
from tenants.leaving import box, errors, passphrase, shelf
from tenants.leaving.models import Export
from tenants.leaving.writing import Written, write_archive
from tenants.mails.actions import tell_archive_ready
from tenants.models import Tenant
from tenants.people.actions import record_audit
from tenants.people.models import Member
from tenants.provisioning.turns import try_turn
from tenants.secrets import SecretUnreadable, seal, unseal

log = structlog.get_logger()

KEPT = timedelta(days=7)
EXPORTING = 7_204
BEAT_SECONDS = 1.0
MOST_TRIES = 3
State = Export.State


class Cancelled(Exception):
    """Somebody asked to stop."""


class NoRoom(Exception):
    """Recordings need what is left of the disk."""


def ask_export(*, tenant: Tenant, by: Member | None, secret: str = "", at: datetime) -> Export:
    """`secret`: the passphrase, "" for an archive without the keys of services. Raises ExportRuns, NoRoomForExport."""
    salt = passphrase.new_salt() if secret else ""
    key = passphrase.key_of(secret, salt) if secret else b""
    needed, spare = shelf.expected_bytes(tenant), shelf.spare_bytes()
    if needed > spare:
        raise errors.NoRoomForExport(needed=_gigabytes(needed), free=_gigabytes(max(0, spare)))
    try:
        with enter_public(), transaction.atomic():
            export = Export.objects.create(
                tenant=tenant,
                asked_at=at,
                asked_by=str(by)[:120] if by else "",
                total=needed,
                secrets_key=seal(key.hex()),
                secrets_salt=salt,
            )
    except IntegrityError:
        raise errors.ExportRuns from None
    _note(export, "asked for an export of everything", by)
    return export


def cancel_export(*, export: Export, by: Member | None, at: datetime) -> None:
    """What nobody has begun is over at once; whoever writes sees it within a second."""
    with enter_public():
        if Export.objects.filter(pk=export.pk, state=State.ASKED).update(
            state=State.CANCELLED, ended_at=at, secrets_key=""
        ) or Export.objects.filter(pk=export.pk, state=State.RUNNING).update(is_cancel_asked=True):
            _note(export, "cancelled an export", by)


def run_export(*, export_id: int) -> str:
    """Write it, from the beginning: what a worker that died has written is of another moment. The state it ends in."""
    with enter_public(), try_turn(EXPORTING, export_id) as is_ours:
        export = Export.objects.select_related("tenant").filter(pk=export_id).first()
        if not is_ours or export is None or not export.is_open:
            return export.state if export else ""
        if export.tries >= MOST_TRIES:
            return _end(export, State.FAILED, _("It was begun several times and never came to its end."))
        return _Work(export).run()


class _Work:
    def __init__(self, export: Export) -> None:
        self.export, self.done, self.told_at = export, 0, 0.0

    def run(self) -> str:
        export, key = self.export, box.new_key()
        name = f"{export.tenant.schema_name}-{export.pk}.box"
        export.file_name, export.key = name, seal(key.hex())
        export.state, export.started_at, export.tries = State.RUNNING, timezone.now(), export.tries + 1
        export.beat_at, export.done = export.started_at, 0
        export.save()
        try:
            with shelf.begun(name) as file:
                sealed = box.BoxWriter(file, key)
                written = write_archive(
                    sealed, export.tenant, key=self._secrets_key(), salt=export.secrets_salt,
                    at=export.started_at, tell=self.tell,
                )  # fmt: skip
                sealed.close()
        except Cancelled:
            return self._over(State.CANCELLED, "")
        except NoRoom:
            return self._over(
                State.FAILED, _("The disk had no more room for it. What was written is deleted.")
            )
        except Exception as problem:
            # Whatever it was, the page must say that there is no archive.
            log.exception("An export of everything failed", schema=export.tenant.schema_name)
            return self._over(State.FAILED, f"{type(problem).__name__}"[:500])
        return self._ready(written)

    def _secrets_key(self) -> bytes | None:
        try:
            return bytes.fromhex(unseal(self.export.secrets_key)) or None
        except SecretUnreadable:
            return None

    def tell(self, stage: str, done: int) -> None:
        """Once a second: how far it is, and whether it is still wanted."""
        self.done += done
        if time.monotonic() - self.told_at < BEAT_SECONDS:
            return
        self.told_at = time.monotonic()
        if shelf.spare_bytes() < 0:
            raise NoRoom
        with enter_public():
            row = Export.objects.filter(pk=self.export.pk)
            row.update(done=self.done, stage=stage[:120], beat_at=timezone.now())
            if row.values_list("is_cancel_asked", flat=True).first() in (True, None):
                raise Cancelled

    def _over(self, state: str, problem: str) -> str:
        shelf.removed(self.export.file_name)
        return _end(self.export, state, problem)

    def _ready(self, written: Written) -> str:
        export, at = self.export, timezone.now()
        export.size, export.sha256, export.rows = written.size, written.sha256, written.rows
        export.files, export.missing, export.done = written.files, written.missing, self.done
        export.expires_at = at + KEPT
        state = _end(export, State.READY, "")
        tell_archive_ready(export=export, at=at)
        said = {
            "rows": written.rows,
            "files": written.files,
            "missing": written.missing,
            "sha256": written.sha256,
        }
        _note(export, "wrote an export of everything", None, said)
        return state


def _end(export: Export, state: str, problem: str) -> str:
    export.state, export.problem, export.ended_at = state, problem[:500], timezone.now()
    export.secrets_key, export.stage = "", ""
    if state != State.READY:
        export.key = ""
    with enter_public():
        # Deleted meanwhile with its tenant: nothing may bring the row back.
        Export.objects.filter(pk=export.pk).update(
            **{f.attname: getattr(export, f.attname) for f in Export._meta.concrete_fields if f.name != "id"}
        )
    return state


def hand_out(*, export: Export, by: Member, at: datetime) -> Iterator[bytes]:
    """The plain archive, each piece proved. Audited before the first of them. Raises ArchiveGone, ArchiveBroken."""
    if not export.can_be_downloaded(at):
        raise errors.ArchiveGone
    try:
        file = shelf.path_of(export.file_name).open("rb")
        pieces = box.opened(file, bytes.fromhex(unseal(export.key)))
        first = next(pieces)
    except (OSError, SecretUnreadable):
        raise errors.ArchiveGone from None
    except (box.BoxBroken, InvalidTag):
        raise errors.ArchiveBroken from None
    with enter_public():
        Export.objects.filter(pk=export.pk).update(downloads=export.downloads + 1)
    _note(export, "downloaded an export of everything", by, {"sha256": export.sha256, "bytes": export.size})

    def given() -> Iterator[bytes]:
        with file:
            yield first
            yield from pieces

    return given()


def throw_away(*, export: Export, by: Member | None = None) -> None:
    """File and key go; that there was one, and its hash, stays."""
    if export.state != State.READY:
        return
    shelf.removed(export.file_name)
    with enter_public():
        Export.objects.filter(pk=export.pk).update(state=State.EXPIRED, key="")
    _note(export, "deleted an export", by)


def _note(export: Export, verb: str, by: Member | None, after: dict | None = None) -> None:
    """In the tenant's log and in the operators', where both still are."""
    with enter_public():
        record_audit(verb=verb, subject=export, actor=by, after=after)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [export.tenant.schema_name])
            there = cursor.fetchone() is not None
    if there:
        with enter(export.tenant.schema_name):
            record_audit(verb=verb, subject=f"leaving.export:{export.pk}", actor=by, after=after)


def _gigabytes(size: int) -> str:
    return f"{size / 10**9:.1f}"
