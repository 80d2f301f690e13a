"""Writes mails into the outbox, in the caller's transaction: what is rolled back was never told to anybody.

Nothing here raises for a mail: an address that cannot be, or too many in a day, are logged and left out.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import override

from tenants.context import enter_public, enter_row
from tenants.mails import wording
from tenants.mails.letters import Letter, as_html, as_text, one_line
from tenants.mails.models import Mail
from tenants.mails.queries import Reader, look_of, owners_and, reader_of_case
from tenants.mails.waking import wake
from tenants.models import Tenant
from tenants.people.invitations import invitation_path
from tenants.people.models import Member
from tenants.people.roles import Role
from tenants.queries import address_of_page

log = structlog.get_logger()

MOST_A_DAY = 2_000
"""Of one tenant: whatever goes wrong in a house, it does not fill the operator's mail server."""
Kind = Mail.Kind
Words = Callable[[], Letter]


def write_mails(
    *, kind: str, key: str, tenant: Tenant | None, readers: Sequence[Reader], words: Words, at: datetime,
    attached: tuple[str, str] = ("", ""),
) -> int:  # fmt: skip
    """One mail to each reader, in the reader's language. `key` with the address is written once, ever. `attached`: the
    name of a file and its JSON.
    """
    rows = [_mail(kind, key, tenant, reader, words, at) for reader in readers if _can_be_written_to(reader)]
    for row in rows:
        row.attachment_name, row.attachment = attached
    if not rows:
        return 0
    with enter_public():
        since = Mail.objects.filter(tenant=tenant, created_at__gt=at - timedelta(days=1)).count()
        if since + len(rows) > MOST_A_DAY:
            log.error(
                "Too many mails in a day: one is left out", kind=kind, tenant=tenant and tenant.schema_name
            )
            return 0
        Mail.objects.bulk_create(rows, ignore_conflicts=True)
    transaction.on_commit(wake)
    return len(rows)


def _mail(kind: str, key: str, tenant: Tenant | None, reader: Reader, words: Words, at: datetime) -> Mail:
    language = reader.language or (tenant.language if tenant else settings.LANGUAGE_CODE)
    with override(language):
        letter, look = words(), look_of(tenant, language)
        return Mail(
            tenant=tenant, kind=kind, key=f"{key}>{reader.address.lower()}"[-120:], address=reader.address,
            name=one_line(reader.name, 80), sender_name=one_line(look.name, 80), language=language,
            subject=one_line(letter.subject), text=as_text(letter, look), html=as_html(letter, look), created_at=at,
            due_at=at,
        )  # fmt: skip


def _can_be_written_to(reader: Reader) -> bool:
    """ASCII alone: not every server on the way takes more."""
    try:
        validate_email(reader.address)
    except ValidationError:
        return False
    return reader.address.isascii()


# --- what is told ---------------------------------------------------------------------------------------------------


def invite(*, tenant: Tenant | None, member: Member, at: datetime) -> bool:
    """The link by which a member chooses a password. Inside the member's schema; False without an address."""
    path = invitation_path(member)
    reader = Reader(address=member.email, name=member.name, language=member.language)
    link = address_of_page(tenant, path)

    def words() -> Letter:
        return wording.invitation(member.name, member.username, _name(tenant), link)

    # The link is another each time somebody makes one.
    key = f"invitation:{path.rstrip('/').rpartition('/')[2]}"
    return bool(
        write_mails(kind=Kind.INVITATION, key=key, tenant=tenant, readers=[reader], words=words, at=at)
    )


def invite_first(*, tenant: Tenant, at: datetime) -> bool:
    """The first administrator, once the doors are open."""
    with enter_row(tenant):
        owner = Member.objects.filter(roles__contains=[Role.OWNER], is_active=True).order_by("pk").first()
        if owner is None or owner.has_usable_password():
            return False
        return invite(tenant=tenant, member=owner, at=at)


def tell_day_of_agreement(*, tenant: Tenant, reminder: Any, at: datetime) -> None:
    """A contracts.Reminder: an end, a notice period, a renewal."""
    link = address_of_page(tenant, "/contract/")
    write_mails(
        kind=Kind.AGREEMENT, key=f"agreement:{reminder.pk}", tenant=tenant, readers=owners_and(tenant, Role.ADMIN),
        words=lambda: wording.day_of_agreement(str(reminder.get_kind_display()), reminder.due_on, link), at=at,
    )  # fmt: skip


def tell_bill(*, bill: Any, at: datetime) -> None:
    """A closing.Bill was issued: an invoice, or a credit note."""
    link = address_of_page(bill.tenant, "/invoices/")
    write_mails(
        kind=Kind.INVOICE, key=f"bill:{bill.pk}", tenant=bill.tenant, readers=owners_and(bill.tenant, Role.FINANCE),
        words=lambda: wording.bill(bill, link), at=at,
    )  # fmt: skip


def tell_reminder(*, reminder: Any, at: datetime) -> None:
    """A closing.Reminder was taken: first, second, warning with its day, suspension."""
    tenant = reminder.bill.tenant
    link = address_of_page(tenant, "/invoices/")
    write_mails(
        kind=Kind.REMINDER, key=f"reminder:{reminder.pk}", tenant=tenant, readers=owners_and(tenant, Role.FINANCE),
        words=lambda: wording.reminder(reminder, link), at=at,
    )  # fmt: skip


def tell_case(*, case: Any, entry_id: int, text: str, at: datetime) -> None:
    """A word of ours in a service.Case: to who asked, if that was by mail, else to the tenant's owners and admins."""
    tenant = case.tenant
    readers = reader_of_case(case)
    link = address_of_page(tenant, f"/cases/{case.pk}/") if tenant else ""
    write_mails(
        kind=Kind.CASE, key=f"case:{entry_id}", tenant=tenant, readers=readers,
        words=lambda: wording.word_in_case(case, text, link), at=at,
    )  # fmt: skip


def tell_operator(*, address: str, sentence: str, at: datetime) -> str:
    """'' when it is in the outbox. Each call is one of its own."""
    written = write_mails(
        kind=Kind.PAGE, key=f"page:{at.isoformat()}:{sentence[:40]}", tenant=None,
        readers=[Reader(address=address)], at=at,
        words=lambda: wording.call_to_operator(sentence, address_of_page(None, "/service/")),
    )  # fmt: skip
    return "" if written else "address"


def tell_archive_ready(*, export: Any, at: datetime) -> None:
    """To the owners: nobody else may take it."""
    tenant, link = export.tenant, address_of_page(export.tenant, "/leaving/")
    write_mails(
        kind=Kind.EXPORT, key=f"export:{export.pk}", tenant=tenant, readers=owners_and(tenant),
        words=lambda: wording.archive_ready(export, link), at=at,
    )  # fmt: skip


def tell_house(*, ask: Any, news: str, at: datetime) -> None:
    """To the owners, what became of a leaving.HouseAsk: asked, confirmed, near, held, withdrawn."""
    tenant, link = ask.tenant, address_of_page(ask.tenant, "/leaving/house/")
    # What stands in the way may be another thing each day; everything else is told once.
    once = f"house:{ask.pk}:{news}" + (f":{at.date()}" if news == "held" else "")
    write_mails(
        kind=Kind.HOUSE, key=once, tenant=tenant, readers=owners_and(tenant), at=at,
        words=lambda: wording.house(ask, news, link),
    )  # fmt: skip


def tell_deleted(*, deletion: Any, readers: Sequence[Reader], at: datetime) -> int:
    """The certificate, to who owned the house. It is nobody's mail any more: with the house its mails are gone."""
    text = json.dumps(deletion.certificate, ensure_ascii=False, indent=1)
    return write_mails(
        kind=Kind.HOUSE, key=f"deleted:{deletion.pk}", tenant=None, readers=readers, at=at,
        words=lambda: wording.house_deleted(deletion),
        attached=(f"certificate-of-deletion-{deletion.pk}.json", text),
    )  # fmt: skip


def send_trial(*, by: Member, at: datetime) -> bool:
    """To whoever asks for it on the page of the outbox."""
    reader = Reader(address=by.email, name=by.name, language=by.language)
    return bool(
        write_mails(
            kind=Kind.TRIAL, key=f"trial:{by.pk}:{at.isoformat()}", tenant=None, readers=[reader],
            words=wording.trial, at=at,
        )
    )  # fmt: skip


def try_again(*, mail_ids: Iterable[int], at: datetime) -> int:
    """What was given up, from the beginning."""
    with enter_public():
        given_up = Mail.objects.filter(pk__in=list(mail_ids), state=Mail.State.GIVEN_UP)
        count = given_up.update(state=Mail.State.WAITING, attempts=0, due_at=at, problem="", ended_at=None)
    transaction.on_commit(wake)
    return count


def _name(tenant: Tenant | None) -> str:
    return look_of(tenant, "").name
