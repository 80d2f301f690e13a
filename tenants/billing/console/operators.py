"""For finance at the operators' host: costs and margin, months rated anew, seats and modules nobody uses."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tenants.billing import costs, idle, months
from tenants.billing.actions import rate_anew
from tenants.billing.errors import ListCannotRate, NoSuchMonth
from tenants.billing.models import PriceList, Rerating, month_text
from tenants.billing.policies import FINANCE
from tenants.billing.rerating import calls_behind, difference_of
from tenants.context import every_tenant
from tenants.errors import NotFound
from tenants.models import Tenant
from tenants.people.console.access import member_required

MOST_CALLS = 200


def _month(request: HttpRequest) -> date:
    asked = request.GET.get("month", "")
    month = months.month_from(asked) if asked else months.first_day(timezone.localdate())
    if month is None:
        raise NoSuchMonth(field="month")
    return month


@never_cache
@require_GET
@member_required(*FINANCE)
def costs_page(request: HttpRequest) -> HttpResponse:
    month = _month(request)
    seen = {"month": month, "rows": costs.month_of_costs(month), "unshared": costs.unshared(month)}
    return render(request, "billing/operators/costs.html", seen)


@never_cache
@require_GET
@member_required(*FINANCE)
def tenant_costs_page(request: HttpRequest, schema: str) -> HttpResponse:
    """The recorded lines behind one tenant's figures."""
    month = _month(request)
    tenant = next((one for one in every_tenant() if one.schema_name == schema), None)
    if tenant is None:
        raise Http404
    rows = costs.month_of_costs(month, [tenant])
    return render(
        request, "billing/operators/tenant_costs.html", {"month": month, "tenant": tenant, "rows": rows}
    )


class RatingForm(forms.Form):
    """Which month of whom, and by which list."""

    tenant = forms.ModelChoiceField(Tenant.objects.none(), label=gettext_lazy("Tenant"))
    month = forms.CharField(
        label=gettext_lazy("Month"), max_length=7, widget=forms.TextInput(attrs={"type": "month"})
    )
    price_list = forms.ModelChoiceField(
        PriceList.objects.none(), label=gettext_lazy("Price list"), empty_label="–"
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        known = [tenant.pk for tenant in every_tenant()]
        self.fields["tenant"].queryset = Tenant.objects.filter(pk__in=known).order_by("name")
        self.fields["price_list"].queryset = PriceList.objects.select_related("plan").order_by(
            "plan__name", "-version"
        )
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def clean_month(self) -> date:
        month = months.month_from(self.cleaned_data["month"])
        if month is None:
            raise forms.ValidationError(NoSuchMonth().message)
        return month

    @property
    def address(self) -> str:
        given = self.cleaned_data
        return urlencode(
            {
                "tenant": given["tenant"].pk,
                "month": month_text(given["month"]),
                "price_list": given["price_list"].pk,
            }
        )


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*FINANCE)
def rating_page(request: HttpRequest) -> HttpResponse:
    """GET tells the difference, POST of the same choice writes it."""
    chosen = request.POST if request.method == "POST" else request.GET
    form = RatingForm(chosen or None)
    found, given = None, {}
    if chosen and form.is_valid():
        given = form.cleaned_data
        if request.method == "POST":
            return _rate(request, form)
        found = difference_of(given["tenant"], given["month"], given["price_list"])
    done = Rerating.objects.select_related("tenant", "price_list__plan")[:20]
    seen = {"form": form, "found": found, "chosen": given, "done": done}
    if found is not None:
        seen["address"] = form.address
    return render(request, "billing/operators/rating.html", seen)


def _rate(request: HttpRequest, form: RatingForm) -> HttpResponse:
    given = form.cleaned_data
    try:
        run = rate_anew(tenant=given["tenant"], month=given["month"], price_list=given["price_list"])
    except ListCannotRate as refused:
        messages.error(request, refused.message)
    else:
        told = _("Corrections written: %(count)s.") % {"count": run.call_count if run else 0}
        messages.success(request, told)
    return redirect(f"{request.path}?{form.address}")


@never_cache
@require_GET
@member_required(*FINANCE)
def rated_calls_page(request: HttpRequest) -> HttpResponse:
    """The calls of one line of the difference."""
    form = RatingForm(request.GET)
    if not form.is_valid():
        raise NotFound
    kind, label = request.GET.get("kind", ""), request.GET.get("label", "")
    given = form.cleaned_data
    calls = calls_behind(
        given["tenant"], given["month"], given["price_list"], kind=kind, label=label, most=MOST_CALLS
    )
    seen = {
        "calls": calls,
        "chosen": given,
        "label": label,
        "address": form.address,
        "most": MOST_CALLS if len(calls) == MOST_CALLS else 0,
    }
    return render(request, "billing/operators/rated_calls.html", seen)


@never_cache
@require_GET
@member_required(*FINANCE)
def idle_page(request: HttpRequest) -> HttpResponse:
    seen = {"rows": idle.everybodys_idle_seats(at=timezone.now()), "days": idle.IDLE_DAYS}
    return render(request, "billing/operators/idle.html", seen)
