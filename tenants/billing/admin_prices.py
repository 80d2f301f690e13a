"""Prices in the operators' console: read only once used, copied into the next version, in and out as sheets."""

from django.contrib import messages
from django.contrib.admin import display
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action

from tenants.billing.actions import copy_price_list
from tenants.billing.admin_forms import BundleFormSet, PriceFormSet, PriceListForm
from tenants.billing.models import Bundle, ModulePrice, Price, PriceList, TermDiscount
from tenants.billing.policies import can_change_prices, can_see_ledger
from tenants.billing.resources import SHEETS, PriceResource
from tenants.people.admin_confirm import Question, ask
from tenants.people.admin_sites import AuditedModelAdmin, AuditedSheetAdmin, operator_site


class PartInline(TabularInline):
    """Rows of a list that is read only once charges were made by it."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        return can_see_ledger(request.user)

    def has_add_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        return can_change_prices(request.user) and not (obj and obj.is_in_use)

    def has_change_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: PriceList | None = None) -> bool:
        return self.has_add_permission(request, obj)


class PriceInline(PartInline):
    model = Price
    formset = PriceFormSet
    fields = [
        "direction",
        "prefix",
        "number_kind",
        "days",
        "hours",
        "label",
        "per_minute",
        "minimum_seconds",
        "increment_seconds",
    ]


class ModulePriceInline(PartInline):
    model = ModulePrice
    fields = ["module", "label", "monthly_fee"]


class BundleInline(PartInline):
    model = Bundle
    formset = BundleFormSet
    fields = ["label", "direction", "prefix", "minutes"]


class TermDiscountInline(PartInline):
    model = TermDiscount
    fields = ["months", "percent"]


class PriceListAdmin(AuditedModelAdmin):
    policy = staticmethod(can_change_prices)
    view_policy = staticmethod(can_see_ledger)
    form = PriceListForm
    list_display = ["__str__", "valid_from", "currency", "plan_fee", "seat_fee", "shown_use", "note"]
    list_filter = ["plan", "currency"]
    list_select_related = ["plan"]
    search_fields = ["plan__name", "plan__code", "note"]
    inlines = [PriceInline, BundleInline, TermDiscountInline, ModulePriceInline]
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
        question = Question(
            title=_("Make a new version of %(list)s?") % {"list": price_list},
            button=_("New version"),
            back=reverse("admin:billing_pricelist_change", args=[price_list.pk]),
            effects=[_("It has the same prices, holds from tomorrow, and can be changed until it is used.")],
        )
        if page := ask(request, self, question):
            return page
        made = copy_price_list(price_list=price_list, at=timezone.now())
        messages.success(
            request, _("Version %(version)s is ready to be changed.") % {"version": made.version}
        )
        return redirect("admin:billing_pricelist_change", made.pk)


class PriceAdmin(AuditedSheetAdmin):
    policy = staticmethod(can_change_prices)
    view_policy = staticmethod(can_see_ledger)
    resource_classes = [PriceResource]
    import_formats = export_formats = SHEETS
    list_display = [
        "label",
        "price_list",
        "direction",
        "prefix",
        "number_kind",
        "days",
        "hours",
        "per_minute",
        "counted",
    ]
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


operator_site.register(PriceList, PriceListAdmin)
operator_site.register(Price, PriceAdmin)
