"""For operators: how much each tenant's recordings take, its quota, what the law demands, and the master key."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from telephony.actions.recording_terms import QuotaTerms, save_recording_terms
from telephony.console.vault_words import KINDS, STOPPED
from telephony.queries.recording_room import recording_disks
from telephony.queries.recording_terms import own_limits, own_quota, tenant_vaults
from telephony.vault.retention import Limit
from tenants.context import every_tenant
from tenants.errors import BadInput
from tenants.people.console.access import member_required
from tenants.people.policies import Role

ALL = "-"
"""Stands for all tenants in the address; no schema is called so."""
MOST_DAYS = 36_525


class TermsForm(forms.Form):
    def __init__(self, *args: Any, is_tenant: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days: dict[str, Any] = {"required": False, "min_value": 0, "max_value": MOST_DAYS}
        if is_tenant:
            self.fields["gigabytes"] = forms.DecimalField(
                label=gettext_lazy("Quota in GB"),
                required=False,
                min_value=0,
                max_digits=10,
                decimal_places=3,
                help_text=gettext_lazy("Empty: none. The tenant is told at 80 and 95 %."),
            )
            self.fields["stops"] = forms.BooleanField(
                label=gettext_lazy("Recording stops when it is used up"), required=False
            )
        for kind, label in KINDS.items():
            self.fields[f"{kind}_floor"] = forms.IntegerField(
                label=_("%(what)s: days at least") % {"what": label}, **days
            )
            self.fields[f"{kind}_ceiling"] = forms.IntegerField(
                label=_("%(what)s: days at most") % {"what": label}, **days
            )
            self.fields[f"{kind}_law"] = forms.CharField(
                label=_("%(what)s: by what rule") % {"what": label}, max_length=200, required=False
            )

    def limits(self) -> dict[str, Limit]:
        given = self.cleaned_data
        return {
            kind: Limit(
                floor=given[f"{kind}_floor"] or 0, ceiling=given[f"{kind}_ceiling"], law=given[f"{kind}_law"]
            )
            for kind in KINDS
        }

    def quota(self) -> QuotaTerms | None:
        if "gigabytes" not in self.fields:
            return None
        return QuotaTerms(
            gigabytes=self.cleaned_data["gigabytes"], stops_recording=self.cleaned_data["stops"]
        )


@never_cache
@require_GET
@member_required(Role.OPERATOR)
def terms_list(request: HttpRequest) -> HttpResponse:
    vaults = tenant_vaults()
    page = {
        "vaults": [(one, STOPPED.get(one.figures.stopped, "") if one.figures else "") for one in vaults],
        "disks": recording_disks(),
        "masters": len(settings.RECORDING_KEYS),
        "old_wraps": sum(one.old_wraps for one in vaults),
        "all": ALL,
    }
    return render(request, "telephony/operators/recording_terms.html", page)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(Role.OPERATOR)
def terms_form(request: HttpRequest, schema: str) -> HttpResponse:
    tenant = next((one for one in every_tenant() if one.schema_name == schema), None)
    if tenant is None and schema != ALL:
        raise Http404
    tenant_id = tenant.pk if tenant else None
    form = TermsForm(request.POST or None, is_tenant=tenant is not None, initial=_initial(tenant_id))
    if request.method == "POST" and form.is_valid():
        try:
            save_recording_terms(tenant_id=tenant_id, limits=form.limits(), quota=form.quota())
            messages.success(request, _("Saved."))
            return redirect("operators:recording_terms")
        except BadInput as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    page = {"form": form, "tenant": tenant}
    status = 400 if form.errors else 200
    return render(request, "telephony/operators/recording_terms_form.html", page, status=status)


def _initial(tenant_id: int | None) -> dict[str, Any]:
    known: dict[str, Any] = {"stops": True}
    for kind, limit in own_limits(tenant_id).items():
        known |= {
            f"{kind}_floor": limit.floor_days,
            f"{kind}_ceiling": limit.ceiling_days,
            f"{kind}_law": limit.law,
        }
    quota = own_quota(tenant_id) if tenant_id is not None else None
    return known | ({"gigabytes": quota.gigabytes, "stops": quota.stops_recording} if quota else {})
