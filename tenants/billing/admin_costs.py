"""Recorded costs, terms of contracts and temporary seats in the operators' console."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field

from tenants.billing.admin_forms import own_tenants
from tenants.billing.errors import NoSuchMonth
from tenants.billing.models import ContractTerm, CostLine, TemporarySeats, month_text
from tenants.billing.months import month_from
from tenants.billing.policies import can_change_prices, can_see_costs, can_see_ledger
from tenants.billing.resources import SHEETS, Amount
from tenants.exports import SafeResource
from tenants.models import Contract, Tenant
from tenants.people.admin_sites import AuditedModelAdmin, AuditedSheetAdmin, ConsolePage, operator_site


class CostResource(SafeResource):
    """Costs found by month and reference: a sheet that comes in again changes nothing."""

    month = Field(attribute="month", column_name="month")
    tenant = Field(attribute="tenant", column_name="tenant")
    amount = Field(attribute="amount", column_name="amount", widget=Amount(coerce_to_string=False))

    class Meta:
        model = CostLine
        import_id_fields = ("month", "reference")
        fields = ("month", "reference", "kind", "tenant", "label", "amount", "currency")
        export_order = fields
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        super().before_import(dataset, **kwargs)
        self._tenants = {tenant.schema_name: tenant for tenant in own_tenants()}
        self._seen: set[tuple[object, str]] = set()

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        super().before_import_row(row, **kwargs)
        for name in ("month", "reference", "kind", "tenant", "label", "currency"):
            row[name] = str(row.get(name) or "").strip()
        row["month"] = month_from(row["month"][:7])
        if row["month"] is None:
            raise ValidationError(NoSuchMonth().message)
        if not row["reference"]:
            raise ValidationError(_("A cost needs the number of its bill: by it, it is taken once."))
        if (row["month"], row["reference"]) in self._seen:
            raise ValidationError(_("This bill stands in the sheet twice."))
        self._seen.add((row["month"], row["reference"]))
        row["tenant"] = self._tenant(row["tenant"])

    def _tenant(self, schema: str) -> Tenant | None:
        if schema and schema not in self._tenants:
            raise ValidationError(_("There is no tenant “%(name)s”.") % {"name": schema[:40]})
        return self._tenants.get(schema)

    def dehydrate_month(self, line: CostLine) -> str:
        return month_text(line.month)

    def dehydrate_tenant(self, line: CostLine) -> str:
        return line.tenant.schema_name if line.tenant else ""


class CostForm(forms.ModelForm):
    class Meta:
        model = CostLine
        fields = ["month", "kind", "tenant", "label", "amount", "currency", "reference"]

    def clean_amount(self) -> Decimal:
        amount = self.cleaned_data["amount"]
        if not amount:
            raise ValidationError(_("A cost of nothing is none."))
        return amount


class CostAdmin(AuditedSheetAdmin):
    """Typed or imported; a negative amount is what came back."""

    policy = staticmethod(can_see_costs)
    form = CostForm
    resource_classes = [CostResource]
    import_formats = export_formats = SHEETS
    list_display = ["label", "month", "kind", "tenant", "amount", "currency", "reference"]
    list_filter = ["kind", "currency", "tenant", "month"]
    list_select_related = ["tenant"]
    search_fields = ["label", "reference"]


class ContractTermForm(forms.ModelForm):
    class Meta:
        model = ContractTerm
        fields = ["contract", "paid", "months"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields.get("contract")
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Contract.objects.select_related("tenant", "plan")


class ContractTermAdmin(AuditedModelAdmin):
    """How a contract is paid; what charges were made by stays."""

    policy = staticmethod(can_change_prices)
    view_policy = staticmethod(can_see_ledger)
    form = ContractTermForm
    list_display = ["contract", "paid", "months"]
    list_filter = ["paid"]
    list_select_related = ["contract__tenant"]
    search_fields = ["contract__reference", "contract__tenant__name"]

    def get_actions(self, request: HttpRequest) -> dict:
        """Each by itself: several at once would not be asked whether they are in use."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return super().has_delete_permission(request, obj) and not (
            isinstance(obj, ContractTerm) and obj.has_fees()
        )


class TemporarySeatsAdmin(AuditedModelAdmin):
    policy = staticmethod(can_change_prices)
    view_policy = staticmethod(can_see_ledger)
    list_display = ["tenant", "seats", "first_day", "last_day", "note"]
    list_filter = ["tenant"]
    list_select_related = ["tenant"]
    search_fields = ["tenant__name", "note"]


operator_site.register(CostLine, CostAdmin)
operator_site.register(ContractTerm, ContractTermAdmin)
operator_site.register(TemporarySeats, TemporarySeatsAdmin)
operator_site.pages.append(
    ConsolePage("/money/costs/", gettext_lazy("Costs and margin"), "savings", can_see_costs)
)
