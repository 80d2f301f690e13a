"""A number on a page is a button: pages name the row it stands in, and the server knows the number.

The answer is a sentence, for people of whatever page: what rings now, or why nothing does and what to do.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from telephony import policies, queries
from telephony.actions.dialling import ask_to_dial
from telephony.console.calls import visible_call
from telephony.errors import CallbackGone, FollowUpGone
from telephony.queries.callbacks import callback as callback_of
from telephony.queries.dialling import queue_named
from tenants.people.console.access import member_required
from tenants.people.policies import Role

WHO = (Role.AGENT, *policies.LEADERS)
LONGEST = 64


@require_POST
@member_required(*WHO)
def dial_number(request: HttpRequest) -> JsonResponse:
    """One that was typed."""
    return _ask(request, request.POST.get("number", "")[:LONGEST], "number")


@require_POST
@member_required(*WHO)
def dial_call(request: HttpRequest, call_id: UUID) -> JsonResponse:
    """Whoever the call was with."""
    call = visible_call(request, queries.call(call_id))
    return _ask(request, call.caller_number or call.caller_raw, call, call.queue_id)


@require_POST
@member_required(*WHO)
def dial_callback(request: HttpRequest, callback_id: UUID) -> JsonResponse:
    callback = callback_of(callback_id)
    if callback is None:
        raise CallbackGone
    return _ask(request, callback.number, callback, callback.queue_id)


@require_POST
@member_required(*WHO)
def dial_follow_up(request: HttpRequest, follow_up_id: int) -> JsonResponse:
    work = queries.follow_up(request.user, follow_up_id)
    if work is None:
        raise FollowUpGone
    return _ask(request, work.whole_number, work, work.queue_id)


def _ask(request: HttpRequest, number: str, subject: Any, queue_id: int | None = None) -> JsonResponse:
    # A row that belongs to a queue says for which; else the agent does.
    told = ask_to_dial(
        member=request.user,
        number=number,
        subject=subject,
        queue_id=queue_id or queue_named(request.POST.get("queue", "")),
        at=timezone.now(),
        reason=request.POST.get("reason", ""),
    )
    return JsonResponse({"message": told})
