"""The ledger, and the invoices drafted from it. The ledger is append-only: a trigger refuses the rest."""

from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.billing.models.prices import ZERO, PriceList
from tenants.billing.money import MoneyField
from tenants.models import Currency, Tenant


class Charge(models.Model):
    """One row of the ledger. `quantity` is minutes for calls, and months (or seat-months) for fees.

    A leg is charged once per kind whatever the price list: `billing_leg_charged_once_each_state`. What could not be
    priced stands here with amount 0 and a reason, and gets a priced row later.
    """

    class Kind(models.TextChoices):
        INBOUND = "inbound", _("Inbound minutes")
        OUTBOUND = "outbound", _("Outbound minutes")
        INTERNAL = "internal", _("Internal minutes")
        ADJUSTMENT = "adjustment", _("Correction of an estimate")
        SEATS = "seats", _("Seats")
        PLAN = "plan", _("Plan fee")
        NUMBER = "number", _("Number fee")
        MODULE = "module", _("Module")
        ONE_OFF = "one_off", _("One-off purchase")
        SETUP = "setup", _("Implementation and configuration")
        CUSTOM = "custom", _("Customisation and integration")
        CREDIT = "credit", _("Credit")
        DISCOUNT = "discount", _("Discount")
        BUNDLE = "bundle", _("Included minutes")
        RERATED = "rerated", _("Rated anew")

    class State(models.TextChoices):
        PRICED = "priced", _("Priced")
        UNPRICED = "unpriced", _("Without a price")

    class Rule(models.TextChoices):
        """How a part of a fee was worked out, in words under its line."""

        MONTH_DAYS = "month_days", _("Part of a month: the fee × days ÷ days of that month.")
        AHEAD = "ahead", _("A year paid ahead: the yearly fee × days ÷ days of that year of the contract.")
        TWELFTHS = (
            "twelfths",
            _(
                "The yearly fee in monthly parts: a twelfth for each whole month, a part of a month by its days; "
                "the last part makes the year whole."
            ),
        )
        SEAT_DAYS = "seat_days", _("Temporary seats: seats × days × the fee per day.")
        TERM = "term", _("Discount for the length of the contract, on plan and seats.")
        BUNDLE = "bundle", _("Calls used up the included minutes in the order they began.")

    class Reason(models.TextChoices):
        NO_CONTRACT = "no_contract", _("No contract on that day")
        NO_PRICE_LIST = "no_price_list", _("No price list on that day")
        NO_PRICE = "no_price", _("No price for this destination")

    tenant = models.ForeignKey(
        Tenant, models.PROTECT, related_name="+", db_index=False, verbose_name=_("tenant")
    )
    month = models.DateField(_("month"), help_text=_("Its first day, in the tenant's time zone"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PRICED)
    reason = models.CharField(_("why without a price"), max_length=16, choices=Reason.choices, blank=True)
    leg_id = models.UUIDField(_("leg"), null=True, blank=True)
    source_key = models.CharField(_("source"), max_length=80, blank=True)
    node = models.CharField(_("switch"), max_length=40, blank=True)
    number = models.CharField(_("number"), max_length=40, blank=True)
    other_number = models.CharField(_("other number"), max_length=40, blank=True)
    started_at = models.DateTimeField(_("from"), null=True, blank=True)
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    billable_seconds = models.PositiveIntegerField(_("seconds"), default=0)
    billed_seconds = models.IntegerField(_("seconds billed"), default=0)
    is_estimated = models.BooleanField(_("estimated"), default=False)
    label = models.CharField(_("label"), max_length=120, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=16, decimal_places=6, default=ZERO)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=6, default=ZERO)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=6, default=ZERO)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    price_list = models.ForeignKey(
        PriceList, models.PROTECT, null=True, blank=True, related_name="charges", verbose_name=_("price list")
    )
    price_version = models.PositiveIntegerField(_("price version"), default=0)
    rule = models.CharField(_("worked out"), max_length=12, choices=Rule.choices, blank=True, db_default="")
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["tenant", "month", "kind"]),
            models.Index(fields=["month", "state"]),
            models.Index(
                fields=["tenant", "month"], condition=models.Q(is_estimated=True), name="billing_estimated"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "leg_id", "kind", "state"],
                condition=models.Q(leg_id__isnull=False) & ~models.Q(kind="rerated"),
                name="billing_leg_charged_once_each_state",
            ),
            models.UniqueConstraint(
                fields=["tenant", "leg_id", "source_key"],
                condition=models.Q(kind="rerated"),
                name="billing_leg_rated_anew_once",
            ),
            models.UniqueConstraint(
                fields=["tenant", "month", "kind", "source_key"],
                condition=models.Q(leg_id__isnull=True),
                name="billing_fee_charged_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state="priced", reason="") | models.Q(state="unpriced", amount=0),
                name="billing_unpriced_is_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} {self.currency}"


class Invoice(models.Model):
    """A draft of what a tenant owes for a month in one currency, rebuilt from the ledger each time."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("tenant"))
    month = models.DateField(_("month"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    exact_total = models.DecimalField(_("sum of charges"), max_digits=18, decimal_places=6, default=ZERO)
    total = MoneyField(_("total"), default=ZERO)
    charge_count = models.PositiveIntegerField(_("charges"), default=0)
    unpriced_count = models.PositiveIntegerField(_("without a price"), default=0)
    drafted_at = models.DateTimeField(_("drafted"))

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-month", "tenant", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "month", "currency"], name="billing_one_invoice_per_month"
            )
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {month_text(self.month)} · {self.currency}"


class InvoiceLine(models.Model):
    """Charges of one kind, label and price. `kind` rounding carries what rounding each line to the cent left
    over.
    """

    ROUNDING = "rounding"
    KINDS = [*Charge.Kind.choices, (ROUNDING, _("Rounding"))]

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines", verbose_name=_("invoice"))
    position = models.PositiveIntegerField(_("line"))
    kind = models.CharField(_("kind"), max_length=12, choices=KINDS)
    label = models.CharField(_("label"), max_length=120, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=6, default=ZERO)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=6, default=ZERO)
    exact_amount = models.DecimalField(_("sum of charges"), max_digits=18, decimal_places=6, default=ZERO)
    amount = MoneyField(_("amount"), default=ZERO)
    rule = models.CharField(
        _("worked out"), max_length=12, choices=Charge.Rule.choices, blank=True, db_default=""
    )
    charge_count = models.PositiveIntegerField(_("charges"), default=0)

    class Meta:
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        ordering = ["invoice", "position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="billing_line_has_one_place")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.label}".strip()

    @property
    def rule_text(self) -> str:
        """How a part of a fee was worked out, in words; "" for what needs none."""
        return str(self.get_rule_display()) if self.rule else ""


def month_text(month: date) -> str:
    """2026-11"""
    return month.strftime("%Y-%m")
