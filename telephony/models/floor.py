"""The supervisors' floor: views they saved, when it is to ring, what rang, and who was moved for how long."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.models.agents import Agent, Skill
from telephony.models.queues import Queue


class FloorView(models.Model):
    """A member's own way of looking at the floor. `query` is the address's part behind the question mark."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("member")
    )
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=1000, blank=True, default="")
    is_default = models.BooleanField(_("opened first"), default=False)

    class Meta:
        verbose_name = _("view of the floor")
        verbose_name_plural = _("views of the floor")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["member", "name"], name="one_floor_view_of_a_name"),
            models.UniqueConstraint(
                fields=["member"], condition=Q(is_default=True), name="one_floor_view_is_first"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AlertTerms(models.Model):
    """When a queue is to ring on the floor. The row without a queue is for all queues that have none of their own."""

    queue = models.OneToOneField(
        Queue,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="alert_terms",
        verbose_name=_("queue"),
        help_text=_("Empty: for every queue without limits of its own."),
    )
    waiting_over = models.PositiveSmallIntegerField(
        _("more callers waiting than"), null=True, blank=True, validators=[MaxValueValidator(9999)]
    )
    expected_wait_over = models.PositiveIntegerField(
        _("expected wait over (seconds)"), null=True, blank=True, validators=[MaxValueValidator(7200)]
    )
    longest_wait_over = models.PositiveIntegerField(
        _("longest wait over (seconds)"), null=True, blank=True, validators=[MaxValueValidator(7200)]
    )
    service_level_under = models.PositiveSmallIntegerField(
        _("service level today under (percent)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Judged from 20 callers on."),
    )
    rings_when_nobody = models.BooleanField(_("callers wait and nobody is ready"), default=True)

    class Meta:
        verbose_name = _("limits of a queue")
        verbose_name_plural = _("limits of queues")
        ordering = ["queue__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["queue"], name="one_set_of_limits_per_queue", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return str(self.queue) if self.queue_id else str(_("All other queues"))

    def clean(self) -> None:
        others = AlertTerms.objects.filter(queue=self.queue).exclude(pk=self.pk)
        if self.queue_id is None and others.exists():
            raise ValidationError({"queue": _("The other queues have limits already: change those.")})


class QueueAlert(models.Model):
    """A queue was beyond one of its limits, from when to when. `value` and `limit` are in the unit of the kind."""

    class Kind(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("alert", "Too many waiting")
        EXPECTED_WAIT = "expected_wait", pgettext_lazy("alert", "Expected wait too long")
        LONGEST_WAIT = "longest_wait", pgettext_lazy("alert", "Somebody waits too long")
        SERVICE_LEVEL = "service_level", pgettext_lazy("alert", "Service level too low")
        NOBODY = "nobody", pgettext_lazy("alert", "Nobody is ready")

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="alerts", verbose_name=_("queue"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    limit = models.FloatField(_("limit"))
    value = models.FloatField(_("value when it rang"))
    worst = models.FloatField(_("worst value"))
    waiting = models.PositiveIntegerField(_("waiting"), default=0)
    expected_wait_seconds = models.FloatField(_("expected wait"), null=True, blank=True)
    agents_to_add = models.PositiveSmallIntegerField(_("agents to add"), null=True, blank=True)
    raised_at = models.DateTimeField(_("raised at"))
    calm_since = models.DateTimeField(_("within its limit since"), null=True, blank=True)
    cleared_at = models.DateTimeField(_("cleared at"), null=True, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken on by"),
    )
    seen_at = models.DateTimeField(_("taken on at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)

    class Meta:
        verbose_name = _("alert of a queue")
        verbose_name_plural = _("alerts of queues")
        ordering = ["-raised_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "kind"], condition=Q(cleared_at=None), name="one_open_alert_of_a_kind"
            )
        ]
        indexes = [models.Index(fields=["-raised_at"])]

    def __str__(self) -> str:
        return f"{self.queue}: {self.get_kind_display()}"


class FloorChange(models.Model):
    """By hand, maybe for a while: an agent was put into a queue, taken out of one, or given another level of a skill.

    `before` and `after` are what the place said, {"position"} or {"level"}; None: there was no such place. With `until`
    it is made undone then, if it is still as it was left.
    """

    agent = models.ForeignKey(
        Agent, on_delete=models.CASCADE, related_name="floor_changes", verbose_name=_("agent")
    )
    queue = models.ForeignKey(
        Queue, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("queue")
    )
    skill = models.ForeignKey(
        Skill, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("skill")
    )
    before = models.JSONField(_("before"), null=True, blank=True)
    after = models.JSONField(_("after"), null=True, blank=True)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.CharField(_("made by"), max_length=120, blank=True, default="")
    until = models.DateTimeField(_("until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("move on the floor")
        verbose_name_plural = _("moves on the floor")
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(
                fields=["until"], condition=Q(ended_at=None, until__isnull=False), name="moves_that_end"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agent}: {self.queue or self.skill}"
