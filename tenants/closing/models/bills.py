"""Bills: what was issued stays. Triggers refuse every change of the three tables of a bill."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.billing.models import InvoiceLine
from tenants.billing.money import places_of
from tenants.models import Tenant

ZERO = Decimal(0)


class Series(models.Model):
    """The last number given in a row of numbers. Given inside the transaction that issues: none is ever left out."""

    code = models.CharField(_("series"), max_length=20, unique=True)
    last_number = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Bill(models.Model):
    """An invoice or a credit note, as issued: whoever changes his address later changes nothing here.

    Amounts of a credit note are positive: they are what is given back. `exact_total` is the part of the ledger that
    an invoice covers; a credit note covers none.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        CREDIT = "credit", _("Credit note")

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("tenant"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    number = models.CharField(_("number"), max_length=30, unique=True)
    month = models.DateField(_("month"))
    currency = models.CharField(_("currency"), max_length=3)
    issued_at = models.DateTimeField(_("issued"))
    issued_on = models.DateField(_("issued on"))
    due_on = models.DateField(_("due on"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10)
    seller = models.JSONField(_("seller"), default=dict)
    payer = models.JSONField(_("payer"), default=dict)
    is_tax_included = models.BooleanField(_("prices include tax"), default=False)
    exact_total = models.DecimalField(_("sum of charges"), max_digits=18, decimal_places=6, default=ZERO)
    net = models.DecimalField(_("net"), max_digits=18, decimal_places=3)
    tax = models.DecimalField(_("tax"), max_digits=18, decimal_places=3)
    total = models.DecimalField(_("total"), max_digits=18, decimal_places=3)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="credits", verbose_name=_("corrects")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("bill")
        verbose_name_plural = _("bills")
        ordering = ["-issued_at", "-id"]
        indexes = [models.Index(fields=["tenant", "month"]), models.Index(fields=["month", "kind"])]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "month", "currency"],
                condition=models.Q(kind="invoice"),
                name="closing_one_invoice_per_month",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_credit(self) -> bool:
        return self.kind == self.Kind.CREDIT

    @property
    def series(self) -> str:
        """`CN` of CN2026-000001."""
        return self.number.split("-")[0].removesuffix("C")[:-4]

    @property
    def places(self) -> int:
        """Decimals of its amounts."""
        return places_of(self.currency)


class BillLine(models.Model):
    """`amount` is as priced; with tax included it is the gross, else the net. `source_month` differs from the bill's
    where a charge came after its month was closed.
    """

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="lines", verbose_name=_("bill"))
    position = models.PositiveIntegerField(_("line"))
    kind = models.CharField(_("kind"), max_length=20)
    label = models.CharField(_("label"), max_length=120, blank=True)
    source_month = models.DateField(_("charges of"))
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=6, default=ZERO)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=6, default=ZERO)
    exact_amount = models.DecimalField(_("sum of charges"), max_digits=18, decimal_places=6, default=ZERO)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=3)
    tax_code = models.CharField(_("code of tax"), max_length=20)
    tax_percent = models.DecimalField(_("percent"), max_digits=6, decimal_places=3, null=True, blank=True)
    net = models.DecimalField(_("net"), max_digits=18, decimal_places=3)
    tax = models.DecimalField(_("tax"), max_digits=18, decimal_places=3)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="credits", verbose_name=_("corrects")
    )

    class Meta:
        verbose_name = _("line of a bill")
        verbose_name_plural = _("lines of bills")
        ordering = ["bill", "position"]
        constraints = [
            models.UniqueConstraint(fields=["bill", "position"], name="closing_line_has_one_place")
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.label or self.kind_text}"

    @property
    def kind_text(self) -> str:
        """In the reader's language."""
        return str(dict(InvoiceLine.KINDS).get(self.kind, self.kind))

    @property
    def is_rounding(self) -> bool:
        return self.kind == InvoiceLine.ROUNDING

    @property
    def is_late(self) -> bool:
        return self.source_month != self.bill.month

    @property
    def late_text(self) -> str:
        """What a line says of charges that came after their month was closed."""
        month = month_text(self.source_month)
        return gettext("Came after %(month)s was closed") % {"month": month} if self.is_late else ""

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


class BillTax(models.Model):
    """What a bill has of one rate. Without a percentage: exempt."""

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="taxes", verbose_name=_("bill"))
    code = models.CharField(_("code of tax"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    name_zh = models.CharField(_("name in Chinese"), max_length=60)
    percent = models.DecimalField(_("percent"), max_digits=6, decimal_places=3, null=True, blank=True)
    net = models.DecimalField(_("net"), max_digits=18, decimal_places=3)
    tax = models.DecimalField(_("tax"), max_digits=18, decimal_places=3)

    class Meta:
        verbose_name = _("tax of a bill")
        verbose_name_plural = _("taxes of bills")
        ordering = ["bill", "code"]
        constraints = [models.UniqueConstraint(fields=["bill", "code"], name="closing_one_sum_per_rate")]

    def __str__(self) -> str:
        return f"{self.name} {self.tax}"


def month_text(month: date) -> str:
    """2026-11"""
    return month.strftime("%Y-%m")
