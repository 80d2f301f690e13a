"""Work that calls left and people planned: claimed, noted, moved, done; and how it was done."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from telephony import actions, policies, queries
from telephony.actions.planned_work import move_follow_up, rate_visit
from telephony.console import planned_work
from telephony.errors import FollowUpGone
from telephony.queries.follow_ups import SHOWS, planned_work_done
from tenants.errors import BadInput, DomainError, NotFound
from tenants.people.console.access import member_required
from tenants.people.policies import Role

WHO = (Role.AGENT, *policies.LEADERS)
ROWS_PER_PAGE = 50
RATINGS = ("1", "2", "3", "4", "5")
PERIOD = timedelta(days=30)
"""Of which the page says how planned work was done."""


@never_cache
@require_GET
@member_required(*WHO)
def follow_up_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    show = request.GET.get("show", "")
    show = show if show in SHOWS else "open"
    leads = policies.can_see_floor(request.user)
    found = queries.follow_ups(request.user, show, now)
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    seen = {
        "page": page,
        "openable": queries.openable(request.user, [one.call_id for one in page.object_list]),
        "show": show,
        "counts": queries.follow_up_counts(request.user, now),
        "now": now,
        "work_done": planned_work_done(now - PERIOD, now, now) if leads and show == "done" else [],
    }
    return render(request, "telephony/follow_ups.html", seen)


@require_POST
@member_required(*WHO)
def act_on(request: HttpRequest, follow_up_id: int, act: str) -> HttpResponse:
    """`act` is a word of ACTS; the page it was pressed on comes back."""
    if act not in ACTS:
        raise NotFound
    if queries.follow_up(request.user, follow_up_id) is None:
        raise FollowUpGone
    try:
        told = ACTS[act](request, follow_up_id)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, told)
    if request.headers.get("HX-Request"):
        return planned_work.own_list(request)
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if is_ours else "telephony:follow_ups")


def _claim(request: HttpRequest, follow_up_id: int) -> str:
    actions.claim_follow_up(follow_up_id=follow_up_id, member=request.user)
    return _("It is yours now.")


def _release(request: HttpRequest, follow_up_id: int) -> str:
    actions.release_follow_up(follow_up_id=follow_up_id)
    return _("It is nobody's again.")


def _note(request: HttpRequest, follow_up_id: int) -> str:
    actions.note_follow_up(follow_up_id=follow_up_id, note=request.POST.get("note", ""))
    return _("Saved.")


def _finish(request: HttpRequest, follow_up_id: int) -> str:
    note, score = request.POST.get("note", ""), request.POST.get("satisfaction", "")
    if score in RATINGS:
        rate_visit(follow_up_id=follow_up_id, satisfaction=int(score))
    actions.finish_follow_up(follow_up_id=follow_up_id, member=request.user, note=note, at=timezone.now())
    return _("Done.")


def _move(request: HttpRequest, follow_up_id: int) -> str:
    due_at = planned_work.moment(request.POST.get("due_at", ""))
    if due_at is None:
        raise BadInput(_("Say a day and an hour to come."), field="due_at")
    move_follow_up(follow_up_id=follow_up_id, due_at=due_at, at=timezone.now())
    return _("Moved.")


def _reopen(request: HttpRequest, follow_up_id: int) -> str:
    actions.reopen_follow_up(follow_up_id=follow_up_id)
    return _("It is open again.")


ACTS: dict[str, Callable[[HttpRequest, int], str]] = {
    "claim": _claim,
    "release": _release,
    "note": _note,
    "finish": _finish,
    "reopen": _reopen,
    "move": _move,
}
