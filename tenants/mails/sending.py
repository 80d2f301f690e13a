"""Sends what the outbox holds: some of each tenant in turn, again with longer pauses, and with an end.

The network is never called inside a transaction. What was sent and not written down is sent again, as the same message
(Message-ID); who has it already shows it once.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from tenants.context import enter_public
from tenants.mails import server
from tenants.mails.models import Mail

log = structlog.get_logger()

BATCH, OF_ONE = 50, 10
"""Mails of one connection; at most so many of one tenant while others wait."""
CLAIM = timedelta(minutes=5)
"""Renewed before each mail: longer than the commands of one take, however slow the server is."""
AWAY = timedelta(minutes=1)
PAUSES = (60, 300, 1800, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
"""Seconds until the next try of a mail the server did not take for now; after the last one it is given up."""
KEPT = timedelta(days=30)


def send_due() -> int:
    """How many the server took. Without a server they wait."""
    if not server.is_set():
        return 0
    claimed, taken = _claim(timezone.now()), 0
    while claimed:
        try:
            with server.connected() as line:
                while claimed:
                    taken += _send(line, claimed[0])
                    claimed.pop(0)
        except server.ServerAway as problem:
            log.warning("The mail server is away", problem=str(problem), waiting=len(claimed))
            _give_back(claimed, str(problem))
            return taken
        claimed = _claim(timezone.now())
    return taken


def _send(line, mail: Mail) -> bool:  # noqa: ANN001
    """False too when the server took so long for those before that somebody else has it. Raises ServerAway."""
    if not _is_still_ours(mail, timezone.now()):
        return False
    try:
        server.send(line, mail)
    except server.Refused as refusal:
        _note_refusal(mail, refusal, timezone.now())
        return False
    except (ValueError, UnicodeError):
        # What cannot be put into a message now cannot be later.
        log.exception("A mail cannot be written", mail=mail.pk)
        _end(mail, Mail.State.GIVEN_UP, "unwritable")
        return False
    _end(mail, Mail.State.SENT, "")
    return True


@transaction.atomic
def _claim(at: datetime) -> list[Mail]:
    """The oldest of each tenant first; nobody else takes them for a while."""
    with enter_public():
        place = Window(RowNumber(), partition_by=F("tenant"), order_by=(F("due_at").asc(), F("pk").asc()))
        due = Mail.objects.filter(state=Mail.State.WAITING, due_at__lte=at).annotate(place=place)
        keys = [
            pk
            for pk, place in due.order_by("place", "due_at").values_list("pk", "place")[:BATCH]
            if place <= OF_ONE
        ]
        free = Mail.objects.select_for_update(skip_locked=True).filter(
            pk__in=keys, state="waiting", due_at__lte=at
        )
        found = list(free.order_by("pk"))
        Mail.objects.filter(pk__in=[mail.pk for mail in found]).update(due_at=at + CLAIM)
    for mail in found:
        mail.due_at = at + CLAIM
    return found


def _is_still_ours(mail: Mail, at: datetime) -> bool:
    """Claimed anew, unless whoever came after the claim was over has it now."""
    with enter_public():
        ours = Mail.objects.filter(pk=mail.pk, state=Mail.State.WAITING, due_at=mail.due_at)
        mail.due_at = at + CLAIM
        return bool(ours.update(due_at=mail.due_at))


def _give_back(mails: list[Mail], problem: str) -> None:
    """That the server is away is not the mails' fault: it is no try of theirs."""
    with enter_public():
        for mail in mails:
            # But for one that somebody else has taken meanwhile.
            Mail.objects.filter(pk=mail.pk, due_at=mail.due_at).update(
                due_at=timezone.now() + AWAY, problem=problem[:40]
            )


def _note_refusal(mail: Mail, refusal: server.Refused, at: datetime) -> None:
    if refusal.is_final or mail.attempts >= len(PAUSES):
        _end(mail, Mail.State.GIVEN_UP, str(refusal))
        return
    with enter_public():
        Mail.objects.filter(pk=mail.pk).update(
            attempts=F("attempts") + 1, problem=str(refusal)[:40],
            due_at=at + timedelta(seconds=PAUSES[mail.attempts]),
        )  # fmt: skip


def _end(mail: Mail, state: str, problem: str) -> None:
    """What was taken is kept without its words: links in it open doors."""
    words = {"text": "", "html": "", "attachment": ""} if state == Mail.State.SENT else {}
    with enter_public():
        Mail.objects.filter(pk=mail.pk).update(
            state=state, problem=problem[:40], attempts=F("attempts") + 1, ended_at=timezone.now(), **words
        )


def forget_old(at: datetime) -> int:
    """A month after its end, and one that nobody ever sent as well."""
    with enter_public():
        return Mail.objects.filter(created_at__lt=at - KEPT).delete()[0]
