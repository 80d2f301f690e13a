"""The shape of usage and invoices outside Python. Amounts are text, so that no reader makes them floats."""

from rest_framework import serializers

from tenants.billing.models import Invoice, InvoiceLine, month_text


class UsageLineSerializer(serializers.Serializer):
    """One line of the month so far."""

    kind = serializers.CharField()
    label = serializers.CharField()
    unit_price = serializers.DecimalField(max_digits=14, decimal_places=6)
    quantity = serializers.DecimalField(max_digits=18, decimal_places=6)
    amount = serializers.DecimalField(max_digits=18, decimal_places=6)
    currency = serializers.CharField()
    charge_count = serializers.IntegerField()
    rule = serializers.CharField()


class UsageSerializer(serializers.Serializer):
    """A month of the ledger: its lines, the exact sum per currency, and how many calls still have no price."""

    month = serializers.CharField()
    totals = serializers.DictField(child=serializers.DecimalField(max_digits=18, decimal_places=6))
    unpriced_count = serializers.IntegerField()
    lines = UsageLineSerializer(many=True)


class InvoiceLineSerializer(serializers.ModelSerializer):
    amount = serializers.CharField(read_only=True)

    class Meta:
        model = InvoiceLine
        fields = ["position", "kind", "label", "quantity", "unit_price", "amount", "charge_count", "rule"]


class InvoiceSerializer(serializers.ModelSerializer):
    """A draft with its lines, which add up to `total`."""

    month = serializers.SerializerMethodField()
    total = serializers.CharField(read_only=True)
    lines = InvoiceLineSerializer(many=True)

    class Meta:
        model = Invoice
        fields = ["id", "month", "currency", "state", "total", "unpriced_count", "drafted_at", "lines"]

    def get_month(self, invoice: Invoice) -> str:
        return month_text(invoice.month)
