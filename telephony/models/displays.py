"""Which of the tenant's numbers those we call see: pools of numbers, and virtual ones that mask an agent."""

from datetime import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from telephony.models.agents import Agent
from telephony.models.queues import Queue


class DisplayPool(models.Model):
    """Numbers shown in turn to those who are called for a queue; without a queue, for every call that has none."""

    class Way(models.TextChoices):
        IN_TURN = "in_turn", _("In turn, the longest unused first")
        SAME_REGION = "same_region", _("One of the customer's own region, else in turn")

    name = models.CharField(_("name"), max_length=80, unique=True)
    queue = models.OneToOneField(
        Queue,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="display_pool",
        verbose_name=_("calls for the queue"),
        help_text=_("Empty: for all calls of queues that have no pool of their own."),
    )
    way = models.CharField(_("which is shown"), max_length=12, choices=Way.choices, default=Way.IN_TURN)
    is_active = models.BooleanField(_("in use"), default=True)
    least_connected = models.PositiveSmallIntegerField(
        _("rests below, percent answered"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(99)],
        help_text=_("Empty: no number rests. Of its last calls, as many as below."),
    )
    judged_calls = models.PositiveSmallIntegerField(
        _("judged by so many calls"), default=20, validators=[MinValueValidator(5), MaxValueValidator(500)]
    )
    rest_minutes = models.PositiveIntegerField(
        _("rests for, minutes"), default=1440, validators=[MinValueValidator(10), MaxValueValidator(43_200)]
    )

    class Meta:
        verbose_name = _("display pool")
        verbose_name_plural = _("display pools")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"],
                condition=Q(is_active=True, queue=None),
                name="one_pool_for_all",
                violation_error_message=_("Another pool is for all calls already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class PoolNumber(models.Model):
    pool = models.ForeignKey(
        DisplayPool, on_delete=models.CASCADE, related_name="numbers", verbose_name=_("display pool")
    )
    number_e164 = models.CharField(_("number"), max_length=32)
    shown_at = models.DateTimeField(_("last shown"), null=True, blank=True, editable=False)
    resting_until = models.DateTimeField(_("rests until"), null=True, blank=True, editable=False)
    """Its calls since then alone are judged anew: a rest wipes the slate."""
    rested_at_percent = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("number of the pool")
        verbose_name_plural = _("numbers of the pool")
        ordering = ["number_e164"]
        constraints = [
            models.UniqueConstraint(fields=["pool", "number_e164"], name="a_number_once_in_a_pool")
        ]

    def __str__(self) -> str:
        return self.number_e164

    def is_resting(self, at: datetime) -> bool:
        return self.resting_until is not None and at < self.resting_until


class VirtualNumber(models.Model):
    """Whoever this agent calls sees this number, and never the agent's own."""

    agent = models.OneToOneField(
        Agent, on_delete=models.CASCADE, related_name="virtual_number", verbose_name=_("agent")
    )
    number_e164 = models.CharField(_("virtual number"), max_length=32)

    class Meta:
        verbose_name = _("virtual number of an agent")
        verbose_name_plural = _("virtual numbers of agents")
        ordering = ["number_e164"]

    def __str__(self) -> str:
        return f"{self.number_e164} · {self.agent}"
