"""Agents put into queues, taken out, given other skills; the list of such moves, and ending one early."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from telephony import policies
from telephony.actions.placements import (
    end_change,
    move_to_queue,
    put_into_queue,
    set_skill_level,
    take_out_of_queue,
)
from telephony.floor_errors import EndsTooSoon, NobodyChosen
from telephony.models import FloorChange
from telephony.queries.placements import moves, moves_that_end
from telephony.queries.supervision import agents_led_by, check_led
from tenants.errors import BadInput, DomainError, NotFound
from tenants.people.console.access import member_required

ROWS_PER_PAGE = 50
MOST_AGENTS = 500
LONGEST = timedelta(days=366)


@require_POST
@member_required(*policies.LEADERS)
def places(request: HttpRequest) -> HttpResponse:
    """`agents`, `act` (put, take, move, skill), `queue`, `from`, `skill`, `level`, `minutes` (empty: for good). Answers
    `{"message", "changed"}`, or an error with its message.
    """
    now = timezone.now()
    try:
        agent_ids = read_agents(request)
        until = _until(request.POST.get("minutes", ""), now)
        changed = _act(request)(agent_ids=agent_ids, at=now, until=until, by=request.user.name)
    except DomainError as error:
        return JsonResponse({"message": error.message, "code": error.code}, status=error.status)
    return JsonResponse({"message": _told(changed), "changed": changed})


def _told(changed: int) -> str:
    if not changed:
        return _("Nobody had to be moved.")
    return ngettext("%(n)s agent was moved.", "%(n)s agents were moved.", changed) % {"n": changed}


def read_agents(request: HttpRequest) -> list[int]:
    """Raises NobodyChosen, NotYourTeam."""
    chosen = [read_id(one) for one in request.POST.get("agents", "").split(",") if one][:MOST_AGENTS]
    if not chosen:
        raise NobodyChosen(field="agents")
    check_led(request.user, chosen)
    return chosen


def _act(request: HttpRequest) -> Callable[..., int]:
    given = request.POST
    act = given.get("act", "")
    if act == "skill":
        return partial(
            set_skill_level, skill_id=read_id(given.get("skill", "")), level=read_id(given.get("level", ""))
        )
    queue_id = read_id(given.get("queue", ""))
    if act == "put":
        return partial(put_into_queue, queue_id=queue_id)
    if act == "take":
        return partial(take_out_of_queue, queue_id=queue_id)
    if act == "move":
        return partial(move_to_queue, from_id=read_id(given.get("from", "")), to_id=queue_id)
    raise BadInput(field="act")


def read_id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadInput
    return int(text)


def _until(minutes: str, now: datetime) -> datetime | None:
    """So many minutes from now, `day` for the end of the tenant's day, nothing for good."""
    if not minutes:
        return None
    if minutes == "day":
        tomorrow = timezone.localtime(now) + timedelta(days=1)
        return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0)
    span = timedelta(minutes=read_id(minutes))
    if not timedelta() < span <= LONGEST:
        raise EndsTooSoon(field="minutes")
    return now + span


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def move_list(request: HttpRequest) -> HttpResponse:
    led = agents_led_by(request.user)
    shown = request.GET.get("show", "") == "all"
    found = moves() if shown else moves_that_end()
    if led is not None:
        found = found.filter(agent__in=led)
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "telephony/floor_moves.html", {"page": page, "show": "all" if shown else ""})


@require_POST
@member_required(*policies.LEADERS)
def end_move(request: HttpRequest, floorchange_id: int) -> HttpResponse:
    move = FloorChange.objects.filter(pk=floorchange_id).first()
    if move is None:
        raise NotFound
    check_led(request.user, [move.agent_id])
    end_change(change_id=move.pk, at=timezone.now())
    messages.success(request, _("It is as it was before."))
    return redirect("telephony:floor_moves")
