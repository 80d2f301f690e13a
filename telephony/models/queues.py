"""Queues, who answers them, and the numbers that lead to them."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.agents import Agent, Skill


class Queue(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    name = models.CharField(_("name"), max_length=80, unique=True)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.OPEN)
    skills = models.ManyToManyField(Skill, through="QueueSkill", verbose_name=_("required skills"))
    agents = models.ManyToManyField(
        Agent, through="QueueAgent", related_name="queues", verbose_name=_("agents")
    )
    priority = models.IntegerField(
        _("priority"),
        default=0,
        validators=[MinValueValidator(-3600), MaxValueValidator(3600)],
        help_text=_("Seconds added to the waiting time when callers are put in order."),
    )
    offer_seconds = models.PositiveSmallIntegerField(
        _("ring for"), default=20, validators=[MinValueValidator(5), MaxValueValidator(120)]
    )
    max_missed_offers = models.PositiveSmallIntegerField(
        _("missed calls until not ready"), default=3, validators=[MinValueValidator(1)]
    )
    wrap_up_seconds = models.PositiveSmallIntegerField(
        _("wrap-up"), default=30, validators=[MaxValueValidator(900)]
    )
    max_wait_seconds = models.PositiveIntegerField(
        _("longest wait"), default=300, validators=[MinValueValidator(10), MaxValueValidator(7200)]
    )
    sl_seconds = models.PositiveSmallIntegerField(
        _("service level seconds"), default=20, validators=[MinValueValidator(1)]
    )
    short_abandon_seconds = models.PositiveSmallIntegerField(_("short abandon"), default=5)
    is_recorded = models.BooleanField(_("calls are recorded"), default=True)

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class QueueSkill(models.Model):
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="queue_skills")
    skill = models.ForeignKey(
        Skill, on_delete=models.PROTECT, related_name="queue_skills", verbose_name=_("skill")
    )
    min_level = models.PositiveSmallIntegerField(
        _("lowest level"), default=1, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )

    class Meta:
        verbose_name = _("required skill")
        verbose_name_plural = _("required skills")
        constraints = [
            models.UniqueConstraint(fields=["queue", "skill"], name="one_level_per_queue_and_skill")
        ]

    def __str__(self) -> str:
        return f"{self.skill} ≥ {self.min_level}"


class QueueAgent(models.Model):
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="queue_agents")
    agent = models.ForeignKey(
        Agent, on_delete=models.CASCADE, related_name="queue_agents", verbose_name=_("agent")
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=1, help_text=_("Lower positions are asked first.")
    )

    class Meta:
        verbose_name = _("agent of the queue")
        verbose_name_plural = _("agents of the queue")
        constraints = [
            models.UniqueConstraint(fields=["queue", "agent"], name="one_place_per_queue_and_agent")
        ]

    def __str__(self) -> str:
        return f"{self.queue}: {self.agent}"


class Entry(models.Model):
    """A number of the tenant, and the queue its callers wait in."""

    number_e164 = models.CharField(_("number"), max_length=32, unique=True)
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, related_name="entries", verbose_name=_("queue")
    )

    class Meta:
        verbose_name = _("number's destination")
        verbose_name_plural = _("numbers' destinations")
        ordering = ["number_e164"]

    def __str__(self) -> str:
        return f"{self.number_e164} → {self.queue}"


class Disposition(models.Model):
    """What an agent says came of a call; without a queue it is offered in all of them."""

    name = models.CharField(_("name"), max_length=80)
    queue = models.ForeignKey(
        Queue,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="dispositions",
        verbose_name=_("only in queue"),
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("disposition")
        verbose_name_plural = _("dispositions")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "parent", "name"],
                name="one_disposition_of_a_name",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.parent.name} / {self.name}" if self.parent else self.name
