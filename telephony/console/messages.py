"""What members say to each other, from their pages: a hand, a line of chat, an announcement. Answers pieces or JSON."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony import actions, policies, queries
from telephony.errors import AgentNotFound
from telephony.message_errors import HelpGone, NobodyToWriteTo
from telephony.queries import help as hands
from telephony.queries import messages
from telephony.serializers.messages import chat_row, help_row
from tenants.people.console.access import member_required

DONE = 204


@require_POST
@member_required(*messages.WHO_WRITE)
def ask(request: HttpRequest) -> HttpResponse:
    """The member's own hand goes up, for the call in hand when there is one."""
    agent = queries.agent_of(request.user)
    if agent is None:
        raise AgentNotFound
    call_id = _call_of(agent.pk, request.POST.get("call_id", ""))
    row = actions.ask_for_help(
        agent_id=agent.pk, at=timezone.now(), call_id=call_id, text=request.POST.get("text", "")
    )
    return JsonResponse(_shown(row), status=201)


def _call_of(agent_id: int, text: str) -> UUID | None:
    """The call they named, if it is the one in their hands."""
    call = queries.current_call(agent_id)
    return call.pk if call is not None and str(call.pk) == text else None


def _shown(row: Any) -> dict[str, Any]:
    return dict(help_row(hands.help_requests().get(pk=row.pk)))


@require_POST
@member_required(*messages.WHO_WRITE)
def take_down(request: HttpRequest) -> HttpResponse:
    """One's own hand."""
    agent = queries.agent_of(request.user)
    row = hands.open_help_of(agent.pk) if agent else None
    if row is not None:
        actions.end_help(help_id=row.pk, at=timezone.now())
    return HttpResponse(status=DONE)


@require_POST
@member_required(*policies.LEADERS)
def answer_help(request: HttpRequest, help_id: int, to: str) -> HttpResponse:
    """`to` is take or end; of groups' leaders for the agents they lead."""
    if hands.help_request(request.user, help_id) is None:
        raise HelpGone
    at = timezone.now()
    if to == "take":
        row = actions.take_help(help_id=help_id, member=request.user, at=at)
    else:
        row = actions.end_help(help_id=help_id, at=at)
    return JsonResponse(_shown(row))


@never_cache
@require_GET
@member_required(*messages.WHO_WRITE)
def conversations(request: HttpRequest) -> HttpResponse:
    seen = {"people": messages.correspondents(request.user)}
    return render(request, "telephony/messages/_people.html", seen)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*messages.WHO_WRITE)
def conversation(request: HttpRequest, member_id: int) -> HttpResponse:
    """GET shows it; POST writes a line and answers with it."""
    other = messages.correspondent(request.user, member_id)
    if other is None:
        raise NobodyToWriteTo
    if request.method == "POST":
        row = actions.write_message(
            sender=request.user,
            recipient_id=member_id,
            text=request.POST.get("text", ""),
            at=timezone.now(),
        )
        return JsonResponse(chat_row(row), status=201)
    lines = messages.messages_with(request.user, member_id)
    return render(request, "telephony/messages/_conversation.html", {"other": other, "lines": lines})


@require_POST
@member_required(*messages.WHO_WRITE)
def have_read_chat(request: HttpRequest, member_id: int) -> HttpResponse:
    actions.read_messages(reader=request.user, sender_id=member_id, at=timezone.now())
    return HttpResponse(status=DONE)


@require_POST
@member_required(*messages.WHO_WRITE)
def have_read(request: HttpRequest, announcement_id: int) -> HttpResponse:
    actions.read_announcement(announcement_id=announcement_id, member=request.user, at=timezone.now())
    return HttpResponse(status=DONE)
