"""Scorecards: a draft is written, published, and followed by its next version."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quality import actions, policies, queries
from quality.console.forms import ItemFormSet, ScorecardForm, drafts_of
from quality.models import Scorecard
from tenants.errors import DomainError, NotFound
from tenants.people.console.access import member_required


@require_GET
@member_required(*policies.SCORING_ROLES)
def scorecard_list(request: HttpRequest) -> HttpResponse:
    seen = {"scorecards": queries.scorecards(), "can_change": policies.can_change_scorecards(request.user)}
    return render(request, "quality/scorecards.html", seen)


@member_required(*policies.FORM_ROLES)
def new_scorecard(request: HttpRequest) -> HttpResponse:
    form, items = ScorecardForm(request.POST or None), ItemFormSet(request.POST or None, prefix="items")
    if request.method == "POST" and form.is_valid() and items.is_valid():
        made = actions.create_scorecard(
            **form.cleaned_data, items=drafts_of(items), at=timezone.now(), by=request.user
        )
        return redirect("quality:scorecard", made.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "quality/scorecard_form.html", {"form": form, "items": items}, status=status)


@member_required(*policies.SCORING_ROLES)
def scorecard_page(request: HttpRequest, scorecard_id: int) -> HttpResponse:
    """A draft is a form for those who may change it; anything else is for reading."""
    card = _scorecard(scorecard_id)
    can_change = policies.can_change_scorecards(request.user)
    if card.is_draft and can_change:
        return _draft(request, card)
    weights = sum(item.weight for item in card.items.all() if not item.is_fatal)
    seen = {"scorecard": card, "can_change": can_change, "weights": weights}
    return render(request, "quality/scorecard.html", seen)


def _draft(request: HttpRequest, card: Scorecard) -> HttpResponse:
    if request.method == "POST":
        items = ItemFormSet(request.POST, prefix="items")
        if items.is_valid():
            actions.change_items(
                scorecard_id=card.pk, items=drafts_of(items), at=timezone.now(), by=request.user
            )
            messages.success(request, _("Saved."))
            return redirect("quality:scorecard", card.pk)
        return render(request, "quality/scorecard_form.html", {"scorecard": card, "items": items}, status=422)
    fields = ("text", "weight", "max_points", "is_fatal")
    items = ItemFormSet(initial=list(card.items.values(*fields)), prefix="items")
    return render(request, "quality/scorecard_form.html", {"scorecard": card, "items": items})


@require_POST
@member_required(*policies.FORM_ROLES)
def publish(request: HttpRequest, scorecard_id: int) -> HttpResponse:
    card = _scorecard(scorecard_id)
    try:
        actions.publish_scorecard(scorecard_id=card.pk, at=timezone.now(), by=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("quality:scorecard", card.pk)


@require_POST
@member_required(*policies.FORM_ROLES)
def next_version(request: HttpRequest, scorecard_id: int) -> HttpResponse:
    card = _scorecard(scorecard_id)
    draft = actions.draft_next_version(scorecard_id=card.pk, at=timezone.now(), by=request.user)
    return redirect("quality:scorecard", draft.pk)


def _scorecard(scorecard_id: int) -> Scorecard:
    found = queries.scorecard(scorecard_id)
    if found is None:
        raise NotFound()
    return found
