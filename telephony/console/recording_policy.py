"""Who is recorded: the rules of now, each version before, and what they would say of a call."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.forms import formset_factory
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony import policies
from telephony.actions.recording_policies import change_policy, use_finance_template
from telephony.console.recording_words import MODES, preview_words, who_decided
from telephony.models import Agent, Entry, Queue, RecordingPolicy
from telephony.queries import recording_policies as known
from telephony.recording.rules import (
    MOST_PHRASES,
    Mode,
    Policy,
    Rule,
    Scope,
    decide,
    is_announced,
    read_policy,
)
from tenants.errors import DomainError
from tenants.people.console.access import member_required

GROUPS = {
    Scope.QUEUE: gettext_lazy("Queues"),
    Scope.NUMBER: gettext_lazy("Numbers"),
    Scope.AGENT: gettext_lazy("Agents"),
}


class RuleForm(forms.Form):
    """One rule; without "whom" it is none."""

    whom = forms.ChoiceField(label=gettext_lazy("Whom"), required=False)
    mode = forms.ChoiceField(label=gettext_lazy("How"), choices=[(str(k), v) for k, v in MODES.items()])
    percent = forms.IntegerField(
        label=gettext_lazy("Percent"), required=False, min_value=0, max_value=100, initial=100
    )

    def __init__(self, *args: Any, whom: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["whom"].choices = whom

    def rule(self) -> Rule | None:
        given = self.cleaned_data
        if not given.get("whom"):
            return None
        scope, _sep, subject = given["whom"].partition(":")
        mode = Mode(given["mode"])
        percent = (given.get("percent") or 0) if mode == Mode.PERCENTAGE else 0
        return Rule(scope=Scope(scope), mode=mode, subject=subject, percent=percent)


class KeptWithForm(forms.Form):
    retention = forms.CharField(
        label=gettext_lazy("Retention class"),
        required=False,
        max_length=40,
        help_text=gettext_lazy(
            "A name to keep with the policy; how long sounds are kept is set under Storage."
        ),
    )
    phrases = forms.CharField(
        label=gettext_lazy("What must be said"),
        required=False,
        max_length=MOST_PHRASES * 200,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "One sentence a line. Under Quality you say in which talks they are listened for."
        ),
    )
    note = forms.CharField(label=gettext_lazy("Why it is changed"), required=False, max_length=200)


class PreviewForm(forms.Form):
    number = forms.ModelChoiceField(Entry.objects.none(), label=gettext_lazy("Number"), required=False)
    queue = forms.ModelChoiceField(Queue.objects.none(), label=gettext_lazy("Queue"), required=False)
    agent = forms.ModelChoiceField(Agent.objects.none(), label=gettext_lazy("Agent"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in (("number", Entry), ("queue", Queue), ("agent", Agent)):
            self.fields[name].queryset = model.objects.all()
            self.fields[name].empty_label = "–"
        self.fields["number"].label_from_instance = lambda entry: entry.number_e164


RuleForms = formset_factory(RuleForm, extra=2, max_num=500, validate_max=True)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*policies.LEADERS, writers=policies.CONFIGURERS)
def recording_policy(request: HttpRequest) -> HttpResponse:
    may_change = policies.can_configure(request.user)
    now = known.newest_policy()
    # What was sent is read as it is: compared with what is in force, a rule that stays would look empty.
    shown = [] if request.method == "POST" else [_initial(rule) for rule in now.rules.values()]
    rules = RuleForms(request.POST or None, initial=shown, prefix="rule", form_kwargs={"whom": _whom()})
    more = KeptWithForm(
        request.POST or None,
        initial={"retention": now.retention, "phrases": "\n".join(now.phrases)},
        label_suffix="",
    )
    if request.method == "POST" and rules.is_valid() and more.is_valid() and _changed(request, rules, more):
        return redirect("telephony:recording_policy")
    preview = PreviewForm(request.GET or None, label_suffix="")
    seen = {
        "rules": rules,
        "more": more,
        "now": now,
        "versions": known.policy_versions(),
        "may_change": may_change,
        "preview": preview,
        "said": _said(preview, now),
    }
    return render(request, "telephony/recordings/policy.html", seen)


def _changed(request: HttpRequest, rules: Any, more: KeptWithForm) -> bool:
    given = more.cleaned_data
    try:
        made = change_policy(
            rules=[rule for form in rules if (rule := form.rule())],
            retention=given["retention"],
            phrases=given["phrases"].splitlines(),
            note=given["note"],
            by=request.user,
            at=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, error.message)
        return False
    messages.success(request, _("Version %(version)s is in force.") % {"version": made.version})
    return True


@require_POST
@member_required(*policies.CONFIGURERS)
def finance_template(request: HttpRequest) -> HttpResponse:
    made = use_finance_template(by=request.user, at=timezone.now(), language=get_language() or "")
    messages.success(request, _("Version %(version)s is in force.") % {"version": made.version})
    return redirect("telephony:recording_policy")


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def policy_version(request: HttpRequest, version: int) -> HttpResponse:
    found = known.policy_version(version) if version < 2**31 else None
    if found is None:
        raise Http404
    return render(request, "telephony/recordings/policy_version.html", {"version": found, **_told(found)})


def _told(found: RecordingPolicy) -> dict[str, Any]:
    policy = read_policy(found.document, found.version)
    rules = [
        {"by": who_decided(rule.scope, rule.subject), "mode": MODES[rule.mode], "percent": rule.percent}
        for rule in policy.rules.values()
    ]
    return {"rules": rules, "policy": policy}


def _initial(rule: Rule) -> Mapping[str, Any]:
    return {"whom": f"{rule.scope}:{rule.subject}", "mode": str(rule.mode), "percent": rule.percent or 100}


def _whom() -> list[Any]:
    named = known.recordable_subjects()
    groups = [
        (str(GROUPS[scope]), [(f"{scope}:{subject}", name) for subject, name in named[scope]])
        for scope in GROUPS
    ]
    return [("", "–"), (f"{Scope.TENANT}:", _("Everybody")), *groups]


def _said(preview: PreviewForm, policy: Policy) -> dict[str, Any] | None:
    """What would become of a call to this number, in this queue, with this agent; and whether it is announced."""
    if not preview.is_bound or not preview.is_valid():
        return None
    given = preview.cleaned_data
    entry, agent = given["number"], given["agent"]
    queue = given["queue"] or (entry.queue if entry else None)
    about: dict[str, Any] = {
        "number": entry.number_e164 if entry else "",
        "queue_id": queue.pk if queue else None,
        "is_queue_recorded": queue.is_recorded if queue else True,
    }
    decision = decide(policy, call_id=uuid4(), agent_id=agent.pk if agent else None, **about)
    return {"words": preview_words(decision), "is_told": is_announced(policy, **about)}
