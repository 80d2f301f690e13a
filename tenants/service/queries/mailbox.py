"""How far the mailbox is read, what was refused, and how its server is. In the public schema."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from tenants.context import enter_public
from tenants.service.mailbox_sign import State
from tenants.service.models import FetchedMail, SupportMailbox

MOST_SHOWN = 200
MOST_TO_MARK = 200
DAY = timedelta(days=1)


def mailbox_of(account: str) -> SupportMailbox | None:
    with enter_public():
        return SupportMailbox.objects.filter(account=account).first()


def known_uids(box: SupportMailbox, uids: Iterable[int]) -> set[int]:
    with enter_public():
        found = box.mails.filter(uid_validity=box.uid_validity, uid__in=list(uids))
        return set(found.values_list("uid", flat=True))


def unmarked(box: SupportMailbox) -> list[FetchedMail]:
    """Taken or refused, and killed before the server was told; of a count that is over nothing can be marked."""
    with enter_public():
        found = box.mails.filter(uid_validity=box.uid_validity, marked_at=None)
        return list(found.order_by("uid")[:MOST_TO_MARK])


def fetched(box: SupportMailbox, *, only_refused: bool = False) -> list[FetchedMail]:
    """The newest first."""
    with enter_public():
        found = box.mails.select_related("case")
        return list((found.exclude(refusal="") if only_refused else found)[:MOST_SHOWN])


def state_of(account: str) -> State:
    """As a sign tells it; `refused` within a day, but what machines and we ourselves wrote."""
    box, now = mailbox_of(account), timezone.now()
    if box is None:
        return {"problem": "", "away_seconds": 0.0, "failures": 0, "refused": 0, "unmarked": 0}
    harmless = ("", FetchedMail.Refusal.MACHINE, FetchedMail.Refusal.OURS)
    with enter_public():
        refused = box.mails.filter(at__gt=now - DAY).exclude(refusal__in=harmless).count()
        left = box.mails.filter(uid_validity=box.uid_validity, marked_at=None).count()
    away = (now - box.away_since).total_seconds() if box.away_since else 0.0
    return {"problem": box.problem, "away_seconds": max(0.0, away), "failures": box.failures, "refused": refused,
            "unmarked": left}  # fmt: skip
