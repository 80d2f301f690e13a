"""Webhooks: the list, a new one, its settings, and what can be done with it. Its secret is shown once."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.errors import BadInput, DomainError
from tenants.hooks import actions, kinds, queries
from tenants.hooks.console.problems import in_words
from tenants.hooks.errors import EndpointNotFound
from tenants.hooks.models import Endpoint
from tenants.hooks.policies import MANAGERS, can_show_numbers
from tenants.people.console.access import member_required
from tenants.secrets import seal

SHOWN_ONCE = "webhook_secret"
"""In the session, sealed, until the next page has shown it."""


class EndpointForm(forms.Form):
    name = forms.CharField(max_length=80, label=gettext_lazy("Name"))
    url = forms.CharField(
        max_length=500,
        label=gettext_lazy("Address"),
        widget=forms.URLInput({"placeholder": "https://crm.example.com/events", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "We send a POST with JSON here. It must begin with https:// and be reachable from outside."
        ),
    )
    kinds = forms.MultipleChoiceField(label=gettext_lazy("Events"), widget=forms.CheckboxSelectMultiple)
    sees_numbers = forms.BooleanField(
        required=False,
        label=gettext_lazy("Send callers' whole numbers and names"),
        help_text=gettext_lazy(
            "Otherwise they are masked: 138****2211. Only an owner can switch this on; it is written down."
        ),
    )

    def __init__(self, *args: Any, may_show_numbers: bool, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["kinds"].choices = [(kind.name, kind.label) for kind in kinds.choosable()]
        if not may_show_numbers:
            del self.fields["sees_numbers"]


@never_cache
@require_GET
@member_required(*MANAGERS)
def endpoint_list(request: HttpRequest) -> HttpResponse:
    rows = [(endpoint, in_words(endpoint.problem)) for endpoint in queries.endpoints()]
    page = {"rows": rows, "most": actions.MOST_ENDPOINTS}
    return render(request, "tenants/hooks/list.html", page)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*MANAGERS)
def new_endpoint(request: HttpRequest) -> HttpResponse:
    every = [kind.name for kind in kinds.choosable()]
    form = EndpointForm(
        request.POST or None, initial={"kinds": every}, may_show_numbers=can_show_numbers(request.user)
    )
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = actions.add_endpoint(**_given(request, form))
            show_once(request, endpoint.pk, secret)
            return redirect("hooks:endpoint", endpoint.pk)
        except DomainError as refusal:
            return _form_page(request, form, None, refusal)
    return _form_page(request, form, None)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*MANAGERS)
def change_endpoint(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    endpoint = _found(endpoint_id)
    initial = {name: getattr(endpoint, name) for name in ("name", "url", "kinds", "sees_numbers")}
    may_show = can_show_numbers(request.user) or endpoint.sees_numbers
    form = EndpointForm(request.POST or None, initial=initial, may_show_numbers=may_show)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_endpoint(endpoint_id=endpoint.pk, **_given(request, form))
            messages.success(request, _("Saved."))
            return redirect("hooks:endpoint", endpoint.pk)
        except DomainError as refusal:
            return _form_page(request, form, endpoint, refusal)
    return _form_page(request, form, endpoint)


@require_POST
@member_required(*MANAGERS)
def act_on_endpoint(request: HttpRequest, endpoint_id: int, act: str) -> HttpResponse:
    try:
        messages.success(request, _done(request, endpoint_id, act))
    except EndpointNotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("hooks:endpoints") if act == "delete" else redirect("hooks:endpoint", endpoint_id)


def _done(request: HttpRequest, endpoint_id: int, act: str) -> str:
    now = timezone.now()
    if act == "pause":
        actions.pause_endpoint(endpoint_id=endpoint_id)
        return _("Paused. What happens meanwhile is not sent later; what waited already is.")
    if act == "resume":
        actions.resume_endpoint(endpoint_id=endpoint_id, at=now)
        return _("Resumed. What waited is sent now.")
    if act == "test":
        actions.send_test(endpoint_id=endpoint_id, at=now)
        return _("A test is on its way. The answer appears below within seconds.")
    if act == "secret":
        show_once(request, endpoint_id, actions.renew_secret(endpoint_id=endpoint_id, at=now))
        return _("There is a new secret. The old one signs too for 24 hours.")
    actions.remove_endpoint(endpoint_id=endpoint_id, at=now)
    return _("The webhook is deleted.")


def show_once(request: HttpRequest, endpoint_id: int, secret: str) -> None:
    request.session[SHOWN_ONCE] = {"endpoint": endpoint_id, "secret": seal(secret)}


def _given(request: HttpRequest, form: EndpointForm) -> dict[str, Any]:
    given = form.cleaned_data
    told = {"name": given["name"], "url": given["url"], "kinds_wanted": given["kinds"], "by": request.user}
    return told | ({"sees_numbers": given["sees_numbers"]} if "sees_numbers" in form.fields else {})


def _found(endpoint_id: int) -> Endpoint:
    endpoint = queries.endpoint(endpoint_id)
    if endpoint is None:
        raise EndpointNotFound
    return endpoint


def _form_page(
    request: HttpRequest, form: EndpointForm, endpoint: Endpoint | None, refusal: DomainError | None = None
) -> HttpResponse:
    if refusal is not None:
        field = refusal.field if isinstance(refusal, BadInput) else ""
        form.add_error(field if field in form.fields else None, refusal.message)
    page = {"form": form, "endpoint": endpoint}
    return render(request, "tenants/hooks/form.html", page, status=refusal.status if refusal else 200)
