"""Billing in the operators' console: prices with the dates they hold, the ledger, and the drafts of a month."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.admin import SimpleListFilter, display
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action

from tenants.billing import rounding
from tenants.billing.actions import copy_price_list, draft_invoice
from tenants.billing.admin_forms import DraftForm, PriceListForm
from tenants.billing.models import Charge, Invoice, InvoiceLine, Price, PriceList, month_text
from tenants.billing.policies import can_change_prices, can_draft_invoices, can_see_ledger
from tenants.billing.queries import unpriced_charges
from tenants.billing.resources import BillingSheetResource, ChargeResource, PriceResource
from tenants.masking import mask_number
from tenants.people.admin_sites import AuditedModelAdmin, AuditedSheetAdmin, operator_site


class MonthFilter(SimpleListFilter):
    """The months there are rows of, newest first."""

    title = _("month")
    parameter_name = "month"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        months = model_admin.model.objects.order_by("-month").values_list("month", flat=True).distinct()
        return [(month.isoformat(), month_text(month)) for month in months[:36]]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        try:
            month = date.fromisoformat(self.value() or "")
        except ValueError:
            return queryset
        return queryset.filter(month=month)


class PriceFilter(SimpleListFilter):
    """A leg that was unpriced and has its price by now is not waiting any more."""

    title = _("price")
    parameter_name = "price"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str | Promise]]:
        return [("missing", _("Still without a price"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() != "missing":
            return queryset
        return queryset.filter(pk__in=unpriced_charges().values("pk"))


class PriceInline(TabularInline):
    model = Price
    fields = [
        "direction",
        "prefix",
        "number_kind",
        "label",
        "per_minute",
        "minimum_seconds",
        "increment_seconds",
    ]
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        return can_see_ledger(request.user)

    def has_add_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        return can_change_prices(request.user) and not (obj and obj.is_in_use)

    def has_change_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        return self.has_add_permission(request, obj)


class PriceListAdmin(AuditedModelAdmin):
    policy = staticmethod(can_change_prices)
    view_policy = staticmethod(can_see_ledger)
    form = PriceListForm
    list_display = ["__str__", "valid_from", "currency", "plan_fee", "seat_fee", "shown_use", "note"]
    list_filter = ["plan", "currency"]
    list_select_related = ["plan"]
    search_fields = ["plan__name", "plan__code", "note"]
    inlines = [PriceInline]
    actions_detail = ["new_version"]

    @display(description=_("in use"), boolean=True)
    def shown_use(self, price_list: PriceList) -> bool:
        return price_list.is_in_use

    def has_change_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        """Charges point at the prices they were made by: a list in use is read only."""
        return super().has_change_permission(request, obj) and not (obj and obj.is_in_use)

    def has_delete_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_new_version_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return can_change_prices(request.user)

    @action(description=_("New version"), url_path="new-version", permissions=["new_version"])
    def new_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        price_list = get_object_or_404(PriceList, pk=object_id)
        if request.method != "POST":
            context = self.admin_site.each_context(request) | {
                "title": _("Make a new version of %(list)s?") % {"list": price_list},
                "effects": [
                    _("It has the same prices, holds from tomorrow, and can be changed until it is used.")
                ],
                "button": _("New version"),
                "back": reverse("admin:billing_pricelist_change", args=[price_list.pk]),
                "opts": self.opts,
            }
            return TemplateResponse(request, "tenants/admin/confirm.html", context)
        made = copy_price_list(price_list=price_list, at=timezone.now())
        messages.success(
            request, _("Version %(version)s is ready to be changed.") % {"version": made.version}
        )
        return redirect("admin:billing_pricelist_change", made.pk)


class PriceAdmin(AuditedSheetAdmin):
    policy = staticmethod(can_change_prices)
    view_policy = staticmethod(can_see_ledger)
    resource_classes = [PriceResource]
    list_display = ["label", "price_list", "direction", "prefix", "number_kind", "per_minute", "counted"]
    list_filter = ["price_list", "direction", "number_kind"]
    list_select_related = ["price_list__plan"]
    search_fields = ["label", "prefix"]

    @display(description=_("minimum / counted by"))
    def counted(self, price: Price) -> str:
        return f"{price.minimum_seconds} / {price.increment_seconds} s"

    def has_change_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.price_list.is_in_use)

    def has_delete_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        return self.has_change_permission(request, obj)


class ReadOnlySheetAdmin(AuditedSheetAdmin):
    """Seen and exported, never typed in."""

    view_policy = staticmethod(can_see_ledger)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class ChargeAdmin(ReadOnlySheetAdmin):
    resource_classes = [ChargeResource]
    list_display = [
        "started_at",
        "tenant",
        "kind",
        "label",
        "shown_other",
        "billed_seconds",
        "amount",
        "currency",
        "state",
    ]
    list_filter = [MonthFilter, "tenant", "kind", "state", PriceFilter, "currency", "is_estimated"]
    list_select_related = ["tenant"]
    search_fields = ["leg_id__exact", "label"]
    exclude = ["other_number"]

    @display(description=_("other number"))
    def shown_other(self, charge: Charge) -> str:
        return mask_number(charge.other_number) or "–"

    def get_readonly_fields(self, request: HttpRequest, obj: Charge | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "shown_other"]


class LineInline(TabularInline):
    model = InvoiceLine
    fields = readonly_fields = [
        "position",
        "kind",
        "label",
        "charge_count",
        "quantity",
        "unit_price",
        "amount",
    ]
    extra = 0
    can_delete = False
    ordering = ["position"]

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return can_see_ledger(request.user)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class InvoiceAdmin(ReadOnlySheetAdmin):
    """Exporting writes the billing sheet: the lines of the invoices that the filters leave."""

    resource_classes = [BillingSheetResource]
    list_display = [
        "tenant",
        "shown_month",
        "currency",
        "total",
        "charge_count",
        "unpriced_count",
        "state",
        "drafted_at",
    ]
    list_filter = [MonthFilter, "tenant", "currency", "state"]
    list_select_related = ["tenant"]
    search_fields = ["tenant__name"]
    readonly_fields = ["shown_month", "rule"]
    exclude = ["month"]
    inlines = [LineInline]
    actions_list = ["draft_for_month"]

    @display(description=_("month"), ordering="month")
    def shown_month(self, invoice: Invoice) -> str:
        return month_text(invoice.month)

    @display(description=_("rounding"))
    def rule(self, invoice: Invoice) -> str:
        return str(rounding.RULE)

    def has_draft_for_month_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return can_draft_invoices(request.user)

    @action(description=_("Draft for a month"), url_path="draft", permissions=["draft_for_month"])
    def draft_for_month(self, request: HttpRequest) -> HttpResponse:
        form = DraftForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._draft(request, form)
        context = self.admin_site.each_context(request) | {
            "title": _("Draft invoices for a month"),
            "form": form,
            "opts": self.opts,
            "rule": rounding.RULE,
            "back": reverse("admin:billing_invoice_changelist"),
        }
        return TemplateResponse(request, "billing/admin/draft.html", context)

    def _draft(self, request: HttpRequest, form: DraftForm) -> HttpResponse:
        now, count, missing = timezone.now(), 0, 0
        for tenant in form.tenants():
            drafts = draft_invoice(tenant=tenant, month=form.cleaned_data["month"], at=now)
            count += len(drafts)
            missing += max((draft.unpriced_count for draft in drafts), default=0)
        messages.success(request, _("Drafted: %(count)s.") % {"count": count})
        if missing:
            messages.warning(request, _("Still without a price: %(count)s.") % {"count": missing})
        month = form.cleaned_data["month"].isoformat()
        return redirect(reverse("admin:billing_invoice_changelist") + f"?month={month}")


operator_site.register(PriceList, PriceListAdmin)
operator_site.register(Price, PriceAdmin)
operator_site.register(Charge, ChargeAdmin)
operator_site.register(Invoice, InvoiceAdmin)
