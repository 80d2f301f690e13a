"""The operator's mail server, and one mail as it goes over the wire."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from django.conf import settings

from tenants.mails.letters import one_line
from tenants.mails.models import Mail

SECONDS = 20.0


class ServerAway(Exception):
    """It does not answer, does not let us in, or breaks off: nothing is wrong with the mail. The argument is a code."""


class Refused(Exception):
    """It does not take this mail."""

    def __init__(self, code: int) -> None:
        super().__init__(f"smtp {code}")
        self.is_final = code >= 500


def is_set() -> bool:
    return settings.MAIL_SERVER is not None


@contextmanager
def connected() -> Iterator[smtplib.SMTP]:
    """Encrypted unless the operator said otherwise. Raises ServerAway."""
    told = settings.MAIL_SERVER
    try:
        if told["tls"] == "always":
            line: smtplib.SMTP = smtplib.SMTP_SSL(
                told["host"], told["port"], timeout=SECONDS, context=ssl.create_default_context()
            )
        else:
            line = smtplib.SMTP(told["host"], told["port"], timeout=SECONDS)
            if told["tls"] == "start":
                line.starttls(context=ssl.create_default_context())
        if told["user"]:
            line.login(told["user"], told["password"])
    except (OSError, smtplib.SMTPException) as problem:
        raise ServerAway(type(problem).__name__[:40]) from None
    try:
        yield line
    finally:
        with suppress(OSError, smtplib.SMTPException):
            line.quit()


def send(line: smtplib.SMTP, mail: Mail) -> None:
    """Raises Refused, ServerAway."""
    try:
        line.send_message(message_of(mail), from_addr=settings.MAIL_FROM, to_addrs=[mail.address])
    except smtplib.SMTPRecipientsRefused as refusal:
        raise Refused(next(iter(refusal.recipients.values()))[0]) from None
    except smtplib.SMTPServerDisconnected:
        raise ServerAway("SMTPServerDisconnected") from None
    except smtplib.SMTPResponseException as refusal:
        raise Refused(refusal.smtp_code) from None
    except (OSError, smtplib.SMTPException) as problem:
        raise ServerAway(type(problem).__name__[:40]) from None


def message_of(mail: Mail, at: datetime | None = None) -> EmailMessage:
    """From our own address alone, under the tenant's name. A header with a line end in it raises ValueError."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(mail.sender_name, settings.MAIL_FROM)
    message["To"] = _address(mail.name, mail.address)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(at or mail.created_at)
    message["Message-ID"] = f"<{mail.message_id}@{settings.MAIL_FROM.rpartition('@')[2]}>"
    if mail.kind == Mail.Kind.CASE and settings.MAILBOX_ADDRESS:
        # What is answered to a word in a case becomes the next one: the subject has its number.
        message["Reply-To"] = settings.MAILBOX_ADDRESS
    # Nobody's holiday notice answers a machine.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    if mail.attachment:
        message.add_attachment(
            mail.attachment.encode(), maintype="application", subtype="json", filename=mail.attachment_name
        )
    # Last: headers of the content go with its part.
    message["Content-Language"] = mail.language
    return message


def _address(name: str, address: str) -> Address:
    return Address(display_name=one_line(name, 80), addr_spec=address)
