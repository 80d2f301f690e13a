"""The other way in when this one must not be used: prepared, drilled, switched on with one click."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from telephony.models.queues import Entry, Queue


class EmergencyPlan(models.Model):
    """For one number, or with no entry for every number of the tenant. A number's own plan comes first."""

    class Action(models.TextChoices):
        BACKUP_LINE = "backup_line", _("Send callers to a backup number")
        MESSAGE = "message", _("Play the emergency message and hang up")
        QUEUE = "queue", _("Send callers to another queue")

    entry = models.OneToOneField(
        Entry,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="emergency_plan",
        verbose_name=_("number"),
        help_text=_("Empty: every number of the company."),
    )
    action = models.CharField(_("action"), max_length=16, choices=Action.choices, default=Action.MESSAGE)
    backup_number = models.CharField(_("backup number"), max_length=32, blank=True, default="")
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("queue")
    )
    is_on = models.BooleanField(_("switched on"), default=False, editable=False)
    switched_at = models.DateTimeField(_("switched at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("emergency plan")
        verbose_name_plural = _("emergency plans")
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], nulls_distinct=False, name="one_emergency_plan_per_number"
            ),
            models.CheckConstraint(
                condition=~Q(action="backup_line") | ~Q(backup_number=""), name="a_backup_line_has_a_number"
            ),
            models.CheckConstraint(
                condition=~Q(action="queue") | Q(queue__isnull=False), name="an_emergency_queue_is_named"
            ),
        ]

    def __str__(self) -> str:
        return str(self.entry) if self.entry_id else "*"


class EmergencySwitch(models.Model):
    """One time a plan was switched on or off, or drilled; `seconds` until a call really went the new way."""

    plan = models.ForeignKey(EmergencyPlan, on_delete=models.CASCADE, related_name="switches")
    is_on = models.BooleanField(_("switched on"))
    is_drill = models.BooleanField(_("drill"), default=False)
    asked_at = models.DateTimeField(_("asked at"))
    effective_at = models.DateTimeField(_("in effect at"), null=True, blank=True)
    seconds = models.FloatField(_("seconds until in effect"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=80, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )

    class Meta:
        verbose_name = _("emergency switch")
        verbose_name_plural = _("emergency switches")
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.plan} {self.asked_at:%Y-%m-%d %H:%M}"
