"""Support as the tenant sees it: who asks, who was in, why and for how long; letting in, refusing, ending, terms."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tenants.context import current_tenant
from tenants.errors import DomainError
from tenants.people.console.access import member_required
from tenants.support import actions, queries
from tenants.support.doors import SESSION_KEY
from tenants.support.errors import AccessNotFound
from tenants.support.models import LEAST_MINUTES, MOST_MINUTES, SupportAccess
from tenants.support.policies import ALLOWERS, READERS, can_allow_support

BACKEND = "django.contrib.auth.backends.ModelBackend"
MOST_SHOWN = 100


class TermsForm(forms.Form):
    needs_consent = forms.BooleanField(
        required=False,
        label=gettext_lazy("Support comes in only when an owner allows it"),
        help_text=gettext_lazy(
            "Without this it comes in when it asks; you see it and can end it all the same."
        ),
    )
    most_minutes = forms.IntegerField(
        min_value=LEAST_MINUTES, max_value=MOST_MINUTES, label=gettext_lazy("For how many minutes at most")
    )


@never_cache
@require_GET
@member_required(*READERS)
def accesses(request: HttpRequest) -> HttpResponse:
    return _page(request, None)


@require_POST
@member_required(*ALLOWERS)
def terms(request: HttpRequest) -> HttpResponse:
    form = TermsForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _page(request, form)
    actions.set_terms(**form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("support:accesses")


def _page(request: HttpRequest, form: TermsForm | None) -> HttpResponse:
    held = queries.terms_of(current_tenant())
    initial = {"needs_consent": held.needs_consent, "most_minutes": held.most_minutes}
    page = {
        "rows": list(queries.own_accesses()[:MOST_SHOWN]),
        "terms": held,
        "form": form or TermsForm(initial=initial, label_suffix=""),
        "may_allow": can_allow_support(request.user),
        "now": timezone.now(),
    }
    return render(request, "tenants/support/accesses.html", page, status=422 if form else 200)


@require_POST
@member_required(*ALLOWERS)
def decide(request: HttpRequest, access_id: int | str, act: str) -> HttpResponse:
    access, now = _own(access_id), timezone.now()
    return _did(
        request,
        lambda: (
            actions.allow(access_id=access.pk, by=request.user, at=now)
            if act == "allow"
            else actions.refuse(access_id=access.pk, by=request.user, at=now)
        ),
    )


@require_POST
@member_required(*READERS)
def end(request: HttpRequest, access_id: int | str) -> HttpResponse:
    access = _own(access_id)
    return _did(
        request, lambda: actions.end_access(access_id=access.pk, by=str(request.user), at=timezone.now())
    )


@require_POST
@member_required()
def leave(request: HttpRequest) -> HttpResponse:
    """Support goes before its time. For everybody else there is nothing to leave."""
    access = queries.access_of_session(request.session.get(SESSION_KEY))
    if access is None:
        raise AccessNotFound
    actions.end_access(access_id=access.pk, by=access.operator_name, at=timezone.now())
    logout(request)
    return redirect("/sign-in/")


@never_cache
@require_GET
def enter(request: HttpRequest, ticket: str) -> HttpResponse:
    """The way in from the operators' console. Whoever was signed in here before is not any more."""
    now = timezone.now()
    access, member = actions.use_ticket(text=ticket, at=now)
    login(request, member, backend=BACKEND)
    request.session[SESSION_KEY] = access.pk
    request.session.set_expiry(max(1, int((access.ends_at - now).total_seconds())))
    # Not to the role's home: a page that lives by its socket says nothing to who only looks.
    return redirect("people:own_rights")


def _own(access_id: int | str) -> SupportAccess:
    """The current tenant's; of others there is nothing to be known."""
    found = queries.own_accesses().filter(pk=int(access_id)).first()
    if found is None:
        raise AccessNotFound
    return found


def _did(request: HttpRequest, act: Any) -> HttpResponse:
    try:
        act()
    except AccessNotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Done."))
    return redirect("support:accesses")
