"""Bills as sheets: their lines, one row each. Texts that would be formulas leave as text, numbers as numbers."""

from decimal import Decimal
from typing import Any

from import_export.fields import Field
from tablib import Dataset

from tenants.billing.resources import AS_NUMBERS
from tenants.closing.models import BillLine, month_text
from tenants.exports import SafeResource

NUMBERS = ("quantity", "unit_price", "exact_amount", "amount", "net", "tax", "tax_percent", "position")


class BillSheetResource(SafeResource):
    """Lines of bills. Of a credit note amounts are negative, so that the sum of a column is what is owed."""

    number = Field(attribute="bill__number", column_name="number")
    kind_of_bill = Field(attribute="bill__kind", column_name="kind_of_bill")
    tenant = Field(attribute="bill__tenant__name", column_name="tenant")
    month = Field(attribute="bill__month", column_name="month")
    issued_on = Field(attribute="bill__issued_on", column_name="issued_on")
    currency = Field(attribute="bill__currency", column_name="currency")

    class Meta:
        model = BillLine
        fields = (
            "number", "kind_of_bill", "tenant", "month", "issued_on", "currency", "position", "kind", "label",
            "source_month", "quantity", "unit_price", "exact_amount", "amount", "tax_code", "tax_percent", "net",
            "tax",
        )  # fmt: skip
        export_order = fields
        widgets = AS_NUMBERS | {name: {"coerce_to_string": False} for name in NUMBERS}

    def dehydrate_month(self, line: BillLine) -> str:
        return month_text(line.bill.month)

    def dehydrate_source_month(self, line: BillLine) -> str:
        return month_text(line.source_month)

    def dehydrate_kind_of_bill(self, line: BillLine) -> str:
        return line.bill.get_kind_display()

    def dehydrate_kind(self, line: BillLine) -> str:
        return line.kind_text

    def dehydrate_amount(self, line: BillLine) -> Decimal:
        return _signed(line, line.amount)

    def dehydrate_net(self, line: BillLine) -> Decimal:
        return _signed(line, line.net)

    def dehydrate_tax(self, line: BillLine) -> Decimal:
        return _signed(line, line.tax)


def _signed(line: BillLine, amount: Decimal) -> Decimal:
    return -amount if line.bill.is_credit else amount


KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def body_of(sheet: Dataset, kind: str) -> bytes:
    """The mark lets spreadsheet programs read Chinese from a csv."""
    written: Any = sheet.export(kind)
    return written if kind == "xlsx" else b"\xef\xbb\xbf" + written.encode()
