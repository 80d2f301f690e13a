"""Billing in the operators' console: the ledger, and the drafts of a month. Prices are in admin_prices.py."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.admin import SimpleListFilter, display
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action

from tenants.billing import admin_costs, admin_prices, rounding  # noqa: F401  (they register themselves)
from tenants.billing.actions import book_item, draft_invoice
from tenants.billing.admin_forms import DraftForm, ItemForm
from tenants.billing.errors import ItemBookedOtherwise
from tenants.billing.models import Charge, Invoice, InvoiceLine, month_text
from tenants.billing.policies import can_book_items, can_draft_invoices, can_see_ledger
from tenants.billing.queries import unpriced_charges
from tenants.billing.resources import SHEETS, BillingSheetResource, ChargeResource
from tenants.masking import mask_number
from tenants.people.admin_sites import AuditedSheetAdmin, operator_site

MOST_MONTHS = 36


class MonthFilter(SimpleListFilter):
    """The months there are rows of, newest first."""

    """The months there are rows of, newest first."""

    title = _("month")
    parameter_name = "month"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        found: list[date] = []
        rows = model_admin.model.objects.order_by("-month").values_list("month", flat=True)
        # One step of the index for each month: DISTINCT would read ten million rows.
        while len(found) < MOST_MONTHS and (
            month := (rows.filter(month__lt=found[-1]) if found else rows).first()
        ):
            found.append(month)
        return [(month.isoformat(), month_text(month)) for month in found]

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


class ReadOnlySheetAdmin(AuditedSheetAdmin):
    """Seen and exported, never typed in."""

    view_policy = staticmethod(can_see_ledger)
    export_formats = SHEETS

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
    actions_list = ["book"]

    def has_book_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return can_book_items(request.user)

    @action(description=_("Book an item"), url_path="book", permissions=["book"])
    def book(self, request: HttpRequest) -> HttpResponse:
        """A purchase, a fee paid once, a credit or a discount."""
        form = ItemForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and self._booked(request, form):
            month = form.cleaned_data["month"].isoformat()
            return redirect(reverse("admin:billing_charge_changelist") + f"?month={month}")
        context = self.admin_site.each_context(request) | {
            "title": _("Book an item"),
            "lead": _(
                "It stands in the ledger at once and on the next draft of the month. What is booked stays; "
                "a mistake is answered by a credit."
            ),
            "button": _("Book"),
            "form": form,
            "opts": self.opts,
            "back": reverse("admin:billing_charge_changelist"),
        }
        return TemplateResponse(request, "billing/admin/form.html", context)

    def _booked(self, request: HttpRequest, form: ItemForm) -> bool:
        try:
            item = book_item(form.cleaned_data["tenant"], **form.item())
        except ItemBookedOtherwise as refused:
            form.add_error(None, refused.message)
            return False
        messages.success(
            request,
            _("Booked: %(label)s, %(amount)s %(currency)s.")
            % {"label": item.label, "amount": rounding.to_cent(item.amount), "currency": item.currency},
        )
        return True

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Sheets name the tenant in every row."""
        return super().get_queryset(request).select_related("tenant")

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
            "lead": _(
                "Fees are brought up to date, calls without a price are tried again, and the drafts are rebuilt "
                "from the ledger. Drafting again changes nothing that is right."
            ),
            "rule": rounding.RULE,
            "button": _("Draft"),
            "form": form,
            "opts": self.opts,
            "back": reverse("admin:billing_invoice_changelist"),
        }
        return TemplateResponse(request, "billing/admin/form.html", context)

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


operator_site.register(Charge, ChargeAdmin)
operator_site.register(Invoice, InvoiceAdmin)
