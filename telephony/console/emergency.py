"""Emergencies: the plans and their drills on one page, and each change after its effect was told in numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony import actions, policies, queries
from telephony.console import emergency_words as words
from telephony.emergencies import start_drill, switch_plan
from telephony.models import EmergencyPlan, EmergencySwitch, Entry, Queue
from telephony.queries import EmergencyEffect
from tenants.errors import BadInput, DomainError
from tenants.people.console.access import member_required

LATEST = 30


@dataclass(frozen=True)
class PlanCard:
    """A plan as the page shows it."""

    plan: EmergencyPlan
    title: str
    way: str
    effect: EmergencyEffect
    drill: EmergencySwitch | None
    is_drilled: bool


class PlanForm(forms.Form):
    entry = forms.ModelChoiceField(
        Entry.objects.none(),
        required=False,
        label=gettext_lazy("Number"),
        empty_label=gettext_lazy("Every number of the company"),
        help_text=gettext_lazy("A plan for one number comes before the plan for every number."),
    )
    action = forms.ChoiceField(label=gettext_lazy("What callers get"), choices=EmergencyPlan.Action.choices)
    backup_number = forms.CharField(
        required=False,
        max_length=40,
        label=gettext_lazy("Backup number"),
        help_text=gettext_lazy(
            "Only for a backup line: a telephone of another carrier, with its country code."
        ),
    )
    queue = forms.ModelChoiceField(
        Queue.objects.none(),
        required=False,
        label=gettext_lazy("Queue"),
        help_text=gettext_lazy("Only for another queue."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entry"].queryset = Entry.objects.select_related("queue").order_by("number_e164")
        self.fields["queue"].queryset = Queue.objects.filter(state=Queue.State.OPEN).order_by("name")

    def values(self) -> dict[str, Any]:
        """What actions.save_emergency_plan takes."""
        given = self.cleaned_data
        return {
            "entry_id": given["entry"].pk if given["entry"] else None,
            "action": given["action"],
            "backup_number": given["backup_number"],
            "queue_id": given["queue"].pk if given["queue"] else None,
        }


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def emergency(request: HttpRequest) -> HttpResponse:
    cards = [_card(plan) for plan in queries.emergency_plans()]
    page = {
        "cards": cards,
        "any_on": any(card.plan.is_on for card in cards),
        "any_drill": any(card.is_drilled for card in cards),
        "switches": [(row, words.outcome(row)) for row in queries.emergency_switches()[:LATEST]],
        "has_outside_line": queries.has_outside_line(),
        "may_prepare": policies.can_configure(request.user),
    }
    return render(request, "telephony/emergency.html", page)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*policies.LEADERS)
def switch(request: HttpRequest, plan_id: int, to: str) -> HttpResponse:
    """GET tells the effect in numbers, POST does it."""
    plan = get_object_or_404(queries.emergency_plans(), pk=plan_id)
    is_on = to == "on"
    if request.method == "POST":
        return _done(request, lambda: _switched(request, plan, is_on))
    page = {"card": _card(plan), "act": to, "effect": words.effect_of_switching(plan, is_on)}
    return render(request, "telephony/emergency_confirm.html", page)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*policies.LEADERS)
def drill(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan = get_object_or_404(queries.emergency_plans(), pk=plan_id)
    if request.method == "POST":
        return _done(request, lambda: _drilled(request, plan))
    page = {"card": _card(plan), "act": "drill", "effect": words.effect_of_drilling(plan)}
    return render(request, "telephony/emergency_confirm.html", page)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*policies.LEADERS)
def plan_form(request: HttpRequest, plan_id: int | None = None) -> HttpResponse:
    """Owners and administrators prepare plans; a supervisor switches what is prepared."""
    if not policies.can_configure(request.user):
        return redirect("telephony:emergency")
    plan = get_object_or_404(EmergencyPlan, pk=plan_id) if plan_id else None
    form = PlanForm(request.POST or None, initial=_initial(plan))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_emergency_plan(plan_id=plan_id, **form.values())
            messages.success(request, _("The plan is prepared. It changes nothing until it is switched on."))
            return redirect("telephony:emergency")
        except DomainError as refusal:
            field = getattr(refusal, "field", "") if isinstance(refusal, BadInput) else ""
            form.add_error(field or None, refusal.message)
            status = refusal.status
    page = {"form": form, "plan": plan, "has_outside_line": queries.has_outside_line()}
    return render(request, "telephony/emergency_form.html", page, status=status)


@require_POST
@member_required(*policies.LEADERS)
def delete(request: HttpRequest, plan_id: int) -> HttpResponse:
    if not policies.can_configure(request.user):
        return redirect("telephony:emergency")
    return _done(request, lambda: _deleted(plan_id))


def _card(plan: EmergencyPlan) -> PlanCard:
    return PlanCard(
        plan=plan,
        title=words.title(plan),
        way=words.way(plan),
        effect=queries.effect_of(plan),
        drill=queries.last_drill(plan),
        is_drilled=queries.is_being_drilled(plan),
    )


def _initial(plan: EmergencyPlan | None) -> dict[str, Any]:
    names = ("entry", "action", "backup_number", "queue")
    if plan is None:
        return {"action": EmergencyPlan.Action.MESSAGE}
    return {name: getattr(plan, name) for name in names}


def _done(request: HttpRequest, act: Callable[[], str]) -> HttpResponse:
    """What was done or refused is said on the page of the plans."""
    try:
        messages.success(request, act())
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("telephony:emergency")


def _switched(request: HttpRequest, plan: EmergencyPlan, is_on: bool) -> str:
    switch_plan(plan_id=plan.pk, is_on=is_on, by=request.user, at=timezone.now())
    if is_on:
        return _("Switched on: the next call goes the new way.")
    return _("Switched off: the next call goes its usual way again.")


def _drilled(request: HttpRequest, plan: EmergencyPlan) -> str:
    start_drill(plan_id=plan.pk, by=request.user, at=timezone.now())
    return _("The drill has begun. It ends by itself, and its seconds appear below.")


def _deleted(plan_id: int) -> str:
    actions.delete_emergency_plan(plan_id=plan_id)
    return _("The plan is deleted.")


__all__ = ["delete", "drill", "emergency", "plan_form", "switch"]
