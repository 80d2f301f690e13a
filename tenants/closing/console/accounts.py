"""What each tenant owes: balances of all, the statement of one, and payments."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.billing import months
from tenants.closing.actions.payments import record_payment, take_back_payment
from tenants.closing.models import Bill, Payment
from tenants.closing.policies import FINANCE, LOOKERS, can_close
from tenants.closing.queries.statement import open_amounts, overdue, payments_of, standings, statements
from tenants.errors import BadInput, DomainError
from tenants.models import Currency, Tenant
from tenants.people.console.access import member_required


@never_cache
@require_GET
@member_required(*LOOKERS)
def account_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    owing = Tenant.objects.filter(pk__in=Bill.objects.order_by().values("tenant")).order_by("name")
    rows = []
    for tenant in owing[:500]:
        late = overdue(tenant, months.day_of(now, tenant.time_zone))
        rows.append((tenant, standings(tenant).items(), late))
    return render(request, "tenants/closing/operators/accounts.html", {"rows": rows, "tab": "accounts"})


class PaymentForm(forms.Form):
    amount = forms.DecimalField(label=gettext_lazy("Amount"), max_digits=15, decimal_places=3, min_value=0)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=Currency.choices)
    received_on = forms.DateField(
        label=gettext_lazy("Received on"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reference = forms.CharField(
        label=pgettext_lazy("payment", "Reference"),
        max_length=80,
        help_text=gettext_lazy("As the bank has it. One reference counts once per tenant."),
    )
    method = forms.ChoiceField(label=gettext_lazy("Way"), choices=Payment.Method.choices)
    bill = forms.ModelChoiceField(
        queryset=None,
        required=False,
        label=gettext_lazy("For the invoice"),
        empty_label=gettext_lazy("The oldest that is open"),
    )

    def __init__(self, tenant: Tenant, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        left = [pk for pk, amount in open_amounts(tenant).items() if amount > 0]
        self.fields["bill"].queryset = Bill.objects.filter(pk__in=left).order_by("due_on", "pk")


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*LOOKERS, writers=FINANCE)
def account(request: HttpRequest, schema: str) -> HttpResponse:
    tenant = Tenant.objects.filter(schema_name=schema).first()
    if tenant is None:
        raise Http404
    today = months.day_of(timezone.now(), tenant.time_zone)
    initial = {"currency": tenant.currency, "received_on": today.isoformat()}
    form = PaymentForm(tenant, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _record(request, tenant, form):
        return redirect("finance:account", schema)
    seen = {
        "tenant": tenant,
        "form": form,
        "statements": statements(tenant),
        "late": overdue(tenant, today),
        "payments": payments_of(tenant).order_by("-received_on", "-pk")[:100],
        "may_close": can_close(request.user),
        "tab": "accounts",
    }
    status = 422 if form.is_bound else 200
    return render(request, "tenants/closing/operators/account.html", seen, status=status)


def _record(request: HttpRequest, tenant: Tenant, form: PaymentForm) -> bool:
    try:
        record_payment(tenant=tenant, by_name=str(request.user), at=timezone.now(), **form.cleaned_data)
    except DomainError as refusal:
        field = refusal.field if isinstance(refusal, BadInput) else None
        form.add_error(field if field in form.fields else None, refusal.message)
        return False
    messages.success(request, _("Recorded."))
    return True


@require_POST
@member_required(*FINANCE)
def take_back(request: HttpRequest, payment_id: int) -> HttpResponse:
    payment = Payment.objects.filter(pk=payment_id).select_related("tenant").first()
    if payment is None:
        raise Http404
    try:
        take_back_payment(payment_id=payment.pk, reason=request.POST.get("reason", ""), at=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Taken back."))
    return redirect("finance:account", payment.tenant.schema_name)
