"""A text message service of our own, and acme's account there."""

import pytest

from telephony.actions.text_services import keep_text_service
from telephony.models import Survey, TextService
from tests.telephony.texts.stand_ins import KEY, SECRET, Service, running

SETTINGS = {"alibaba": {"sign_name": "阿克米", "template": "SMS_1"}, "json": {}}
SECRETS = {"alibaba": f"{KEY}:{SECRET}", "json": KEY}


@pytest.fixture
def outside(settings):
    with running() as server:
        settings.PRIVATE_SERVICES = frozenset({server.address})
        yield server


def an_account(outside: Service, provider: str = "json", **more: str) -> TextService:
    return keep_text_service(
        name=f"Ours ({provider})",
        provider=provider,
        settings=SETTINGS[provider] | {"url": f"http://{outside.address}"} | more,
        secret=SECRETS[provider],
        is_used=True,
    )


def a_survey(queue, **more) -> Survey:
    survey = Survey.objects.create(**{"name": "By text", "asked_by": "text"} | more)
    survey.queues.add(queue)
    return survey
