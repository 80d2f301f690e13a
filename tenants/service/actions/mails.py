"""A raw mail becomes a case, or a word in one. From is what the sender says of itself: no answer goes back by it."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from django.conf import settings
from django.db import IntegrityError

from tenants.context import enter_public
from tenants.mails.letters import one_line
from tenants.models import Tenant
from tenants.service import errors
from tenants.service.actions.cases import open_case, write
from tenants.service.mail_limits import LARGEST, refuse_bombs
from tenants.service.mail_text import text_of
from tenants.service.models import Case, CaseEntry
from tenants.service.models.cases import Severity
from tenants.service.queries.cases import case as case_of
from tenants.service.queries.cases import case_of_mail, cases_from, number_in, tenant_of_address

__all__ = ["LARGEST", "read_mail", "take_mail"]

URGENT = re.compile(r"\b(urgent|emergency)\b|紧急|加急", re.IGNORECASE)
MOST_CASES_A_DAY = 50
"""Of one sender: a machine gone wild fills nobody's list."""
DAY = timedelta(days=1)
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError)
"""What the parser of the library trips over was made to be tripped over."""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """`mail_id`: the same for the same words of the same sender under the same Message-ID, and for no other's: who
    learns an id cannot keep another's mail out by it. `machine`: the header by which a machine says that it wrote it.
    """

    sender: str
    name: str
    subject: str
    text: str
    mail_id: str
    machine: str = ""


def take_mail(*, raw: bytes, at: datetime) -> Case:
    """A mail that comes twice is taken once. Raises Mail… (errors), each for a reason of its own."""
    mail = read_mail(raw)
    if mail.sender in _own_addresses():
        raise errors.MailIsOurs(field="mail")
    if mail.machine:
        raise errors.MailByMachine(field="mail", header=mail.machine)
    known = case_of_mail(mail.mail_id)
    if known is not None:
        return known
    try:
        return _taken(mail, at)
    except IntegrityError:
        # By the pipe and from the mailbox in the same moment.
        known = case_of_mail(mail.mail_id)
        if known is None:
            raise
        return known


def _taken(mail: Mail, at: datetime) -> Case:
    tenant = tenant_of_address(mail.sender)
    known = case_of(number_in(mail.subject) or 0)
    if known is not None and known.state != Case.State.CLOSED and _may_write(known, mail, tenant):
        write(
            case_id=known.pk, kind=CaseEntry.Kind.ASKED, text=mail.text, by_name=mail.name or mail.sender,
            at=at, mail_id=mail.mail_id,
        )  # fmt: skip
        return known
    return _opened(mail, tenant, at)


def _opened(mail: Mail, tenant: Tenant | None, at: datetime) -> Case:
    if cases_from(mail.sender, since=at - DAY) >= MOST_CASES_A_DAY:
        raise errors.TooManyMails(field="mail", most=MOST_CASES_A_DAY)
    # A stranger wakes nobody: somebody looks who it is first.
    is_urgent = tenant is not None and URGENT.search(mail.subject)
    return open_case(
        tenant=tenant, channel=Case.Channel.MAIL, severity=Severity.URGENT if is_urgent else Severity.NORMAL,
        subject=mail.subject, text=mail.text, at=at, by_name=mail.name or mail.sender, contact=mail.sender,
        mail_id=mail.mail_id,
    )  # fmt: skip


def _may_write(case: Case, mail: Mail, tenant: object) -> bool:
    """Who knows a number could write into any case: only the tenant's own addresses, and the one it came from."""
    with enter_public():
        is_of_tenant = tenant is not None and case.tenant == tenant
    return is_of_tenant or (bool(case.contact) and case.contact.lower() == mail.sender)


def _own_addresses() -> set[str]:
    return {address.lower() for address in (settings.MAIL_FROM, settings.MAILBOX_ADDRESS) if address}


def read_mail(raw: bytes) -> Mail:
    """Raises MailUnreadable, MailTooLarge, MailTooManyParts, MailHeadersBroken."""
    refuse_bombs(raw)
    try:
        message = message_from_bytes(raw, policy=policy.default)
        name, sender = parseaddr(_header(message, "From"))
        subject, text = one_line(_header(message, "Subject"), None), text_of(message)
        # Without an id the moment it was written tells it from another with the same words.
        marker, machine = _header(message, "Message-ID") or _header(message, "Date"), _machine(message)
    except UNREADABLE:
        raise errors.MailUnreadable(field="mail") from None
    sender = one_line(sender, 160).lower()
    if "@" not in sender or not (subject.strip() or text):
        raise errors.MailUnreadable(field="mail")
    return Mail(
        sender=sender, name=one_line(name, 120), subject=subject, text=text, machine=machine,
        mail_id=_identity(one_line(marker, 200), sender, subject, text),
    )  # fmt: skip


def sender_in(raw: bytes) -> str:
    """Of a mail that was refused, as far as it can be told: an address, or nothing."""
    try:
        return read_mail(raw).sender
    except errors.BadInput:
        return ""


def _header(message: EmailMessage, name: str) -> str:
    return str(message.get(name, "") or "")


def _identity(marker: str, sender: str, subject: str, text: str) -> str:
    words = "\0".join((sender, subject, text)).encode("utf-8", "replace")
    return f"{marker}#{hashlib.sha256(words).hexdigest()[:24]}"


def _machine(message: EmailMessage) -> str:
    """RFC 3834: what answers by itself says so, and nobody answers to it; a bounce has no way back."""
    said = _header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    if said not in ("", "no"):
        return "Auto-Submitted"
    if _header(message, "Precedence").strip().lower() in ("auto_reply", "bulk", "junk", "list"):
        return "Precedence"
    if _header(message, "Return-Path").strip() == "<>":
        return "Return-Path"
    return "Content-Type" if message.get_content_type() == "multipart/report" else ""
