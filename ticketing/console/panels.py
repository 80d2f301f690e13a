"""Panels of a tenant: the list, a new one, its settings. Its secret is shown once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.people.console.access import member_required
from tenants.secrets import seal, unseal
from ticketing import policies
from ticketing.console.refusals import done_or_said
from ticketing.panels import actions, queries
from ticketing.panels.errors import PanelNotFound
from ticketing.panels.models import Panel

SHOWN_ONCE = "panel_secret"
"""In the session, sealed, until the next page has shown it."""
FIELDS = ("name", "url", "places", "roles", "is_on", "sees_numbers")


class PanelForm(forms.Form):
    name = forms.CharField(max_length=80, label=gettext_lazy("Name"))
    url = forms.CharField(
        max_length=500,
        label=gettext_lazy("Address"),
        widget=forms.URLInput({"placeholder": "https://crm.example.com/panel", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "The browser of whoever reads opens it, also inside your own network. It must begin with https://."
        ),
    )
    places = forms.MultipleChoiceField(
        label=gettext_lazy("Where it is shown"),
        choices=Panel.Place.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Who sees it"),
        choices=[(role.value, role.label) for role in policies.READING_ROLES],
        widget=forms.CheckboxSelectMultiple,
    )
    is_on = forms.BooleanField(required=False, label=gettext_lazy("Show this panel"))
    sees_numbers = forms.BooleanField(
        required=False,
        label=gettext_lazy("Tell it callers' whole numbers"),
        help_text=gettext_lazy(
            "Otherwise they are masked: 138****2211. Only an owner can switch this on; it is written down."
        ),
    )

    def __init__(self, *args: Any, may_let_out: bool, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        if not may_let_out:
            del self.fields["sees_numbers"]


@never_cache
@require_GET
@member_required(*policies.ADMIN_ROLES)
def panel_list(request: HttpRequest) -> HttpResponse:
    rows = [(panel, _places(panel), _roles(panel)) for panel in queries.panels()]
    return render(request, "ticketing/panels/list.html", {"rows": rows, "is_full": len(rows) >= queries.MOST})


@never_cache
@require_GET
@member_required(*policies.ADMIN_ROLES)
def panel_page(request: HttpRequest, panel_id: int) -> HttpResponse:
    panel = _found(panel_id)
    page = {
        "panel": panel,
        "places": _places(panel),
        "roles": _roles(panel),
        "secret": _secret_once(request, panel_id),
    }
    return render(request, "ticketing/panels/panel.html", page)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*policies.ADMIN_ROLES)
def new_panel(request: HttpRequest) -> HttpResponse:
    initial = {"is_on": True, "places": ["call"], "roles": ["agent", "supervisor"]}
    may_let_out = policies.can_let_numbers_out(request.user)
    form = PanelForm(request.POST or None, initial=initial, may_let_out=may_let_out)
    if request.method == "POST" and form.is_valid():
        made = done_or_said(form, lambda: actions.add_panel(**_given(request, form)))
        if made:
            _show_once(request, made[0].pk, made[1])
            return redirect("ticketing:panel", made[0].pk)
    return _form_page(request, form, None)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*policies.ADMIN_ROLES)
def edit_panel(request: HttpRequest, panel_id: int) -> HttpResponse:
    panel = _found(panel_id)
    may_let_out = policies.can_let_numbers_out(request.user) or panel.sees_numbers
    initial = {name: getattr(panel, name) for name in FIELDS}
    form = PanelForm(request.POST or None, initial=initial, may_let_out=may_let_out)
    if request.method == "POST" and form.is_valid():
        given = _given(request, form)
        if done_or_said(form, lambda: actions.change_panel(panel_id=panel_id, **given)):
            messages.success(request, _("Saved."))
            return redirect("ticketing:panel", panel_id)
    return _form_page(request, form, panel)


@require_POST
@member_required(*policies.ADMIN_ROLES)
def renew_secret(request: HttpRequest, panel_id: int) -> HttpResponse:
    _show_once(request, panel_id, actions.renew_panel_secret(panel_id=panel_id))
    messages.success(request, _("There is a new secret. The old one signs nothing any more."))
    return redirect("ticketing:panel", panel_id)


@require_POST
@member_required(*policies.ADMIN_ROLES)
def delete_panel(request: HttpRequest, panel_id: int) -> HttpResponse:
    actions.delete_panel(panel_id=panel_id)
    messages.success(request, _("The panel is deleted."))
    return redirect("ticketing:panels")


def _given(request: HttpRequest, form: PanelForm) -> dict[str, Any]:
    return form.cleaned_data | {"by": request.user, "own_host": request.get_host()}


def _found(panel_id: int) -> Panel:
    panel = queries.panel(panel_id)
    if panel is None:
        raise PanelNotFound
    return panel


def _places(panel: Panel) -> list[str]:
    return [str(label) for value, label in Panel.Place.choices if value in panel.places]


def _roles(panel: Panel) -> list[str]:
    return [str(role.label) for role in policies.READING_ROLES if role.value in panel.roles]


def _show_once(request: HttpRequest, panel_id: int, secret: str) -> None:
    request.session[SHOWN_ONCE] = {"panel": panel_id, "secret": seal(secret)}


def _secret_once(request: HttpRequest, panel_id: int) -> str:
    kept = request.session.get(SHOWN_ONCE)
    if not kept or kept["panel"] != panel_id:
        return ""
    del request.session[SHOWN_ONCE]
    return unseal(kept["secret"])


def _form_page(request: HttpRequest, form: PanelForm, panel: Panel | None) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "ticketing/panels/form.html", {"form": form, "panel": panel}, status=status)
