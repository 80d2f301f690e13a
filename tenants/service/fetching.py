"""Mails to support, fetched from the operator's mailbox by the task of each half minute.

The network is never called inside a transaction. A mail is taken with its row in one transaction and marked on the
server after it; killed in between, the next round marks what was left.
"""

from datetime import timedelta

import structlog
from django.conf import settings
from django.utils import timezone

from tenants.service import imap, mailbox_sign
from tenants.service.actions import mailbox as actions
from tenants.service.mail_limits import LARGEST
from tenants.service.models import FetchedMail, SupportMailbox
from tenants.service.queries import mailbox as queries

log = structlog.get_logger()

MOST_OF_A_ROUND = 100
OVERLAP = timedelta(days=2)
"""After a server has begun to count anew, mails of so long before the last look are asked for again."""
Refusal = FetchedMail.Refusal
READ = (Refusal.MACHINE, Refusal.OURS)
"""Refused, and of nobody's concern; what else is refused is left unread and flagged, for a person to look at."""


def is_set() -> bool:
    return settings.MAILBOX is not None


def account() -> str:
    """Without the password."""
    told = settings.MAILBOX
    return f"{told['user']}@{told['host']}:{told['port']}/{told['folder']}"


def fetch_due() -> int:
    """How many mails were looked at. None without a mailbox, while another fetches, and before the next try."""
    if not is_set():
        return 0
    box = actions.claim_mailbox(account=account(), at=timezone.now())
    count = _fetch(box) if box else 0
    mailbox_sign.show(queries.state_of(account()))
    return count


def _fetch(box: SupportMailbox) -> int:
    try:
        with imap.opened() as folder:
            count = _round(folder, box)
    except imap.MailboxAway as problem:
        log.warning("The mailbox of support is away", problem=str(problem), failures=box.failures + 1)
        actions.note_away(box=box, problem=str(problem), at=timezone.now())
        return 0
    actions.note_there(box=box, at=timezone.now())
    return count


def _round(folder: imap.Folder, box: SupportMailbox) -> int:
    if box.uid_validity != folder.validity:
        actions.meet_mailbox(box=box, validity=folder.validity, begin=_begin(folder, box))
    for row in queries.unmarked(box):
        if not actions.keep_claim(box=box, at=timezone.now()):
            return 0
        _mark(folder, row)
    count = 0
    for uid in _new(folder, box)[:MOST_OF_A_ROUND]:
        if not actions.keep_claim(box=box, at=timezone.now()):
            return count
        count += _take(folder, box, uid)
    return count


def _begin(folder: imap.Folder, box: SupportMailbox) -> int:
    """A mailbox nobody fetched from so far begins now; of one whose server counts anew, some days are looked through
    again: what was taken is known by its id.
    """
    if box.looked_at is None:
        return folder.next_uid
    return min([folder.next_uid, *folder.since((box.looked_at - OVERLAP).date())])


def _new(folder: imap.Folder, box: SupportMailbox) -> list[int]:
    """What is unread and older than our beginning, and everything since; the oldest first."""
    found = folder.unread_before(box.begun_uid)
    known = queries.known_uids(box, found)
    return [uid for uid in found if uid not in known] + folder.from_uid(max(box.begun_uid, box.done_uid + 1))


def _take(folder: imap.Folder, box: SupportMailbox, uid: int) -> bool:
    size = folder.size(uid)
    if size is None:
        return False
    # A server that tells a wrong size is believed no further than this.
    raw = folder.raw(uid, LARGEST + 1) if size <= LARGEST else None
    if raw is None and size <= LARGEST:
        return False
    row = actions.take_fetched(box=box, validity=folder.validity, uid=uid, raw=raw, at=timezone.now())
    _mark(folder, row)
    return True


def _mark(folder: imap.Folder, row: FetchedMail) -> None:
    is_done = not row.refusal or row.refusal in READ
    folder.mark(row.uid, r"\Seen" if is_done else r"\Flagged")
    actions.note_marked(row=row, at=timezone.now())
