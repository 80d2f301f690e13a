"""Price lists with the days they hold. One that charges were made by stays as it is."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.billing import windows
from tenants.billing.errors import PriceListInUse
from tenants.models import Currency, Number, Plan
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
    plan_fee_year = models.DecimalField(
        _("plan fee per year"),
        max_digits=12,
        decimal_places=2,
        default=ZERO,
        validators=[NOT_NEGATIVE],
        help_text=_("For contracts by the year; 0: twelve times the month"),
    )
    seat_fee_year = models.DecimalField(
        _("fee per seat and year"),
        max_digits=12,
        decimal_places=2,
        default=ZERO,
        validators=[NOT_NEGATIVE],
        help_text=_("For contracts by the year; 0: twelve times the month"),
    )
    seat_fee_day = models.DecimalField(
        _("fee per temporary seat and day"),
        max_digits=12,
        decimal_places=2,
        default=ZERO,
        validators=[NOT_NEGATIVE],
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
    days = models.CharField(
        _("on the days"),
        max_length=13,
        blank=True,
        validators=[windows.check_days],
        help_text=_("1 is Monday: 1-5, or 6,7; empty: every day"),
    )
    hours = models.CharField(
        _("at the hours"),
        max_length=11,
        blank=True,
        validators=[windows.check_hours],
        help_text=_(
            "08:00-20:00 where the tenant is; empty: all hours that no other line of the prefix names"
        ),
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
        ordering = ["price_list", "direction", "prefix", "number_kind", "days", "hours"]
        constraints = [
            models.UniqueConstraint(
                fields=["price_list", "direction", "prefix", "number_kind", "days", "hours"],
                name="billing_one_price_per_destination_and_time",
            ),
            models.CheckConstraint(
                condition=models.Q(per_minute__gte=0, increment_seconds__gte=1),
                name="billing_price_makes_sense",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def window(self) -> windows.Window:
        """What cannot be read holds never: a call must not fail by a typing error."""
        try:
            return windows.window_of(self.days, self.hours)
        except ValidationError:
            return windows.NEVER

    def clean_fields(self, exclude=None) -> None:  # noqa: ANN001
        self.days = windows.plain_days(self.days)
        super().clean_fields(exclude=exclude)

    def clean(self) -> None:
        """By whatever door it comes: a list that charges were made by takes no price and loses none."""
        if self.price_list_id and self.price_list.is_in_use:
            raise ValidationError({"price_list": PriceListInUse().message})


class PartOfList(models.Model):
    """A row of a price list that stays as it is once charges were made by the list."""

    price_list: Any
    price_list_id: int | None

    class Meta:
        abstract = True

    def clean(self) -> None:
        if self.price_list_id and self.price_list.is_in_use:
            raise ValidationError({"price_list": PriceListInUse().message})


class Bundle(PartOfList):
    """Minutes a month that cost nothing beside the plan. The month's calls use them up in the order they began."""

    price_list = models.ForeignKey(
        PriceList, models.CASCADE, related_name="bundles", verbose_name=_("price list")
    )
    label = models.CharField(_("label"), max_length=60, help_text=_("As it stands on the invoice"))
    direction = models.CharField(_("direction"), max_length=8, choices=Direction.choices)
    prefix = models.CharField(_("destination prefix"), max_length=15, blank=True, validators=[PREFIX])
    minutes = models.PositiveIntegerField(_("minutes per month"), validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("included minutes")
        verbose_name_plural = _("included minutes")
        ordering = ["price_list", "direction", "prefix"]
        constraints = [
            models.UniqueConstraint(
                fields=["price_list", "direction", "prefix"], name="billing_one_bundle_per_destination"
            )
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        """A call must know from which minutes it takes."""
        super().clean()
        if not self.price_list_id:
            return
        for other in Bundle.objects.filter(price_list=self.price_list_id).exclude(pk=self.pk):
            if self.covers_like(other):
                raise ValidationError({"prefix": self.same_calls(other)})

    def covers_like(self, other: "Bundle") -> bool:
        shorter, longer = sorted((self.prefix, other.prefix), key=len)
        return self.direction == other.direction and longer.startswith(shorter)

    def same_calls(self, other: "Bundle") -> str:
        return _("“%(label)s” covers the same calls.") % {"label": other.label}


class TermDiscount(PartOfList):
    """Per cent off plan and seats for whoever signs for so many months or more; of several the longest counts."""

    price_list = models.ForeignKey(
        PriceList, models.CASCADE, related_name="term_discounts", verbose_name=_("price list")
    )
    months = models.PositiveSmallIntegerField(_("from months"), validators=[MinValueValidator(1)])
    percent = models.DecimalField(
        _("per cent off"),
        max_digits=5,
        decimal_places=2,
        validators=[NOT_NEGATIVE, MaxValueValidator(Decimal(100))],
    )

    class Meta:
        verbose_name = _("discount by term")
        verbose_name_plural = _("discounts by term")
        ordering = ["price_list", "months"]
        constraints = [
            models.UniqueConstraint(fields=["price_list", "months"], name="billing_one_discount_per_term")
        ]

    def __str__(self) -> str:
        return f"{self.months} · −{self.percent} %"


class ModulePrice(PartOfList):
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
