"""The fleet's calls by day, counted from the ledger as it grows. Public rows."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import Tenant


class FleetDay(models.Model):
    """Legs with the outside that a tenant was charged for on a day of its own clock."""

    day = models.DateField(_("day"))
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", verbose_name=_("tenant"))
    legs = models.PositiveIntegerField(_("call legs"), default=0)
    seconds = models.PositiveBigIntegerField(_("seconds"), default=0)

    class Meta:
        verbose_name = _("day of a tenant")
        verbose_name_plural = _("days of tenants")
        constraints = [models.UniqueConstraint(fields=["day", "tenant"], name="overview_day_of_tenant_once")]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.day}"


class FleetMark(models.Model):
    """Up to which charge the days are counted; one row."""

    charge_id = models.BigIntegerField(_("last charge"), default=0)
    counted_at = models.DateTimeField(_("counted"), null=True)

    class Meta:
        verbose_name = _("mark of counting")
        verbose_name_plural = _("marks of counting")

    def __str__(self) -> str:
        return str(self.charge_id)
