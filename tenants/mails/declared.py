"""What mails are to others: nobody's archive, a person's data, a way to call an operator."""

from django.utils import timezone

from tenants.leaving.registry import Personal, add_personal
from tenants.mails.actions import tell_operator
from tenants.service import ways


def connect() -> None:
    add_personal(
        Personal("mails.mail", by={"address": "mail", "subject": "text", "text": "text"}, goes=True),
    )
    ways.add_way("mail", by_mail)


def by_mail(address: str, sentence: str, more: dict[str, str]) -> str:
    """Into the outbox, which tries until it is taken: '' says that it is written there."""
    return tell_operator(address=address, sentence=sentence, at=timezone.now())
