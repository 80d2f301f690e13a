"""The shape of a bill outside Python. Amounts are text, so that no reader makes them floats."""

from rest_framework import serializers

from tenants.closing.models import Bill, BillLine, BillTax, month_text


class BillLineSerializer(serializers.ModelSerializer):
    source_month = serializers.SerializerMethodField()

    class Meta:
        model = BillLine
        fields = [
            "position", "kind", "label", "source_month", "quantity", "unit_price", "amount", "net", "tax",
            "tax_code", "tax_percent",
        ]  # fmt: skip

    def get_source_month(self, line: BillLine) -> str:
        return month_text(line.source_month)


class BillTaxSerializer(serializers.ModelSerializer):
    class Meta:
        model = BillTax
        fields = ["code", "name", "name_zh", "percent", "net", "tax"]


class BillSerializer(serializers.ModelSerializer):
    """An invoice or a credit note; amounts of the latter are what is given back."""

    tenant = serializers.CharField(source="tenant.schema_name")
    month = serializers.SerializerMethodField()
    corrects = serializers.CharField(source="corrects.number", default=None)
    lines = BillLineSerializer(many=True)
    taxes = BillTaxSerializer(many=True)

    class Meta:
        model = Bill
        fields = [
            "number", "kind", "tenant", "month", "currency", "issued_on", "due_on", "seller", "payer",
            "is_tax_included", "net", "tax", "total", "corrects", "reason", "lines", "taxes",
        ]  # fmt: skip

    def get_month(self, bill: Bill) -> str:
        return month_text(bill.month)
