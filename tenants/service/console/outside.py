"""Watchers on other machines: when they were heard, whether what they see counts; keys made and revoked."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.people.console.access import member_required
from tenants.people.models import Role
from tenants.service.actions.outside import add_watcher, count_watcher, revoke_watcher
from tenants.service.console.answers import did, did_by_form
from tenants.service.console.forms import PlainForm
from tenants.service.console.status import STATES
from tenants.service.models import OutsideWatcher
from tenants.service.parts import name_of
from tenants.service.queries.outside import Seen, seen_from_outside


class WatcherForm(PlainForm):
    name = forms.RegexField(
        r"\A[a-z0-9-]{1,16}\Z", label=_("Where it stands"), max_length=16,
        error_messages={"invalid": _("Small letters, digits and dashes alone.")},
        help_text=OutsideWatcher._meta.get_field("name").help_text,
    )  # fmt: skip
    cell = forms.RegexField(
        r"\A[A-Za-z0-9_-]{0,20}\Z", label=_("Cell of the switch it asks"), max_length=20, required=False,
        help_text=OutsideWatcher._meta.get_field("cell").help_text,
    )  # fmt: skip
    is_counted = forms.BooleanField(
        label=_("What it does not reach counts for availability"), required=False,
        help_text=OutsideWatcher._meta.get_field("is_counted").help_text,
    )  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(Role.OPERATOR)
def watchers(request: HttpRequest) -> HttpResponse:
    """The key stands on the page that answers the form, and never again."""
    form, made = WatcherForm(request.POST or None), []
    if request.method == "POST" and did_by_form(
        request, form, lambda: made.append(add_watcher(at=timezone.now(), **form.cleaned_data))
    ):
        form = WatcherForm()
    rows = [(one, _states(one)) for one in seen_from_outside(timezone.now())]
    seen = {"tab": "parts", "form": form, "rows": rows, "made": made[0] if made else None}
    return render(request, "tenants/service/operators/outside.html", seen, status=422 if form.errors else 200)


def _states(one: Seen) -> list[tuple[str, str, str]]:
    return [(name_of(part), state, STATES[state]) for part, state in one.states.items()]


@require_POST
@member_required(Role.OPERATOR)
def act(request: HttpRequest, watcher_id: int | str, act: str) -> HttpResponse:
    key = int(watcher_id)
    if act == "revoke":
        did(request, lambda: revoke_watcher(watcher_id=key, at=timezone.now()))
    else:
        did(request, lambda: count_watcher(watcher_id=key, is_counted=act == "count"))
    return redirect("service_operators:outside")
