"""One webhook with its log, and one delivery: what was sent, what was answered, and once more."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tenants.errors import DomainError
from tenants.hooks import actions, kinds, queries
from tenants.hooks.console.endpoints import SHOWN_ONCE
from tenants.hooks.console.problems import in_words
from tenants.hooks.errors import DeliveryNotFound, EndpointNotFound
from tenants.hooks.models import Delivery
from tenants.hooks.policies import MANAGERS
from tenants.hooks.showing import shown_answer, shown_body
from tenants.people.console.access import member_required
from tenants.secrets import unseal

PAGE_SIZE = 50


@never_cache
@require_GET
@member_required(*MANAGERS)
def endpoint_page(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    endpoint = queries.endpoint(endpoint_id)
    if endpoint is None:
        raise EndpointNotFound
    wanted = {name: request.GET.get(name, "")[:60].strip() for name in ("state", "kind", "about")}
    found = queries.deliveries(endpoint_id=endpoint.pk, **wanted)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: PAGE_SIZE + 1])
    page = {
        "endpoint": endpoint,
        "problem": in_words(endpoint.problem),
        "secret": _secret_once(request, endpoint.pk),
        "chosen": [kind for kind in kinds.choosable() if kind.name in endpoint.kinds],
        "rows": [(row, _label(row), in_words(row.problem)) for row in rows[:PAGE_SIZE]],
        "older": rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None,
        "states": Delivery.State.choices,
        "every_kind": [*kinds.choosable(), kinds.kind(kinds.TEST)],
        "wanted": wanted,
        "is_filtered": any(wanted.values()),
    }
    return render(request, "tenants/hooks/endpoint.html", page)


@never_cache
@require_GET
@member_required(*MANAGERS)
def delivery_page(request: HttpRequest, delivery_id: int) -> HttpResponse:
    delivery = queries.delivery(delivery_id)
    if delivery is None:
        raise DeliveryNotFound
    tries = [
        one
        | {
            "moment": parse_datetime(one["at"]),
            "words": in_words(one["problem"]),
            "answer": shown_answer(delivery, one["answer"]),
        }
        for one in delivery.tries
    ]
    page = {
        "delivery": delivery,
        "label": _label(delivery),
        "problem": in_words(delivery.problem),
        "body": shown_body(delivery),
        "tries": tries[::-1],
        "call_id": delivery.ids.get("call_id"),
    }
    return render(request, "tenants/hooks/delivery.html", page)


@require_POST
@member_required(*MANAGERS)
def send_again(request: HttpRequest, delivery_id: int) -> HttpResponse:
    try:
        again = actions.resend(delivery_id=delivery_id, at=timezone.now())
    except DeliveryNotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("hooks:delivery", delivery_id)
    messages.success(request, _("Sent once more, with the same id. This is the new delivery."))
    return redirect("hooks:delivery", again.pk)


def _label(delivery: Delivery) -> Any:
    found = kinds.kind(delivery.kind)
    return found.label if found else delivery.kind


def _secret_once(request: HttpRequest, endpoint_id: int) -> str:
    kept = request.session.get(SHOWN_ONCE)
    if not kept or kept["endpoint"] != endpoint_id:
        return ""
    del request.session[SHOWN_ONCE]
    return unseal(kept["secret"])
