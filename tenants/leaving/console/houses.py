"""The whole house: what its deletion means, asked for by an owner who proves who they are, confirmed, withdrawn."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tenants.context import current_tenant
from tenants.errors import BadInput, DomainError
from tenants.leaving import errors, queries
from tenants.leaving.actions import houses
from tenants.leaving.actions.closing_down import SETTLES
from tenants.leaving.actions.deletions import refuse_while_kept
from tenants.leaving.actions.erasures import others_who_confirm
from tenants.leaving.house_duties import told_of
from tenants.leaving.policies import OWNERS, PERSON_FINDERS, can_delete_house
from tenants.people.acting import acting_now
from tenants.people.console.access import member_required
from tenants.people.errors import WrongCredentials
from tenants.people.sign_in import check_password

TYPED = forms.TextInput(attrs={"autocomplete": "off"})


class HouseForm(forms.Form):
    reason = forms.CharField(max_length=300, label=gettext_lazy("Reason"))
    needs_archive = forms.BooleanField(
        required=False,
        initial=True,
        label=gettext_lazy("Not before an archive written from now on was downloaded"),
    )
    typed = forms.CharField(max_length=120, label=gettext_lazy("The name of the house, typed"), widget=TYPED)
    again = forms.CharField(
        max_length=120, required=False, label=gettext_lazy("The name of the house once more"), widget=TYPED
    )
    password = forms.CharField(
        max_length=200,
        strip=False,
        label=gettext_lazy("Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, is_alone: bool, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        if not is_alone:
            del self.fields["again"]


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@member_required(*PERSON_FINDERS, writers=OWNERS)
def page(request: HttpRequest) -> HttpResponse:
    others = others_who_confirm(request.user, timezone.now())
    form = HouseForm(request.POST if request.method == "POST" else None, is_alone=not others)
    if request.method == "POST" and form.is_valid() and _asked(request, form):
        return redirect("leaving:house")
    return _shown(request, form, others)


def _asked(request: HttpRequest, form: HouseForm) -> bool:
    given = dict(form.cleaned_data)
    try:
        _prove(request, given.pop("password"))
        ask = houses.ask_house(**({"again": ""} | given), by=request.user, at=timezone.now())
    except DomainError as refusal:
        field = refusal.field if isinstance(refusal, BadInput) else None
        form.add_error(field if field in form.fields else None, refusal.message)
        return False
    if ask.is_alone:
        messages.success(
            request, _("Asked for. When it begins stands below; until then it can be withdrawn.")
        )
    else:
        messages.success(request, _("Asked for. Nothing happens until somebody else confirms it."))
    return True


def _prove(request: HttpRequest, password: str) -> None:
    """A page left open is not enough for this. Raises NotYourPassword, TooManyAttempts."""
    try:
        found = check_password(
            login=request.user.username, password=password, address=acting_now().address, at=timezone.now()
        )
    except WrongCredentials:
        raise errors.NotYourPassword(field="password") from None
    if found.pk != request.user.pk:
        raise errors.NotYourPassword(field="password")


def _shown(request: HttpRequest, form: HouseForm, others: list) -> HttpResponse:
    now, tenant, ask = timezone.now(), current_tenant(), queries.own_house_ask()
    page = {
        "form": form,
        "house": tenant,
        "ask": ask,
        "others": others,
        "told": told_of(tenant, now),
        "held": _held(tenant),
        "archives": [one for one in queries.own_exports()[:10] if one.can_be_downloaded(now)],
        "was_taken": ask is not None and queries.was_taken_along(ask),
        "may_ask": can_delete_house(request.user),
        "settles": int(SETTLES.total_seconds() // 60),
    }
    return render(request, "tenants/leaving/house.html", page, status=422 if form.errors else 200)


def _held(tenant: Any) -> str:
    try:
        refuse_while_kept(tenant)
    except errors.IsHeld as held:
        return held.message
    return ""


@sensitive_post_parameters("password")
@require_POST
@member_required(*PERSON_FINDERS)
def confirm(request: HttpRequest, houseask_id: int | str) -> HttpResponse:
    try:
        _prove(request, request.POST.get("password", ""))
        is_done = houses.confirm_house(ask_id=int(houseask_id), by=request.user, at=timezone.now())
    except errors.HouseAskNotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        _tell(
            request,
            is_done,
            _("Confirmed. When it begins stands below; until then any owner can withdraw it."),
        )
    return redirect("leaving:house")


@require_POST
@member_required(*OWNERS)
def act(request: HttpRequest, houseask_id: int | str, act: str) -> HttpResponse:
    now = timezone.now()
    if act == "withdraw":
        is_done = houses.withdraw_house(ask_id=int(houseask_id), by=request.user, at=now)
        _tell(request, is_done, _("Withdrawn. Nothing is deleted."))
    else:
        is_done = houses.waive_archive(ask_id=int(houseask_id), by=request.user, at=now)
        _tell(request, is_done, _("Done."))
    return redirect("leaving:house")


def _tell(request: HttpRequest, is_done: bool, words: str) -> None:
    if is_done:
        messages.success(request, words)
    else:
        messages.info(request, _("This was answered already, or its day has come."))
