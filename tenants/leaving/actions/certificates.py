"""The end of a deletion the house had asked for: its owners get the certificate, their addresses are forgotten."""

import json
from datetime import datetime

import structlog

from tenants.leaving.models import Deletion, HouseAsk
from tenants.mails.actions import tell_deleted
from tenants.mails.queries import Reader
from tenants.secrets import SecretUnreadable, unseal

log = structlog.get_logger()


def send_certificate(*, deletion: Deletion, at: datetime) -> None:
    """In the transaction that ends the deletion; nothing where operators had asked for it."""
    ask = deletion.house_ask
    if ask is None or ask.state == HouseAsk.State.DONE:
        return
    written = tell_deleted(deletion=deletion, readers=_readers(ask), at=at)
    if not written:
        log.error("A certificate of deletion was sent to nobody", deletion=deletion.pk)
    ask.problem = "" if written else "the certificate was sent to nobody"
    ask.state, ask.ended_at, ask.readers = HouseAsk.State.DONE, at, ""
    ask.save()


def _readers(ask: HouseAsk) -> list[Reader]:
    try:
        told = json.loads(unseal(ask.readers))
    except (SecretUnreadable, ValueError):
        return []
    return [Reader(address=address, name=name, language=language) for address, name, language in told]
