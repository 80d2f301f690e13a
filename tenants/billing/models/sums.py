"""The ledger added up by day, kept by a trigger: whoever asks for a month reads some hundred rows, not a million."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.billing.models.ledger import Charge
from tenants.billing.models.prices import ZERO
from tenants.models import Currency, Tenant


class LedgerDay(models.Model):
    """What one statement added to a day, or what several did, folded (sums.py). Rows of one key add up; their sum is
    the ledger's at every moment, as both are written in one transaction. `day` is the tenant's; a fee's is the first
    of its month.
    """

    tenant = models.ForeignKey(
        Tenant, models.PROTECT, related_name="+", db_index=False, verbose_name=_("tenant")
    )
    month = models.DateField(_("month"))
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=12, choices=Charge.Kind.choices)
    state = models.CharField(_("state"), max_length=8, choices=Charge.State.choices)
    label = models.CharField(_("label"), max_length=120, blank=True)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=6, default=ZERO)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    rule = models.CharField(_("worked out"), max_length=12, choices=Charge.Rule.choices, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=20, decimal_places=6, default=ZERO)
    amount = models.DecimalField(_("amount"), max_digits=22, decimal_places=6, default=ZERO)
    seconds = models.BigIntegerField(_("seconds"), default=0)
    charges = models.BigIntegerField(_("charges"), default=0)

    class Meta:
        verbose_name = _("day of the ledger")
        verbose_name_plural = _("days of the ledger")
        ordering = ["-month", "tenant", "day", "id"]
        indexes = [models.Index(fields=["tenant", "month"])]

    def __str__(self) -> str:
        return f"{self.tenant_id} {self.day} {self.kind}"
