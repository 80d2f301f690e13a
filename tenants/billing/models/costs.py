"""What the service costs us, and the corrections made by rating a month anew."""

from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.billing.models.prices import PriceList
from tenants.models import Currency, Tenant


def new_reference() -> str:
    return f"typed:{uuid4()}"


class CostLine(models.Model):
    """One bill or wage of a month. Of one tenant, or shared by all whose months it was."""

    class Kind(models.TextChoices):
        CARRIER = "carrier", _("Carrier")
        MACHINES = "machines", _("Machines and upkeep")
        PEOPLE = "people", _("People")
        OTHER = "other", _("Other")

    month = models.DateField(_("month"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    tenant = models.ForeignKey(
        Tenant,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tenant"),
        help_text=_("Empty: shared, the carrier's by minutes, the rest by seats"),
    )
    label = models.CharField(_("label"), max_length=120)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    reference = models.CharField(
        _("reference"),
        max_length=80,
        default=new_reference,
        help_text=_("The bill's own number: in a month it is taken once"),
    )

    class Meta:
        verbose_name = _("cost")
        verbose_name_plural = _("costs")
        ordering = ["-month", "kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["month", "reference"], name="billing_one_cost_per_bill")
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        if self.month:
            self.month = self.month.replace(day=1)


class Rerating(models.Model):
    """Corrections of a month's calls by another price list, as they were written."""

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("tenant"))
    month = models.DateField(_("month"))
    price_list = models.ForeignKey(PriceList, models.PROTECT, related_name="+", verbose_name=_("price list"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    call_count = models.PositiveIntegerField(_("calls corrected"), default=0)
    difference = models.DecimalField(_("difference"), max_digits=18, decimal_places=6, default=0)
    lines = models.JSONField(_("lines"), default=list)
    """As `queries.RatedLine` says them, amounts as text."""
    at = models.DateTimeField(_("written"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("rating anew")
        verbose_name_plural = _("ratings anew")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.month:%Y-%m} · {self.price_list}"
