"""Months being closed. A run is for one tenant or for the fleet; each tenant of it is one step, committed alone."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import Tenant


class CloseRun(models.Model):
    """Somebody asked for a month to be closed."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    month = models.DateField(_("month"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.RUNNING)
    accepts_warnings = models.BooleanField(_("warnings are accepted"), default=False)
    by_name = models.CharField(_("asked by"), max_length=120)
    asked_at = models.DateTimeField(_("asked"))
    alive_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("run of a close")
        verbose_name_plural = _("runs of closes")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="running"), name="closing_one_run_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} · {self.get_state_display()}"

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING


class Close(models.Model):
    """One tenant's month. `closed` is the lock: what is charged for the month from then on goes on the next bill."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        CLOSED = "closed", pgettext_lazy("months", "Closed")
        BLOCKED = "blocked", _("Not possible yet")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    run = models.ForeignKey(CloseRun, models.PROTECT, related_name="closes", verbose_name=_("run"))
    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("tenant"))
    month = models.DateField(_("month"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    problems = models.JSONField(_("what is in the way"), default=list, blank=True)
    """[[code, count], …] of preflight.py."""
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("close of a month")
        verbose_name_plural = _("closes of months")
        ordering = ["-month", "tenant"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "month"], name="closing_month_closed_once"),
            models.CheckConstraint(
                condition=~models.Q(state="closed") | models.Q(closed_at__isnull=False),
                name="closing_closed_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.month:%Y-%m} · {self.get_state_display()}"
