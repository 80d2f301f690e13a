"""Where tenants lived, which maintenance was agreed in time, and what each month came to."""

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import Contract, Tenant

ANNOUNCED_AHEAD = timedelta(hours=48)
"""Maintenance told later than this before it begins is downtime like any other."""


class CellStay(models.Model):
    """In which cell a tenant lived from when to when, as the watch saw it."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", verbose_name=_("tenant"))
    cell = models.CharField(_("cell"), max_length=40)
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("stay in a cell")
        verbose_name_plural = _("stays in cells")
        ordering = ["tenant", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"], condition=models.Q(until__isnull=True), name="service_lives_in_one_cell"
            )
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.cell}"


class AgreedWindow(models.Model):
    """A maintenance notice as it stood when the watch saw it. Changed afterwards it is another window, seen later."""

    notice_id = models.BigIntegerField(_("notice"))
    title = models.CharField(_("title"), max_length=120, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    tenant_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    """None: of all tenants."""
    seen_at = models.DateTimeField(_("announced"))
    gone_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("agreed maintenance")
        verbose_name_plural = _("agreed maintenance")
        ordering = ["-starts_at", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_agreed(self) -> bool:
        """Told early enough, and not taken back before its end."""
        in_time = self.seen_at <= self.starts_at - ANNOUNCED_AHEAD
        return in_time and (self.gone_at is None or self.gone_at >= self.ends_at)

    def concerns(self, tenant_id: int) -> bool:
        return not self.tenant_ids or tenant_id in self.tenant_ids

    def is_of(self, starts_at: datetime, ends_at: datetime, tenant_ids: list[int]) -> bool:
        return (self.starts_at, self.ends_at, sorted(self.tenant_ids)) == (
            starts_at,
            ends_at,
            sorted(tenant_ids),
        )


class MonthAvailability(models.Model):
    """What the days of one contract in one month came to, and the credit that follows. Booked, it stays as it is."""

    class State(models.TextChoices):
        MET = "met", pgettext_lazy("promise", "Kept")
        MISSED = "missed", pgettext_lazy("promise", "Missed")
        UNDECIDED = "undecided", pgettext_lazy("promise", "To be decided")

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", verbose_name=_("tenant"))
    contract = models.ForeignKey(Contract, models.CASCADE, related_name="+", verbose_name=_("contract"))
    month = models.DateField(_("month"))
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until, including"))
    sla_name = models.CharField(_("SLA"), max_length=80)
    promised_percent = models.DecimalField(_("promised, %"), max_digits=6, decimal_places=3)
    credit_percent = models.DecimalField(
        _("credit when missed, % of the month"), max_digits=5, decimal_places=2
    )
    counted_seconds = models.PositiveIntegerField(_("seconds counted"), default=0)
    maintenance_seconds = models.PositiveIntegerField(_("seconds of agreed maintenance"), default=0)
    unmeasured_seconds = models.PositiveIntegerField(_("seconds before the first probe"), default=0)
    down_seconds = models.PositiveIntegerField(_("seconds down"), default=0)
    unknown_seconds = models.PositiveIntegerField(_("seconds not known"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.MET)
    outages = models.JSONField(_("outages"), default=list, blank=True)
    credits = models.JSONField(_("credits"), default=list, blank=True)
    measured_at = models.DateTimeField(_("measured"))
    booked_at = models.DateTimeField(_("booked"), null=True, blank=True)

    class Meta:
        verbose_name = _("month of availability")
        verbose_name_plural = _("months of availability")
        ordering = ["-month", "tenant", "first_day"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "month"], name="service_one_month_per_contract")
        ]

    def __str__(self) -> str:
        return f"{self.tenant} {self.month:%Y-%m}"
