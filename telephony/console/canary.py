"""The canary's last word on each number: green, or red with the step that broke."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from telephony import policies
from telephony.models import FlowCheck
from telephony.queries.canary import CYCLE, STALE, checks_of, latest_checks
from telephony.queries.number_health import LOOKED_BACK, NumberHealth, number_health
from tenants.people.console.access import member_required

STEPS = {
    "dial": gettext_noop("Dialling the number"),
    "flow": gettext_noop("The way into the call flow"),
    "queue": gettext_noop("Somebody who answers"),
    "outside line": gettext_noop("The line to the outside"),
    "recording": gettext_noop("Recording"),
}
PROBLEMS = {
    "no_answer": gettext_noop("The telephone switch did not answer."),
    "no_way": gettext_noop("The switch was not told where the call goes: our web does not answer it."),
    "old_configuration": gettext_noop("The telephone switch runs with an older configuration: restart it."),
    "unknown-number": gettext_noop("The telephone switch does not know this number."),
    "suspended": gettext_noop("Callers hear that the service is suspended."),
    "no_flow": gettext_noop("The call did not come to its call flow."),
    "unreadable": gettext_noop("The published call flow cannot be read."),
    "no_sound": gettext_noop("The prompt has no sound: callers hear nothing there."),
    "gone": gettext_noop("The queue at the end does not exist any more."),
    "nobody": gettext_noop("The queue is open and nobody is signed in."),
    "no_phone": gettext_noop("Agents are signed in, but none of them has a registered phone."),
    "no_line": gettext_noop("The switch takes no calls from outside at the moment."),
    "no_carrier": gettext_noop("The carrier does not answer: nobody can be called outside."),
    "missing": gettext_noop("A recording was begun, but no file was written."),
    "silent": gettext_noop("Recordings are silent, on one side at least."),
}


@dataclass(frozen=True)
class Told:
    check: FlowCheck
    is_stale: bool
    step: str
    problem: str
    health: NumberHealth
    steps: list[tuple[str, bool, str]]


@never_cache
@require_GET
@member_required(*policies.HEALTH_READERS)
def canary_page(request: HttpRequest) -> HttpResponse:
    number = request.GET.get("number", "")
    checks = checks_of(number) if number else latest_checks()
    health = number_health(timezone.now())
    told = [_told(check, health, is_history=bool(number)) for check in checks]
    seen = {
        "told": told,
        "number": number,
        "red": sum(one.check.outcome == FlowCheck.Outcome.FAILED for one in told),
        "minutes": int(CYCLE.total_seconds() // 60),
        "days": LOOKED_BACK.days,
        "since": timezone.localdate() - LOOKED_BACK,
        "health": health.get(number),
    }
    return render(request, "telephony/canary.html", seen)


def _told(check: FlowCheck, health: dict[str, NumberHealth], *, is_history: bool) -> Told:
    is_stale = not is_history and check.started_at < timezone.now() - STALE
    steps = [
        (_step_words(step.get("step", "")), bool(step.get("is_ok")), _problem_words(step.get("problem", "")))
        for step in check.steps
    ]
    broken = _step_words(check.step), _problem_words(check.problem)
    return Told(check, is_stale, *broken, health.get(check.number, NumberHealth()), steps)


def _step_words(step: str) -> str:
    if step.startswith("prompt: "):
        return _("Prompt of “%(node)s”") % {"node": step.removeprefix("prompt: ")}
    return _(STEPS[step]) if step in STEPS else step


def _problem_words(problem: str) -> str:
    return _(PROBLEMS[problem]) if problem in PROBLEMS else problem
