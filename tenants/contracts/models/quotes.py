"""What is offered to a tenant at which price until when."""

from datetime import date
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import Currency, Plan, Sla, Tenant
from tenants.plans.modules import Module

ZERO = Decimal(0)
NOT_NEGATIVE = MinValueValidator(ZERO)


class Quote(models.Model):
    """Prices and terms offered; frozen once it was sent. For a new agreement, or more seats and modules of one."""

    class Kind(models.TextChoices):
        NEW = "new", pgettext_lazy("quote", "New agreement")
        EXPANSION = "expansion", pgettext_lazy("quote", "Expansion")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("quote", "Draft")
        OFFERED = "offered", pgettext_lazy("quote", "Offered")
        ACCEPTED = "accepted", pgettext_lazy("quote", "Accepted")
        DECLINED = "declined", pgettext_lazy("quote", "Declined")
        EXPIRED = "expired", pgettext_lazy("quote", "Expired")
        WITHDRAWN = "withdrawn", pgettext_lazy("quote", "Withdrawn")

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="quotes", verbose_name=_("tenant"))
    reference = models.CharField(_("number"), max_length=40, blank=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.NEW)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+", verbose_name=_("plan"))
    sla = models.ForeignKey(
        Sla, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("SLA")
    )
    seats = models.PositiveIntegerField(
        _("seats"), validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    modules = ArrayField(
        models.CharField(max_length=20, choices=Module.choices),
        verbose_name=_("modules switched on"),
        default=list,
        blank=True,
    )
    starts_on = models.DateField(_("holds from"))
    term_months = models.PositiveSmallIntegerField(
        _("term, months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text=_("Empty: until one side ends it"),
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    valid_until = models.DateField(_("valid until"))
    discount_percent = models.DecimalField(
        _("discount for the term, %"), max_digits=5, decimal_places=2, default=ZERO, editable=False
    )
    note = models.TextField(_("note"), max_length=2000, blank=True)
    offered_at = models.DateTimeField(_("offered"), null=True)
    offered_by = models.CharField(_("offered by"), max_length=120, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.CharField(_("decided by"), max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.reference or f"{self.tenant} · {self.starts_on}"

    def is_open_on(self, day: date) -> bool:
        """May be accepted on that day, its last day included."""
        return self.state == self.State.OFFERED and day <= self.valid_until


class QuoteLine(models.Model):
    """One price of a quote. `unit_price` is per month or once, as `billed` says."""

    class Kind(models.TextChoices):
        SERVICE = "service", pgettext_lazy("quote line", "Service")
        SEATS = "seats", _("Seats")
        MODULE = "module", _("Module")
        EXPANSION = "expansion", _("Expansion fee")
        CUSTOMISING = "customising", _("Customising")
        INTEGRATION = "integration", _("Integration")
        TRAINING = "training", _("Training")
        HARDWARE = "hardware", _("Hardware")

    class Billed(models.TextChoices):
        MONTHLY = "monthly", _("Every month")
        ONCE = "once", pgettext_lazy("price", "Once")

    quote = models.ForeignKey(Quote, models.CASCADE, related_name="lines", verbose_name=_("quote"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.SERVICE)
    label = models.CharField(_("what"), max_length=100)
    billed = models.CharField(_("paid"), max_length=8, choices=Billed.choices, default=Billed.MONTHLY)
    quantity = models.DecimalField(
        _("quantity"),
        max_digits=10,
        decimal_places=2,
        default=1,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    unit_price = models.DecimalField(
        _("unit price"), max_digits=12, decimal_places=2, validators=[NOT_NEGATIVE]
    )

    class Meta:
        verbose_name = _("line of a quote")
        verbose_name_plural = _("lines of quotes")
        ordering = ["quote", "id"]

    def __str__(self) -> str:
        return self.label

    @property
    def amount(self) -> Decimal:
        """Exact: two places by two are four; totals are rounded once."""
        return Decimal(self.quantity) * Decimal(self.unit_price)
