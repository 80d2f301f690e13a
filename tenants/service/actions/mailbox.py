"""What was fetched, written down: each mail with its case in one transaction, so that it is taken once, however often
whoever fetches is killed; and how the server is.
"""

import traceback
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import InterfaceError, OperationalError, transaction

from tenants.context import enter_public
from tenants.service import errors
from tenants.service.actions.mails import sender_in, take_mail
from tenants.service.mail_limits import LARGEST
from tenants.service.models import Case, FetchedMail, SupportMailbox

log = structlog.get_logger()

CLAIM = timedelta(minutes=3)
"""Renewed before each mail: longer than all commands of one take, however slow the server is."""
PAUSES = (60, 120, 300, 600, 1800, 3600)
"""Seconds until a server that is away is asked again."""
KEPT = timedelta(days=90)


@transaction.atomic
def claim_mailbox(*, account: str, at: datetime) -> SupportMailbox | None:
    """None while another fetches, and before the next try."""
    with enter_public():
        SupportMailbox.objects.get_or_create(
            account=account, defaults={"claimed_until": at - CLAIM, "due_at": at}
        )
        box = SupportMailbox.objects.select_for_update().get(account=account)
        if box.claimed_until > at or box.due_at > at:
            return None
        box.claimed_until = at + CLAIM
        box.save(update_fields=["claimed_until"])
        return box


def keep_claim(*, box: SupportMailbox, at: datetime) -> bool:
    """False when somebody else has it: we were slower than the claim."""
    with enter_public():
        ours = SupportMailbox.objects.filter(pk=box.pk, claimed_until=box.claimed_until)
        box.claimed_until = at + CLAIM
        return bool(ours.update(claimed_until=box.claimed_until))


def meet_mailbox(*, box: SupportMailbox, validity: int, begin: int) -> None:
    """The server counts anew (or for the first time): UIDs we know are of no worth, and we begin at this one."""
    box.uid_validity, box.begun_uid, box.done_uid = validity, begin, begin - 1
    with enter_public():
        box.save(update_fields=["uid_validity", "begun_uid", "done_uid"])


@transaction.atomic
def take_fetched(
    *, box: SupportMailbox, validity: int, uid: int, raw: bytes | None, at: datetime
) -> FetchedMail:
    """`raw`: None where it was too large to be fetched. The same one again changes nothing."""
    with enter_public():
        locked = SupportMailbox.objects.select_for_update().get(pk=box.pk)
        known = locked.mails.filter(uid_validity=validity, uid=uid).first()
        if known is not None:
            return known
        case, refusal = _judged(uid, lambda: _case(raw, at))
        row = FetchedMail.objects.create(
            mailbox=locked, uid_validity=validity, uid=uid, case=case, refusal=refusal, at=at,
            sender=_masked(case.contact if case else _sender(raw, refusal)),
        )  # fmt: skip
        if locked.uid_validity == validity and uid > locked.done_uid:
            locked.done_uid = uid
            locked.save(update_fields=["done_uid"])
    return row


def _case(raw: bytes | None, at: datetime) -> Case:
    if raw is None:
        raise errors.MailTooLarge(field="mail", megabytes=LARGEST // 2**20)
    # Of its own: what a refusal has begun is undone, the row that tells of it stays.
    with transaction.atomic():
        return take_mail(raw=raw, at=at)


def _judged(uid: int, take: Callable[[], Case]) -> tuple[Case | None, str]:
    """One bad mail must not stop those behind it. A database that is away is nobody's fault: it is tried again."""
    try:
        return take(), ""
    except errors.BadInput as refusal:
        known = refusal.code in FetchedMail.Refusal.values
        return None, refusal.code if known else FetchedMail.Refusal.UNREADABLE
    except (OperationalError, InterfaceError):
        raise
    except Exception as problem:
        # Not its message: that may be words of the mail.
        place = traceback.extract_tb(problem.__traceback__)[-1]
        log.error(
            "A fetched mail cannot be taken", uid=uid, problem=type(problem).__name__,
            where=f"{place.filename}:{place.lineno}",
        )  # fmt: skip
        return None, FetchedMail.Refusal.FAULT


def _sender(raw: bytes | None, refusal: str) -> str:
    return sender_in(raw) if raw and refusal != FetchedMail.Refusal.FAULT else ""


def _masked(address: str) -> str:
    name, _at, host = address.rpartition("@")
    return f"{name[:1]}***@{host}"[:160] if name else ""


def note_marked(*, row: FetchedMail, at: datetime) -> None:
    with enter_public():
        FetchedMail.objects.filter(pk=row.pk).update(marked_at=at)


def note_there(*, box: SupportMailbox, at: datetime) -> None:
    """Free again for whoever comes next."""
    with enter_public():
        SupportMailbox.objects.filter(pk=box.pk, claimed_until=box.claimed_until).update(claimed_until=at)
        SupportMailbox.objects.filter(pk=box.pk).update(
            failures=0, problem="", away_since=None, looked_at=at, due_at=at
        )


def note_away(*, box: SupportMailbox, problem: str, at: datetime) -> None:
    with enter_public():
        pause = PAUSES[min(box.failures, len(PAUSES) - 1)]
        SupportMailbox.objects.filter(pk=box.pk, claimed_until=box.claimed_until).update(claimed_until=at)
        SupportMailbox.objects.filter(pk=box.pk).update(
            failures=min(box.failures + 1, 1000), problem=problem[:40], away_since=box.away_since or at,
            due_at=at + timedelta(seconds=pause),
        )  # fmt: skip


def forget_fetched(at: datetime) -> int:
    with enter_public():
        return FetchedMail.objects.filter(at__lt=at - KEPT).delete()[0]
