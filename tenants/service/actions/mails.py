"""A raw mail becomes a case, or a word in one. From is what the sender says of itself: no answer goes back by it."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr
from html import unescape

from tenants.context import enter_public
from tenants.mails.letters import one_line
from tenants.service import errors
from tenants.service.actions.cases import open_case, write
from tenants.service.models import Case, CaseEntry
from tenants.service.models.cases import Severity
from tenants.service.queries.cases import case as case_of
from tenants.service.queries.cases import number_in, tenant_of_address

LARGEST = 20 * 2**20
MOST_TEXT = 20_000
URGENT = re.compile(r"\b(urgent|emergency)\b|紧急|加急", re.IGNORECASE)
TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Mail:
    sender: str
    name: str
    subject: str
    text: str
    mail_id: str


def take_mail(*, raw: bytes, at: datetime) -> Case:
    """Raises MailUnreadable. A mail that comes twice is taken once."""
    mail = read_mail(raw)
    tenant = tenant_of_address(mail.sender)
    known = case_of(number_in(mail.subject) or 0)
    if known is not None and known.state != Case.State.CLOSED and _may_write(known, mail, tenant):
        write(
            case_id=known.pk, kind=CaseEntry.Kind.ASKED, text=mail.text, by_name=mail.name or mail.sender,
            at=at, mail_id=mail.mail_id,
        )  # fmt: skip
        return known
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


def read_mail(raw: bytes) -> Mail:
    if not raw or len(raw) > LARGEST:
        raise errors.MailUnreadable(field="mail")
    try:
        message = message_from_bytes(raw, policy=policy.default)
        name, sender = parseaddr(str(message.get("From", "")))
        subject, text = str(message.get("Subject", "") or ""), _text_of(message)
        mail_id = str(message.get("Message-ID", "") or "").strip()[:255]
    except (ValueError, LookupError, TypeError, AttributeError, IndexError, RecursionError):
        # What the parser of the library trips over was made to be tripped over.
        raise errors.MailUnreadable(field="mail") from None
    if "@" not in sender or not (subject.strip() or text.strip()):
        raise errors.MailUnreadable(field="mail")
    return Mail(
        sender=one_line(sender, 160).lower(), name=one_line(name, 120), subject=one_line(subject, None), text=text,
        mail_id=one_line(mail_id, None),
    )  # fmt: skip


def _text_of(message: EmailMessage) -> str:
    """The plain words; of a mail that has none, what is left of its HTML. Attachments are named, and not kept."""
    body = message.get_body(preferencelist=("plain", "html"))
    text = _content(body) if body is not None else ""
    if body is not None and body.get_content_type() == "text/html":
        text = unescape(TAGS.sub(" ", text))
    attached = [part.get_filename() or part.get_content_type() for part in message.iter_attachments()]
    names = [one_line(name, None) for name in attached]
    if names:
        text += "\n\n[" + ", ".join(names)[:500] + "]"
    return text.replace("\0", "").replace("\r\n", "\n").strip()[:MOST_TEXT]


def _content(body: MIMEPart) -> str:
    """In a character set nobody knows it is read as what it most likely is."""
    try:
        return str(body.get_content())
    except LookupError:
        raw = body.get_payload(decode=True)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
