"""Calls to score, the scoring page with the recording, and the evaluations each may see."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quality import actions, policies, queries
from quality.console.forms import CallChoiceForm, ScoreForm
from quality.models import Scorecard
from telephony import queries as telephony
from tenants.errors import DomainError, NotAllowed, NotFound
from tenants.people.console.access import member_required

PAGE_SIZE = 50
CALLS_SHOWN = 30


@require_GET
@member_required(*policies.ANY_ROLE)
def evaluation_list(request: HttpRequest) -> HttpResponse:
    found = queries.visible_evaluations(request.user)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    seen = {
        "page": page,
        "mean": queries.mean_percent(found),
        "sees_every": policies.can_see_every_evaluation(request.user),
        "can_score": policies.can_score_calls(request.user),
    }
    return render(request, "quality/evaluations.html", seen)


@require_GET
@member_required(*policies.SCORING_ROLES)
def calls_to_score(request: HttpRequest) -> HttpResponse:
    form = CallChoiceForm(request.GET)
    choice = form.choice()
    found = queries.calls_to_score(choice, request.user)
    seen = {
        "form": form,
        "choice": choice,
        "calls": found[:CALLS_SHOWN],
        "has_scorecard": queries.published_scorecards().exists(),
    }
    return render(request, "quality/calls.html", seen)


@member_required(*policies.SCORING_ROLES)
def score_call(request: HttpRequest, call_id: UUID) -> HttpResponse:
    call = telephony.visible_calls(request.user).filter(pk=call_id).first()
    if call is None:
        raise NotFound()
    if call.agent is None:
        raise actions.CallHasNoAgent()
    if not policies.can_score_call_of(request.user, call.agent):
        raise NotAllowed(_("Nobody scores their own call."))
    card = _chosen_scorecard(request)
    form = ScoreForm(request.POST or None, scorecard=card) if card else None
    if request.method == "POST" and form and form.is_valid():
        made = _publish(request, call, card, form)
        if made:
            messages.success(request, _("Published. The agent can read it now."))
            return redirect("quality:evaluation", made.pk)
    seen = {
        "call": call,
        "form": form,
        "scorecard": card,
        "scorecards": queries.published_scorecards(),
        "recordings": telephony.recordings_of_call(call.pk),
        "before": queries.evaluations_of_call(call.pk, request.user),
    }
    status = 422 if form and form.is_bound and form.errors else 200
    return render(request, "quality/score_call.html", seen, status=status)


def _chosen_scorecard(request: HttpRequest) -> Scorecard | None:
    """The one asked for, else the first published one; None when there is none."""
    wanted = request.POST.get("scorecard") or request.GET.get("scorecard") or ""
    cards = queries.published_scorecards()
    if wanted.isdecimal() and len(wanted) < 18:
        return cards.filter(pk=int(wanted)).first()
    return cards.first()


def _publish(request: HttpRequest, call, card: Scorecard, form: ScoreForm):
    try:
        return actions.publish_evaluation(
            call=call,
            scorecard_id=card.pk,
            points=form.given(),
            comment=form.cleaned_data["comment"],
            at=timezone.now(),
            by=request.user,
        )
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return None


@require_GET
@member_required(*policies.ANY_ROLE)
def evaluation_page(request: HttpRequest, evaluation_id: int) -> HttpResponse:
    evaluation = queries.visible_evaluations(request.user).filter(pk=evaluation_id).first()
    if evaluation is None:
        raise NotFound()
    if evaluation.agent.member_id == request.user.pk:
        actions.mark_read(evaluation_id=evaluation.pk, at=timezone.now())
    scores = list(evaluation.scores.select_related("item"))
    weighted = [score for score in scores if not score.item.is_fatal]
    seen = {
        "evaluation": evaluation,
        "scores": [(score, score.as_item_score) for score in scores],
        "earned": sum(score.as_item_score.earned for score in weighted),
        "weights": sum(score.item.weight for score in weighted),
        "call": telephony.call(evaluation.call_id),
        "recordings": telephony.recordings_of_call(evaluation.call_id),
    }
    return render(request, "quality/evaluation.html", seen)
