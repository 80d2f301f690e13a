"""The supervisors' board, and the page that says what each figure means."""

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from telephony import policies, queries
from telephony.console.vault_words import STOPPED
from telephony.queries.recording_room import recording_stopped_by
from tenants.people.console.access import member_required


class FigureWords(NamedTuple):
    """One of the floor's nine: its field, name, unit, formula, meaning, and where its calls are."""

    id: str
    name: Promise
    unit: str
    formula: Promise
    meaning: Promise
    calls: str


FIGURES = (
    FigureWords("offered", _("Offered"), "", _("O = all stays in a queue that began today"),
                _("Every time a caller entered a queue. A call that is transferred to a second queue counts in both."),
                ""),
    FigureWords("answered", _("Answered"), "", _("A = stays that ended with an agent"),
                _("The caller and an agent were connected."), "exit=answered"),
    FigureWords("abandoned", _("Abandoned"), "", _("B = stays in which the caller hung up before an agent answered"),
                _("Callers who hung up while waiting, short ones included. O = A + B + flowed out + still waiting."),
                "exit=abandoned"),
    FigureWords("waiting", _("Waiting"), "", _("W = stays that have not ended"),
                _("Callers who are waiting at this moment."), "state=waiting"),
    FigureWords("connect_rate", _("Connect rate"), "%", _("CONN = A / O"),
                _("Callers who reached an agent. Below 85 % of at least 20 callers the floor raises an alert."),
                "exit=answered"),
    FigureWords("service_level", _("Service level"), "%",
                _("SL (F3) = A within X seconds / (A + B), short abandons left out"),
                _("X is set for each queue. F3 counts an abandoned caller as a broken promise."), "exit=answered"),
    FigureWords("average_speed_of_answer", _("Average speed of answer"), "m:ss",
                _("ASA = waiting time of answered calls / A"),
                _("The wait begins when the caller enters the queue and ends when an agent answers."), "exit=answered"),
    FigureWords("average_handle_time", _("Average handle time"), "m:ss",
                _("AHT = (talk + hold + wrap-up) / handled calls"),
                _("What one call costs an agent, wrap-up included."), "exit=answered"),
    FigureWords("occupancy", _("Occupancy"), "%",
                _("OCC = time on contacts / (time on contacts + idle and ready)"),
                _("Wrap-up counts as time on contacts. Not-ready time counts nowhere."), "exit=answered"),
)  # fmt: skip


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def floor(request: HttpRequest) -> HttpResponse:
    own = queries.agent_of(request.user)
    seen = {
        "reasons": queries.not_ready_reasons(),
        "me": own.pk if own else 0,
        "not_recorded": STOPPED.get(recording_stopped_by(), ""),
    }
    return render(request, "telephony/floor.html", _seen() | seen)


@require_GET
@member_required()
def definitions(request: HttpRequest) -> HttpResponse:
    return render(request, "telephony/figures.html", _seen())


def _seen() -> dict[str, Any]:
    return {"figures": FIGURES, "today": timezone.localdate(), "zone": timezone.get_current_timezone_name()}
