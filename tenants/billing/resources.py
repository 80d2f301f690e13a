"""Prices, the ledger and the billing sheet as sheets of rows. Numbers of callers leave masked."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX
from import_export.widgets import DecimalWidget, IntegerWidget
from tablib import Dataset

from tenants.billing.errors import PriceListInUse
from tenants.billing.models import Charge, Invoice, InvoiceLine, Price, PriceList, month_text
from tenants.exports import SafeResource
from tenants.masking import mask_number


class NumbersStayNumbers:
    """A sheet format for resources that have neutralised their texts: the library's own way turns all into text."""

    def _escape_formulae(self, dataset: Dataset) -> None:
        return


class MoneyCsv(NumbersStayNumbers, CSV):
    pass


class MoneyXlsx(NumbersStayNumbers, XLSX):
    pass


SHEETS = [MoneyCsv, MoneyXlsx]
AS_NUMBERS = {
    name: {"coerce_to_string": False}
    for name in (
        "quantity",
        "unit_price",
        "amount",
        "exact_amount",
        "billable_seconds",
        "billed_seconds",
        "charge_count",
        "position",
        "price_version",
    )
}


class Amount(DecimalWidget):
    """Says what is wrong in words; the library shows a list of decimal's classes."""

    def clean(self, value: object, row: dict[str, Any] | None = None, **kwargs: Any) -> Decimal | None:
        try:
            return super().clean(value, row, **kwargs)
        except InvalidOperation:
            raise ValueError(_("“%(text)s” is not an amount.") % {"text": str(value)[:20]}) from None


class PriceResource(SafeResource):
    """Prices of one or several lists, found by plan and version. A list in use takes no rows."""

    plan = Field(attribute="price_list__plan__code", column_name="plan", readonly=True)
    version = Field(
        attribute="price_list__version", column_name="version", readonly=True, widget=IntegerWidget()
    )

    per_minute = Field(
        attribute="per_minute", column_name="per_minute", widget=Amount(coerce_to_string=False)
    )

    class Meta:
        model = Price
        import_id_fields = ("plan", "version", "direction", "prefix", "number_kind")
        fields = (
            "plan",
            "version",
            "direction",
            "prefix",
            "number_kind",
            "label",
            "per_minute",
            "minimum_seconds",
            "increment_seconds",
        )
        export_order = fields
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        super().before_import_row(row, **kwargs)
        price_list = _price_list(str(row.get("plan") or "").strip(), str(row.get("version") or "").strip())
        if price_list.is_in_use:
            raise ValidationError(PriceListInUse().message)
        row["plan"], row["version"] = price_list.plan.code, price_list.version
        for name in ("direction", "prefix", "number_kind"):
            row[name] = str(row.get(name) or "").strip()
        for name in ("minimum_seconds", "increment_seconds"):
            row[name] = str(row.get(name) or "").strip() or Price._meta.get_field(name).default

    def import_instance(self, instance: Price, row: dict[str, Any], **kwargs: Any) -> None:
        instance.price_list = _price_list(row["plan"], str(row["version"]))
        super().import_instance(instance, row, **kwargs)


def _price_list(plan: str, version: str) -> PriceList:
    found = PriceList.objects.filter(plan__code=plan, version=version) if version.isdecimal() else None
    price_list = found.first() if found is not None else None
    if price_list is None:
        raise ValidationError(
            _("There is no price list %(plan)s version %(version)s.")
            % {"plan": plan[:40] or "–", "version": version[:10] or "–"}
        )
    return price_list


class ChargeResource(SafeResource):
    """The ledger, one row per charge. The sum of `amount` is the sum of the ledger."""

    tenant = Field(attribute="tenant__schema_name", column_name="tenant")
    month = Field(attribute="month", column_name="month")

    class Meta:
        model = Charge
        fields = (
            "tenant",
            "month",
            "kind",
            "state",
            "reason",
            "label",
            "leg_id",
            "number",
            "other_number",
            "started_at",
            "ended_at",
            "billable_seconds",
            "billed_seconds",
            "is_estimated",
            "quantity",
            "unit_price",
            "amount",
            "currency",
            "price_version",
        )
        export_order = fields
        widgets = AS_NUMBERS

    def dehydrate_month(self, charge: Charge) -> str:
        return month_text(charge.month)

    def dehydrate_leg_id(self, charge: Charge) -> str:
        return str(charge.leg_id or "")

    def dehydrate_other_number(self, charge: Charge) -> str:
        return mask_number(charge.other_number)


class BillingSheetResource(SafeResource):
    """The lines of the chosen invoices, one row each. The sum of `amount` is the sum of their totals."""

    tenant = Field(attribute="invoice__tenant__name", column_name="tenant")
    month = Field(attribute="invoice__month", column_name="month")
    currency = Field(attribute="invoice__currency", column_name="currency")
    state = Field(attribute="invoice__state", column_name="state")

    class Meta:
        model = InvoiceLine
        fields = (
            "tenant",
            "month",
            "currency",
            "state",
            "position",
            "kind",
            "label",
            "charge_count",
            "quantity",
            "unit_price",
            "exact_amount",
            "amount",
        )
        export_order = fields
        widgets = AS_NUMBERS

    def dehydrate_month(self, line: InvoiceLine) -> str:
        return month_text(line.invoice.month)

    def dehydrate_kind(self, line: InvoiceLine) -> str:
        return line.get_kind_display()

    def export(self, *args: Any, queryset: QuerySet | None = None, **kwargs: Any) -> Any:
        """Takes the invoices the admin has chosen, and writes their lines."""
        if queryset is not None and queryset.model is Invoice:
            lines = InvoiceLine.objects.filter(invoice__in=queryset.order_by())
            queryset = lines.select_related("invoice__tenant").order_by(
                "-invoice__month", "invoice__tenant__name", "invoice__currency", "position"
            )
        return super().export(*args, queryset=queryset, **kwargs)
