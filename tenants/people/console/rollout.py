"""The plan by which the product is brought in: read by the project's people, kept by its manager."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.errors import DomainError
from tenants.people.actions import rollout as steps
from tenants.people.console.access import member_required
from tenants.people.console.team_forms import StepForm
from tenants.people.models import RolloutStep
from tenants.people.policies import ROLLOUT_OWNERS, ROLLOUT_READERS, can_run_rollout
from tenants.people.queries.teams import rollout as known_steps


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*ROLLOUT_READERS, writers=ROLLOUT_OWNERS)
def plan(request: HttpRequest) -> HttpResponse:
    form = StepForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        steps.add_step(**form.cleaned_data)
        return redirect("people:rollout")
    found = list(known_steps())
    seen = {
        "steps": found,
        "form": form,
        "may_run": can_run_rollout(request.user),
        "accepted": sum(step.accepted_at is not None for step in found),
        "late": sum(step.is_late for step in found),
    }
    return render(request, "tenants/people/rollout.html", seen, status=422 if form.errors else 200)


@require_POST
@member_required(*ROLLOUT_READERS)
def done(request: HttpRequest, step_id: int) -> HttpResponse:
    """Whoever answers for a step says that it is done; so may the project manager."""
    return _did(request, lambda: steps.note_done(step_id=_id(step_id), by=request.user, at=timezone.now()))


@require_POST
@member_required(*ROLLOUT_OWNERS)
def decide(request: HttpRequest, step_id: int, act: str) -> HttpResponse:
    acts = {
        "accept": lambda: steps.accept_step(step_id=_id(step_id), by=request.user, at=timezone.now()),
        "reopen": lambda: steps.reopen_step(step_id=_id(step_id)),
        "drop": lambda: steps.drop_step(step_id=_id(step_id)),
    }
    if act not in acts:
        raise Http404
    return _did(request, acts[act])


def _did(request: HttpRequest, act) -> HttpResponse:  # noqa: ANN001
    try:
        act()
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Saved."))
    return redirect("people:rollout")


def _id(step_id: int) -> int:
    if not RolloutStep.objects.filter(pk=step_id).exists():
        raise Http404
    return step_id
