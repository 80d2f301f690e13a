"""What must be said: which talks had it, what is missing, how it is listened for, and an inspector's own ear."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from quality import policies
from quality.actions import phrases as actions
from quality.console.forms import DayInput, midnight
from quality.queries import phrases as queries
from telephony import queries as telephony
from telephony.policies import LEADERS
from telephony.queries.said_phrases import phrases_to_say, why_not_listened
from tenants.errors import DomainError, NotAllowed, NotFound
from tenants.people.console.access import member_required
from tenants.people.policies import has_role

PAGE_SIZE = 50
OUTCOMES = (
    ("", gettext_lazy("All")),
    (queries.MISSING, gettext_lazy("Something is missing")),
    (queries.WHOLE, gettext_lazy("Everything was said")),
    (queries.OVERRULED, gettext_lazy("Overruled by a person")),
    (queries.FAILED, gettext_lazy("Could not be listened to")),
    (queries.WAITING, gettext_lazy("Waits to be heard")),
)


class PhraseFilterForm(forms.Form):
    """In the address; without any, the last thirty days."""

    first = forms.DateField(label=gettext_lazy("From"), required=False, widget=DayInput)
    last = forms.DateField(label=gettext_lazy("To"), required=False, widget=DayInput)
    agent = forms.TypedChoiceField(label=gettext_lazy("Agent"), required=False, coerce=int, empty_value=None)
    queue = forms.TypedChoiceField(label=gettext_lazy("Queue"), required=False, coerce=int, empty_value=None)
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), required=False, choices=OUTCOMES)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        agents = [(agent.pk, agent.name) for agent in telephony.agents_on_floor()]
        queues = [(queue.pk, queue.name) for queue in telephony.queues()]
        self.fields["agent"].choices = [("", _("All")), *agents]
        self.fields["queue"].choices = [("", _("All")), *queues]

    def wanted(self) -> queries.Wanted:
        self.is_valid()
        given = self.cleaned_data
        last = given.get("last") or timezone.localdate()
        first = given.get("first") or last - timedelta(days=29)
        return queries.Wanted(
            start=midnight(first),
            end=midnight(last + timedelta(days=1)),
            agent_id=given.get("agent"),
            queue_id=given.get("queue"),
            outcome=given.get("outcome") or "",
        )


class ListeningForm(forms.Form):
    is_on = forms.BooleanField(label=gettext_lazy("Listen for what must be said"), required=False)
    percent = forms.IntegerField(
        label=gettext_lazy("Of how many talks (%)"),
        min_value=1,
        max_value=100,
        help_text=gettext_lazy(
            "Drawn from the call's id. A minute of talk costs some seconds of one processor."
        ),
    )
    queues = forms.TypedMultipleChoiceField(
        label=gettext_lazy("In these queues"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: in all."),
    )
    keeps_transcript = forms.BooleanField(
        label=gettext_lazy("Keep what was understood as text"),
        required=False,
        help_text=gettext_lazy("Only speech services write it. Switched off, texts kept before are deleted."),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["queues"].choices = [(queue.pk, queue.name) for queue in telephony.queues()]


@never_cache
@require_GET
@member_required(*policies.SCORING_ROLES)
def phrase_list(request: HttpRequest) -> HttpResponse:
    form = PhraseFilterForm(request.GET)
    found = queries.found_checks(request.user, form.wanted())
    page = Paginator(found.prefetch_related("verdicts"), PAGE_SIZE).get_page(request.GET.get("page"))
    seen = {
        "form": form,
        "page": page,
        "rows": [(check, why_not_listened(check.why_not)) for check in page.object_list],
        "tally": queries.tally(found),
        "listening": queries.phrase_listening(),
        "sentences": [*phrases_to_say("en")[1], *phrases_to_say("zh")[1]],
        "may_change": policies.can_change_scorecards(request.user),
        # They stand in the recording policy, which inspectors and leads of teams do not open.
        "may_read_sentences": has_role(request.user, *LEADERS),
    }
    return render(request, "quality/phrases.html", seen)


@never_cache
@member_required(*policies.FORM_ROLES)
def phrase_listening(request: HttpRequest) -> HttpResponse:
    now = queries.phrase_listening()
    form = ListeningForm(request.POST or None, initial={
        "is_on": now.is_on,
        "percent": now.percent,
        "queues": list(now.queues.values_list("pk", flat=True)) if now.pk else [],
        "keeps_transcript": now.keeps_transcript,
    })  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        actions.change_listening(queue_ids=given.pop("queues"), at=timezone.now(), by=request.user, **given)
        messages.success(request, _("Saved."))
        return redirect("quality:phrases")
    return render(
        request, "quality/phrase_listening.html", {"form": form}, status=422 if form.errors else 200
    )


@never_cache
@require_GET
@member_required(*policies.SCORING_ROLES)
def phrases_of_call(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """A piece of the call's page, which fetches it."""
    checks = queries.checks_of_call(call_id, request.user)
    seen = {
        "checks": [(check, why_not_listened(check.why_not)) for check in checks],
        "may_overrule": [one.pk for one in checks if policies.can_score_call_of(request.user, one.agent)],
    }
    return render(request, "quality/_phrases_of_call.html", seen)


@require_POST
@member_required(*policies.SCORING_ROLES)
def overrule_phrase(request: HttpRequest, verdict_id: int) -> HttpResponse:
    check = queries.check_of_verdict(verdict_id, request.user)
    if check is None:
        raise NotFound()
    if not policies.can_score_call_of(request.user, check.agent):
        raise NotAllowed(_("Nobody scores their own call."))
    try:
        reason = request.POST.get("reason", "")
        actions.overrule(verdict_id=verdict_id, reason=reason, at=timezone.now(), by=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Saved."))
    return redirect("telephony:call", check.call_id)
