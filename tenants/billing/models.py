"""Prices with the dates they hold, the ledger, and invoices. The ledger is append-only: a trigger refuses
the rest.
"""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.billing.errors import PriceListInUse
from tenants.models import Currency, Number, Plan, Tenant
from tenants.plans.modules import Module

ZERO = Decimal(0)
NOT_NEGATIVE = MinValueValidator(ZERO)
PREFIX = RegexValidator(
    r"^\+?\d{0,14}$", _("A prefix such as +8613, or the bare digits 400; empty for all others.")
)


class Direction(models.TextChoices):
    INBOUND = "inbound", _("Inbound")
    OUTBOUND = "outbound", _("Outbound")
    INTERNAL = "internal", _("Internal")


class PriceList(models.Model):
    """The prices of a plan from one day on. The newest that holds on a day counts; one in use is never
    changed.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="price_lists", verbose_name=_("plan"))
    version = models.PositiveIntegerField(_("version"), validators=[MinValueValidator(1)])
    valid_from = models.DateField(_("valid from"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    plan_fee = models.DecimalField(
        _("plan fee per month"), max_digits=12, decimal_places=2, default=ZERO, validators=[NOT_NEGATIVE]
    )
    seat_fee = models.DecimalField(
        _("fee per seat and month"), max_digits=12, decimal_places=2, default=ZERO, validators=[NOT_NEGATIVE]
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        ordering = ["plan", "-valid_from", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "version"], name="billing_one_list_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.plan} v{self.version}"

    @property
    def is_in_use(self) -> bool:
        """True once a charge was made by it: from then on a change is a new version."""
        return self.pk is not None and self.charges.exists()


class Price(models.Model):
    """What a minute costs. Outbound is found by the longest prefix, inbound by the kind of the tenant's
    number.
    """

    price_list = models.ForeignKey(
        PriceList, models.CASCADE, related_name="prices", verbose_name=_("price list")
    )
    direction = models.CharField(_("direction"), max_length=8, choices=Direction.choices)
    prefix = models.CharField(_("destination prefix"), max_length=15, blank=True, validators=[PREFIX])
    number_kind = models.CharField(
        _("kind of number"), max_length=12, blank=True, choices=Number.Kind.choices
    )
    label = models.CharField(_("label"), max_length=80, help_text=_("As it stands on the invoice"))
    per_minute = models.DecimalField(
        _("per minute"), max_digits=12, decimal_places=6, validators=[NOT_NEGATIVE]
    )
    minimum_seconds = models.PositiveIntegerField(_("minimum, seconds"), default=0)
    increment_seconds = models.PositiveIntegerField(
        _("counted by, seconds"), default=60, validators=[MinValueValidator(1)]
    )

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["price_list", "direction", "prefix", "number_kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["price_list", "direction", "prefix", "number_kind"],
                name="billing_one_price_per_destination",
            ),
            models.CheckConstraint(
                condition=models.Q(per_minute__gte=0, increment_seconds__gte=1),
                name="billing_price_makes_sense",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        """By whatever door it comes: a list that charges were made by takes no price and loses none."""
        if self.price_list_id and self.price_list.is_in_use:
            raise ValidationError({"price_list": PriceListInUse().message})


class ModulePrice(models.Model):
    """What a module costs a month beside the plan. A module without one is paid with the plan, or not at all."""

    price_list = models.ForeignKey(
        PriceList, models.CASCADE, related_name="module_prices", verbose_name=_("price list")
    )
    module = models.CharField(_("module"), max_length=20, choices=Module.choices)
    label = models.CharField(_("label"), max_length=80, help_text=_("As it stands on the invoice"))
    monthly_fee = models.DecimalField(
        _("fee per month"), max_digits=12, decimal_places=2, validators=[NOT_NEGATIVE]
    )

    class Meta:
        verbose_name = _("price of a module")
        verbose_name_plural = _("prices of modules")
        ordering = ["price_list", "module"]
        constraints = [
            models.UniqueConstraint(fields=["price_list", "module"], name="billing_one_price_per_module")
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        """As of minutes: a list that charges were made by stays as it is."""
        if self.price_list_id and self.price_list.is_in_use:
            raise ValidationError({"price_list": PriceListInUse().message})


class Charge(models.Model):
    """One row of the ledger. `quantity` is minutes for calls, and months (or seat-months) for fees.

    A leg is charged once per kind whatever the price list: `billing_leg_charged_once`. What could not be
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

    class Reason(models.TextChoices):
        NO_CONTRACT = "no_contract", _("No contract on that day")
        NO_PRICE_LIST = "no_price_list", _("No price list on that day")
        NO_PRICE = "no_price", _("No price for this destination")

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("tenant"))
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
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["tenant", "month", "kind"]),
            models.Index(fields=["month", "state"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "leg_id", "kind", "price_version"],
                condition=models.Q(leg_id__isnull=False),
                name="billing_leg_charged_once_per_version",
            ),
            models.UniqueConstraint(
                fields=["tenant", "leg_id", "kind"],
                condition=models.Q(leg_id__isnull=False, state="priced"),
                name="billing_leg_charged_once",
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
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2, default=ZERO)
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
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, default=ZERO)
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


def month_text(month: date) -> str:
    """2026-11"""
    return month.strftime("%Y-%m")
