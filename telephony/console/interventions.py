"""A leader steps in: the dialog that tells the effect in numbers first, and the act itself."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from telephony import actions, policies, queries
from telephony.actions.interventions import PULL_MARGIN, seconds_to_front
from telephony.errors import CallWaitsNoLonger
from telephony.models import Agent, Queue
from telephony.queries.routables import Load, routable
from telephony.queries.waiting import Waiter, WaitingLine, waiting_line
from tenants.masking import mask_number
from tenants.people.console.access import member_required
from tenants.templatetags.shell import duration
from tenants.typed import whole


@dataclass(frozen=True)
class Choice:
    """Somebody or somewhere the call may be given to. `note` tells what speaks for it in figures."""

    id: int
    name: str
    note: str


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*policies.LEADERS)
def intervention(request: HttpRequest, call_id: UUID, act: str) -> HttpResponse:
    """GET: what it would do; POST: do it, and say what was done. Refusals come as JSON or as a page."""
    if act not in _ACTS:
        raise Http404
    effect_of, carry_out = _ACTS[act]
    stay = actions.waiting_stay(call_id)
    caller = mask_number(stay.call.caller_number or stay.call.caller_raw) or _("Unknown caller")
    if request.method == "POST":
        carry_out(request, call_id)
        return JsonResponse({"message": _("Done: %(caller)s.") % {"caller": caller}})
    line = waiting_line(timezone.now())
    waiter = line.of_call(call_id)
    if waiter is None:
        raise CallWaitsNoLonger
    waited = duration(line.now - waiter.stay.waiting_since)
    seen = {"act": act, "call_id": call_id, "caller": caller, "waited": waited, "waiter": waiter}
    return render(request, "telephony/_intervention.html", seen | effect_of(request, line, waiter))


# ---- what it would do


def _effect_of_pull(request: HttpRequest, line: WaitingLine, waiter: Waiter) -> dict[str, Any]:
    free = [agent for agent in line.agents.values() if _is_free(line, agent)]
    own = queries.agent_of(request.user)
    free.sort(key=lambda agent: (own is None or agent.pk != own.pk, agent.extension))
    return {
        "agents": [Choice(agent.pk, agent.name, _note_of(line, waiter, agent)) for agent in free],
        "passes": _passed(waiter.ahead),
        "seconds": int(waiter.stay.queue.offer_seconds + PULL_MARGIN),
    }


def _is_free(line: WaitingLine, agent: Agent) -> bool:
    return routable(agent, line.loads.get(agent.pk, Load()), line.now).idle_since is not None


def _note_of(line: WaitingLine, waiter: Waiter, agent: Agent) -> str:
    idle = _("idle for %(time)s") % {"time": duration(line.now - agent.idle_since)}
    if agent.pk in waiter.prospect.suited:
        return idle
    return _("%(idle)s, would not be asked by the rules") % {"idle": idle}


def _passed(ahead: int) -> str:
    if not ahead:
        return _("No caller is passed over.")
    told = ngettext(
        "%(n)s caller who comes first is passed over.", "%(n)s callers who come first are passed over.", ahead
    )
    return told % {"n": ahead}


def _effect_of_priority(request: HttpRequest, line: WaitingLine, waiter: Waiter) -> dict[str, Any]:
    to_front = seconds_to_front(waiter.stay)
    first = line.waiters[0] is waiter
    return {
        "is_first": first,
        "seconds": waiter.stay.priority,
        "to_front": duration(max(0, to_front - waiter.stay.priority)),
        "passes": _passed(line.waiters.index(waiter)),
    }


def _effect_of_redirect(request: HttpRequest, line: WaitingLine, waiter: Waiter) -> dict[str, Any]:
    others = list(queries.queues().filter(state=Queue.State.OPEN).exclude(pk=waiter.stay.queue_id))
    states = queries.queue_states(others) if others else []
    return {"queues": [Choice(state.queue_id, state.name, _note_of_queue(state)) for state in states]}


def _note_of_queue(state: queries.QueueState) -> str:
    waiting = ngettext("%(n)s caller waits", "%(n)s callers wait", state.waiting) % {"n": state.waiting}
    free = ngettext("%(n)s agent free", "%(n)s agents free", state.agents_free) % {"n": state.agents_free}
    return _("%(waiting)s, %(free)s") % {"waiting": waiting, "free": free}


# ---- doing it


def _pull(request: HttpRequest, call_id: UUID) -> None:
    to_agent_id = _number(request.POST, "agent")
    actions.pull_call(call_id=call_id, to_agent_id=to_agent_id, at=timezone.now(), by=_who(request))


def _reprioritise(request: HttpRequest, call_id: UUID) -> None:
    if request.POST.get("to") == "front":
        actions.move_call_to_front(call_id=call_id, at=timezone.now(), by=_who(request))
        return
    seconds = _number(request.POST, "seconds", otherwise=10**6)
    actions.reprioritise_call(call_id=call_id, seconds=seconds, at=timezone.now(), by=_who(request))


def _redirect(request: HttpRequest, call_id: UUID) -> None:
    queue_id = _number(request.POST, "queue")
    actions.redirect_call(call_id=call_id, queue_id=queue_id, at=timezone.now(), by=_who(request))


def _number(given: QueryDict, name: str, otherwise: int = 0) -> int:
    """What cannot be read becomes a number the action refuses by name."""
    text = given.get(name, "").strip()
    found = whole(text.removeprefix("-"), 9)
    return otherwise if found is None else -found if text.startswith("-") else found


def _who(request: HttpRequest) -> str:
    return request.user.name or request.user.username


_ACTS = {
    "pull": (_effect_of_pull, _pull),
    "priority": (_effect_of_priority, _reprioritise),
    "redirect": (_effect_of_redirect, _redirect),
}
