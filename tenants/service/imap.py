"""The operator's mailbox over the wire (IMAP4rev1, RFC 3501). Knows nothing of cases."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any

from django.conf import settings

SECONDS = 20.0
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""Of the protocol, whatever language we speak."""
BROKEN = (OSError, imaplib.IMAP4.error, ValueError, LookupError, AttributeError, TypeError)
"""It does not answer, does not let us in, or says what no server says."""

UNTRUSTED = "certificate untrusted"
CODES = {
    9: "certificate not yet",
    10: "certificate ended",
    62: "certificate of another",
    64: "certificate of another",
}
"""OpenSSL's X509_V_ERR_…; each other one means that no authority we trust vouches for it."""


class MailboxAway(Exception):
    """Nothing is wrong with any mail. The argument is a code that tells nothing of the account."""


class Folder:
    """One folder, opened. Every method raises MailboxAway."""

    def __init__(self, line: imaplib.IMAP4, validity: int, next_uid: int) -> None:
        self._line, self.validity, self.next_uid = line, validity, next_uid

    def from_uid(self, first: int) -> list[int]:
        """UIDs from this one on. `n:*` means the last one too where it is below n."""
        return [uid for uid in self._search(f"UID {first}:*") if uid >= first]

    def unread_before(self, first: int) -> list[int]:
        return self._search(f"UNSEEN UID 1:{first - 1}") if first > 1 else []

    def since(self, day: date) -> list[int]:
        """By the day the server took them in, of its own clock."""
        return self._search(f"SINCE {day.day}-{MONTHS[day.month - 1]}-{day.year}")

    def size(self, uid: int) -> int | None:
        """Bytes; None when it is gone."""
        for part in self._said("FETCH", str(uid), "(RFC822.SIZE)"):
            found = re.search(rb"RFC822\.SIZE (\d{1,18})", _bytes(part))
            if found:
                return int(found.group(1))
        return None

    def raw(self, uid: int, most: int) -> bytes | None:
        """The first `most` bytes, not marked as read by that; None when it is gone."""
        for part in self._said("FETCH", str(uid), f"(BODY.PEEK[]<0.{most}>)"):
            if isinstance(part, tuple) and len(part) == 2:
                return bytes(part[1])
        return None

    def mark(self, uid: int, flag: str) -> None:
        """`\\Seen` or `\\Flagged`. One that is gone needs no mark."""
        self._said("STORE", str(uid), "+FLAGS.SILENT", f"({flag})")

    def _search(self, wanted: str) -> list[int]:
        found = self._said("SEARCH", wanted)
        return sorted(int(uid) for part in found for uid in _bytes(part).split())

    def _said(self, *words: str) -> list[Any]:
        try:
            status, said = self._line.uid(*words)
            if status != "OK":
                raise MailboxAway(f"{words[0]} refused")
            return [part for part in said if part is not None]
        except BROKEN as problem:
            raise MailboxAway(type(problem).__name__[:40]) from None


def _bytes(part: Any) -> bytes:
    return part[0] if isinstance(part, tuple) else part


@contextmanager
def opened() -> Iterator[Folder]:
    """Encrypted unless the operator said otherwise. Raises MailboxAway."""
    told = settings.MAILBOX
    line: imaplib.IMAP4 | None = None
    try:
        try:
            line = _connected(told)
            _sign_in(line, told["user"], told["password"])
            folder = _selected(line, told["folder"])
        except BROKEN as problem:
            raise MailboxAway(_code(problem)) from None
        yield folder
    finally:
        if line is not None:
            with suppress(*BROKEN):
                line.logout()


def _code(problem: BaseException) -> str:
    if isinstance(problem, ssl.SSLCertVerificationError):
        return CODES.get(problem.verify_code, UNTRUSTED)
    return type(problem).__name__[:40]


def _connected(told: dict[str, Any]) -> imaplib.IMAP4:
    if told["tls"] == "always":
        return imaplib.IMAP4_SSL(
            told["host"], told["port"], ssl_context=ssl.create_default_context(), timeout=SECONDS
        )
    line = imaplib.IMAP4(told["host"], told["port"], timeout=SECONDS)
    if told["tls"] == "start":
        try:
            line.starttls(ssl.create_default_context())
        except BaseException:
            # What is wrong with the line by now must not hide why we leave.
            with suppress(*BROKEN):
                line.shutdown()
            raise
    return line


def _sign_in(line: imaplib.IMAP4, user: str, password: str) -> None:
    """PLAIN takes passwords in any writing; LOGIN, for servers without it, ASCII alone."""
    if "AUTH=PLAIN" in line.capabilities:
        line.authenticate("PLAIN", lambda _asked: f"\0{user}\0{password}".encode())
    else:
        line.login(user, password)


def _selected(line: imaplib.IMAP4, name: str) -> Folder:
    status, _count = line.select(f'"{name}"')
    if status != "OK":
        raise MailboxAway("no such folder")
    numbers = [line.response(word)[1] for word in ("UIDVALIDITY", "UIDNEXT")]
    if not all(found and found[0] for found in numbers):
        raise MailboxAway("no UIDs")
    validity, next_uid = (int(found[0]) for found in numbers)
    return Folder(line, validity, next_uid)
