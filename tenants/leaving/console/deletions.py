"""Deleting closed tenants: asking, another's confirming, watching the steps, the certificate."""

import json
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
from tenants.leaving import queries, tasks
from tenants.leaving.actions import deletions, houses
from tenants.leaving.deleting import STEPS
from tenants.leaving.errors import DeletionNotFound
from tenants.leaving.policies import OPERATORS
from tenants.leaving.signing import signer_of
from tenants.people.console.access import member_required

WORDS = {
    "people": gettext_lazy("Sign everybody out"),
    "numbers": gettext_lazy("Put numbers into quarantine"),
    "account": gettext_lazy("Count and hash what there is"),
    "storages": gettext_lazy("Empty the tenant's own storages"),
    "schema": gettext_lazy("Drop the schema"),
    "outside": gettext_lazy("Remove files, archives, cache and waiting tasks"),
    "house": gettext_lazy("Remove public rows, but what the law keeps"),
    "look": gettext_lazy("Look for anything left"),
}


class AskForm(forms.Form):
    tenant = forms.ModelChoiceField(queryset=None, label=gettext_lazy("Closed tenant"))
    schema_typed = forms.CharField(
        max_length=63,
        label=gettext_lazy("Its schema, typed"),
        help_text=gettext_lazy("So that nobody deletes the wrong one: as it stands in the list above."),
    )
    reason = forms.CharField(max_length=300, label=gettext_lazy("Reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["tenant"].queryset = queries.tenants_to_export().filter(state="closed")


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*OPERATORS)
def page(request: HttpRequest) -> HttpResponse:
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = deletions.ask_deletion(by=request.user, at=timezone.now(), **form.cleaned_data)
        except DomainError as refusal:
            field = refusal.field if isinstance(refusal, BadInput) else None
            form.add_error(field if field in form.fields else None, refusal.message)
        else:
            messages.success(request, _("Asked for. Another operator has to confirm it."))
            return redirect("leaving_operators:deletion", made.pk)
    closed = [(tenant, deletions.rests_until(tenant)) for tenant in queries.closed_tenants()]
    page = {"form": form, "rows": queries.deletions(), "closed": closed, "now": timezone.now()}
    page["house_asks"] = queries.house_asks()
    return render(request, "tenants/leaving/deletions.html", page, status=422 if form.errors else 200)


@never_cache
@require_GET
@member_required(*OPERATORS)
def one(request: HttpRequest, deletion_id: int | str) -> HttpResponse:
    deletion = _found(deletion_id)
    until, said = deletions.rests_until(deletion.tenant), deletion.certificate
    page = {
        "one": deletion,
        "steps": [(WORDS[name], name in deletion.steps) for name in STEPS],
        "rests_until": until,
        "is_resting": timezone.now() < until,
        "is_own": deletion.asked_by_id == request.user.pk,
        "certificate": said,
        "signer": signer_of(said) if said else "",
        "rows": sum(table["rows"] for table in said["deleted"]["tables"].values()) if said else 0,
    }
    return render(request, "tenants/leaving/deletion.html", page)


@require_POST
@member_required(*OPERATORS)
def act(request: HttpRequest, deletion_id: int | str, act: str) -> HttpResponse:
    now = timezone.now()
    try:
        if act == "confirm":
            confirmed = deletions.confirm_deletion(deletion_id=int(deletion_id), by=request.user, at=now)
            tasks.send(tasks.delete, confirmed.pk)
        else:
            deletions.withdraw_deletion(deletion_id=int(deletion_id), by=request.user, at=now)
    except DeletionNotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Done."))
    return redirect("leaving_operators:deletion", int(deletion_id))


@require_POST
@member_required(*OPERATORS)
def withdraw_house(request: HttpRequest, houseask_id: int | str) -> HttpResponse:
    """On the owner's word, which is named: a suspended house has no pages to do it on."""
    why = request.POST.get("why", "").strip()[:300]
    if not why:
        messages.error(request, _("Say on whose word; both audit logs name it."))
    elif houses.withdraw_for_house(ask_id=int(houseask_id), by=request.user, why=why, at=timezone.now()):
        messages.success(request, _("Withdrawn. Nothing is deleted."))
    else:
        messages.info(request, _("This was answered already, or its day has come."))
    return redirect("leaving_operators:deletions")


@never_cache
@require_GET
@member_required(*OPERATORS)
def certificate(request: HttpRequest, deletion_id: int | str) -> HttpResponse:
    deletion = _found(deletion_id)
    if not deletion.certificate:
        raise DeletionNotFound
    text = json.dumps(deletion.certificate, ensure_ascii=False, indent=1)
    answer = HttpResponse(text, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="certificate-of-deletion-{deletion.pk}.json"'
    return answer


def _found(deletion_id: int | str) -> Any:
    found = queries.deletion_of(int(deletion_id))
    if found is None:
        raise DeletionNotFound
    return found
