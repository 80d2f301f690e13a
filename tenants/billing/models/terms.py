"""What a tenant agreed to beside the contract's plan and seats."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.billing.errors import TermInUse
from tenants.billing.models.ledger import Charge
from tenants.models import Contract, Tenant


class ContractTerm(models.Model):
    """How long a contract was signed for, and how its plan and seats are paid. Without one: by the month."""

    class Paid(models.TextChoices):
        MONTHLY = "monthly", _("By the month")
        AHEAD = "ahead", _("By the year, ahead")
        TWELFTHS = "twelfths", _("By the year, in monthly parts")

    contract = models.OneToOneField(Contract, models.CASCADE, related_name="term", verbose_name=_("contract"))
    paid = models.CharField(_("paid"), max_length=8, choices=Paid.choices, default=Paid.MONTHLY)
    months = models.PositiveSmallIntegerField(
        _("signed for months"), default=12, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )

    class Meta:
        verbose_name = _("term of a contract")
        verbose_name_plural = _("terms of contracts")
        ordering = ["-contract__starts_on", "-id"]

    def __str__(self) -> str:
        return f"{self.contract} · {self.get_paid_display()}"

    def clean(self) -> None:
        """Fees of two ways of paying would overlap."""
        before = ContractTerm.objects.filter(pk=self.pk).first()
        is_other = before is None or (before.paid, before.months) != (self.paid, self.months)
        if self.contract_id and is_other and self.has_fees():
            raise ValidationError(TermInUse().message)

    def has_fees(self) -> bool:
        own = models.Q(source_key__startswith=f"contract:{self.contract_id}:")
        own |= models.Q(source_key__startswith=f"year:{self.contract_id}:")
        return Charge.objects.filter(own, tenant=self.contract.tenant_id).exists()


class TemporarySeats(models.Model):
    """Seats for some days beside those of the contract."""

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("tenant"))
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until, including"))
    seats = models.PositiveIntegerField(_("seats"), validators=[MinValueValidator(1)])
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("temporary seats")
        verbose_name_plural = _("temporary seats")
        ordering = ["-first_day", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")),
                name="billing_temporary_seats_end_after_start",
                violation_error_message=_("They end before they begin."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.seats} · {self.first_day}/{self.last_day}"
