"""From a text message that waits to the service that sends it: never inside a transaction, never twice.

What is to be sent stands in rows and is sent by a task of the minute: a call that ends waits for nothing here.
"""

import time
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from django.utils import translation
from django.utils.translation import gettext as _

from telephony.actions import survey_texts as actions
from telephony.models import SurveyText, TextService
from telephony.queries import texts as queries
from telephony.texts.failures import PASSING, TextFailed
from telephony.texts.links import code_of
from telephony.texts.port import LONGEST_TEXT, TextMessage
from telephony.texts.providers import PROVIDERS, send_text
from tenants import breaker
from tenants.context import current_schema, current_tenant
from tenants.queries import address_of_page
from tenants.secrets import SecretUnreadable, unseal

log = structlog.get_logger()

MOST_OF_A_ROUND = 200
LONGEST_ROUND = 40.0
"""Seconds: a slow service keeps no worker from other tenants for longer."""
REST = timedelta(minutes=1)
LANGUAGES = {"zh": "zh-hans", "en": "en"}
_COUNTED = frozenset({"unreachable", "timeout", "bad_answer"})


def ask_by_text(at: datetime) -> int:
    """Plans what is to be asked, then sends what is due. How many left."""
    actions.settle_stuck_texts(at=at)
    actions.plan_survey_texts(at=at)
    service = queries.service_in_use()
    if service is None:
        return 0
    until, sent = time.monotonic() + LONGEST_ROUND, 0
    for text_id in queries.texts_due(at, MOST_OF_A_ROUND):
        if time.monotonic() > until:
            break
        if breaker.is_shut(_breaker(service)):
            actions.put_off_text(text_id=text_id, until=at + REST)
            continue
        sent += _send(service, text_id, at)
    return sent


def _send(service: TextService, text_id: int, at: datetime) -> bool:
    text = actions.claim_text(text_id=text_id, at=at)
    if text is None:
        return False
    try:
        receipt = deliver(service, message_of(text, service))
    except TextFailed as failure:
        _note_failure(service, text, failure, at)
        return False
    actions.note_text_sent(text_id=text_id, receipt=receipt, at=at)
    return True


def _note_failure(service: TextService, text: SurveyText, failure: TextFailed, at: datetime) -> None:
    log.warning("A text message was not sent.", tenant=current_schema(), text=text.pk, reason=failure.reason)
    is_lost = failure.may_have_left and not PROVIDERS[service.provider].IS_REPEATABLE
    actions.note_text_unsent(
        text_id=text.pk,
        reason=failure.reason,
        is_final=failure.reason not in PASSING,
        may_have_left=is_lost,
        at=at,
    )


def deliver(service: TextService, message: TextMessage) -> str:
    """The receipt. Raises TextFailed; what failed is counted, and a service that fails in a row is left alone."""
    name = _breaker(service)
    try:
        receipt = send_text(service.provider, message)
    except TextFailed as failure:
        if failure.reason in _COUNTED:
            breaker.count(name, has_failed=True)
        raise
    breaker.count(name, has_failed=False)
    return receipt


def message_of(text: SurveyText, service: TextService) -> TextMessage:
    """Raises TextFailed("secret"). `text.expires_at` is known: it was claimed."""
    assert text.expires_at is not None
    code = code_of(current_schema(), text.pk, text.expires_at)
    return TextMessage(
        number=text.number,
        text=wording(service, text.language, link_of(code)),
        key=f"{current_schema()}-{text.pk}",
        code=code,
        settings=service.settings,
        secret=clear_secret(service),
    )


def sample_message(service: TextService, number: str, language: str) -> TextMessage:
    """The same with a link that leads to nothing, to try a service."""
    return TextMessage(
        number=number,
        text=wording(service, language, link_of("try")),
        key=f"{current_schema()}-try-{time.time_ns()}",
        code="try",
        settings=service.settings,
        secret=clear_secret(service),
    )


def wording(service: TextService, language: str, link: str) -> str:
    """The tenant's own words, or ours, in the language of the call."""
    own = str(service.settings.get(f"text_{language}") or "")
    with translation.override(LANGUAGES.get(language, "zh-hans")):
        said = own or _("{name}: how was our call? One touch is enough: {link}")
    name = str(current_tenant().name)[:40]
    return said.replace("{name}", name).replace("{link}", link)[:LONGEST_TEXT]


def link_of(code: str) -> str:
    return address_of_page(current_tenant(), f"/s/{code}/")


def clear_secret(service: TextService) -> str:
    try:
        return unseal(service.secret)
    except SecretUnreadable:
        raise TextFailed("secret") from None


def _breaker(service: TextService) -> str:
    address = PROVIDERS[service.provider].address(service.settings) if service.provider in PROVIDERS else ""
    try:
        host = str(urlsplit(address).hostname)
    except ValueError:
        host = ""
    return f"text-failures:{current_schema()}:{host}"
