"""Support as operators see it: asking with a case and a reason, entering while it is on, leaving."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.errors import BadInput, DomainError
from tenants.people.console.access import member_required
from tenants.people.models import Role
from tenants.support import actions, queries
from tenants.support.errors import AccessNotFound
from tenants.support.models import LEAST_MINUTES, MOST_MINUTES, SUPPORT_ROLES, SupportAccess
from tenants.typed import whole


class AskForm(forms.Form):
    tenant = forms.ModelChoiceField(queryset=None, label=gettext_lazy("Tenant"))
    case_number = forms.CharField(max_length=40, label=gettext_lazy("Case"))
    reason = forms.CharField(
        max_length=300,
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The tenant reads it. Say what you want to look at, and why."),
    )
    minutes = forms.IntegerField(
        min_value=LEAST_MINUTES, max_value=MOST_MINUTES, initial=30, label=gettext_lazy("Minutes")
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Enter as"),
        choices=[(role.value, role.label) for role in SUPPORT_ROLES],
        help_text=gettext_lazy("The least that is enough. Operations see no customer."),
    )
    may_change = forms.BooleanField(required=False, label=gettext_lazy("Also change things, not only look"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["tenant"].queryset = queries.active_tenants()


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(Role.OPERATOR)
def accesses(request: HttpRequest) -> HttpResponse:
    form = AskForm(request.POST or None, initial=_asked_for(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.ask_for_access(operator=request.user, at=timezone.now(), **form.cleaned_data)
        except DomainError as refusal:
            field = refusal.field if isinstance(refusal, BadInput) else None
            form.add_error(field if field in form.fields else None, refusal.message)
        else:
            is_in = made.state == SupportAccess.State.RUNNING
            messages.success(request, _("You are let in.") if is_in else _("Asked. The owner sees it now."))
            return redirect("support_operators:accesses")
    return _page(request, form)


def _asked_for(request: HttpRequest) -> dict[str, Any]:
    """Where a case led here: its tenant and number are filled in."""
    tenant, case = whole(request.GET.get("tenant", "")), request.GET.get("case", "")[:40]
    return {"minutes": 30, "case_number": case} | ({} if tenant is None else {"tenant": tenant})


def _page(request: HttpRequest, form: AskForm, **more: Any) -> HttpResponse:
    now = timezone.now()
    rows = [(one, one.is_on(now), one.operator_id == request.user.pk) for one in queries.every_access()]
    page = {"form": form, "rows": rows, **more}
    return render(request, "tenants/support/operators.html", page, status=422 if form.errors else 200)


@require_POST
@member_required(Role.OPERATOR)
def act(request: HttpRequest, access_id: int | str, act: str) -> HttpResponse:
    try:
        if act == "enter":
            return _entered(request, int(access_id))
        actions.end_access(access_id=int(access_id), by=str(request.user), at=timezone.now())
    except AccessNotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("support_operators:accesses")


def _entered(request: HttpRequest, access_id: int) -> HttpResponse:
    ticket = actions.issue_ticket(access_id=access_id, operator=request.user, at=timezone.now())
    tenant = queries.tenant_of(access_id)
    port = request.get_port()
    shown_port = "" if port in ("80", "443") else f":{port}"
    # A link, not a redirect: our pages send no form's answer to another host.
    way = f"{request.scheme}://{tenant.host}{shown_port}/support/enter/{ticket}/"
    return _page(request, AskForm(), way=way, tenant=tenant.name)
