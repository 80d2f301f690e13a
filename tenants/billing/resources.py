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

from tenants.billing import windows
from tenants.billing.errors import PriceListInUse
from tenants.billing.models import Charge, Invoice, InvoiceLine, Price, PriceList, month_text
from tenants.billing.sheet_check import sheet_problems
from tenants.exports import SafeResource, restored
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
        import_id_fields = ("plan", "version", "direction", "prefix", "number_kind", "days", "hours")
        fields = (
            "plan",
            "version",
            "direction",
            "prefix",
            "number_kind",
            "days",
            "hours",
            "label",
            "per_minute",
            "minimum_seconds",
            "increment_seconds",
        )
        export_order = fields
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        """The lists as they would be after this sheet, looked at as wholes: what is wrong is told of its row."""
        super().before_import(dataset, **kwargs)
        for name in {"days", "hours"} - set(dataset.headers or []):  # sheets of before there were hours
            dataset.append_col([""] * len(dataset), header=name)
        self._lists: dict[tuple[str, str], PriceList | None] = {}
        self._told = sheet_problems([self._plain(restored(row)) for row in dataset.dict], self._list)
        self._row = -1

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        super().before_import_row(row, **kwargs)
        self._row += 1
        plain = self._plain(row)
        price_list = self._list(plain["plan"], plain["version"])
        if price_list is None:
            raise ValidationError(
                _("There is no price list %(plan)s version %(version)s.")
                % {"plan": plain["plan"][:40] or "–", "version": plain["version"][:10] or "–"}
            )
        if price_list.is_in_use:
            raise ValidationError(PriceListInUse().message)
        if self._row in self._told:
            raise ValidationError(self._told[self._row])
        row |= plain | {"plan": price_list.plan.code, "version": price_list.version}
        for name in ("minimum_seconds", "increment_seconds"):
            row[name] = str(row.get(name) or "").strip() or Price._meta.get_field(name).default

    def _plain(self, row: dict[str, Any]) -> dict[str, str]:
        """What a price is found by, in one spelling."""
        names = ("plan", "version", "direction", "prefix", "number_kind", "days", "hours")
        plain = {name: str(row.get(name) or "").strip() for name in names}
        return plain | {"days": windows.plain_days(plain["days"])}

    def _list(self, plan: str, version: str) -> PriceList | None:
        """Asked once for all its rows."""
        if (plan, version) not in self._lists:
            found = PriceList.objects.select_related("plan").filter(plan__code=plan)
            self._lists[plan, version] = (
                found.filter(version=version).first() if _is_version(version) else None
            )
        return self._lists[plan, version]

    def import_instance(self, instance: Price, row: dict[str, Any], **kwargs: Any) -> None:
        price_list = self._list(str(row["plan"]), str(row["version"]))
        assert price_list is not None  # before_import_row refuses the row
        instance.price_list = price_list
        super().import_instance(instance, row, **kwargs)


def _is_version(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


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
