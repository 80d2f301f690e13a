"""A tenant ordered with a trade begins with its call flow as a draft, the prompts on their way to be spoken."""

from functools import partial

from django.db import transaction

from telephony.actions.flow_imports import create_from_template
from telephony.flows.templates import TEMPLATES
from telephony.models import Flow
from telephony.tasks import send_to_be_spoken
from tenants.context import enter, enter_public
from tenants.events import TenantOpened, subscribe
from tenants.plans.queries.opening import opened_as


def connect() -> None:
    subscribe(TenantOpened, draw_first_flow)


def draw_first_flow(event: TenantOpened) -> None:
    """Only where nothing is drawn yet: told twice, it is drawn once."""
    with enter_public():
        order = opened_as(event.tenant_id)
    if order is None or order.trade not in TEMPLATES or order.direction == "outbound":
        return
    with enter(order.schema):
        if Flow.objects.exists():
            return
        language = "zh" if order.language.startswith("zh") else "en"
        made = create_from_template(key=order.trade, language=language, by=None, at=event.occurred_at)
        transaction.on_commit(partial(_speak, order.schema, made.to_speak))


def _speak(schema: str, wordings: list[int]) -> None:
    with enter(schema):
        send_to_be_spoken(wordings)
