"""Queues, who answers them, and the numbers that lead to them."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.agents import Agent, Skill
from telephony.models.groups import AgentGroup, WorkingHours


class Queue(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    class Strategy(models.TextChoices):
        """Who of the free and suited agents is asked first; among equals always the longest idle."""

        MOST_SKILLED = "most_skilled", _("Most skilled first")
        LONGEST_IDLE = "longest_idle", _("Longest idle first")
        LEAST_BUSY = "least_busy", _("Least busy today first")
        ROUND_ROBIN = "round_robin", _("In turn")
        RING_GROUP = "ring_group", _("All at once")

    class Limit(models.TextChoices):
        """What happens to a caller who cannot or should no longer wait here."""

        WAIT = "wait", _("Let them wait")
        OVERFLOW = "overflow", _("Send them to the overflow queue")
        VOICEMAIL = "voicemail", _("Take a message")

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
    strategy = models.CharField(
        _("strategy"), max_length=16, choices=Strategy.choices, default=Strategy.MOST_SKILLED
    )
    ring_group_size = models.PositiveSmallIntegerField(
        _("phones rung at once"),
        default=5,
        validators=[MinValueValidator(2), MaxValueValidator(20)],
        help_text=_("Only for the strategy “All at once”."),
    )
    hours = models.ForeignKey(
        WorkingHours,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="queues",
        verbose_name=_("working hours"),
        help_text=_("Empty: always open."),
    )
    overflow_queue = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("overflow queue"),
    )
    overflow_after_seconds = models.PositiveIntegerField(
        _("overflow after"),
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(7200)],
        help_text=_("Seconds of waiting after which callers move to the overflow queue, keeping their time."),
    )
    max_waiting = models.PositiveIntegerField(
        _("most callers waiting"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    when_full = models.CharField(
        _("when that many wait"), max_length=16, choices=Limit.choices, default=Limit.VOICEMAIL
    )
    when_nobody = models.CharField(
        _("when nobody is signed in"), max_length=16, choices=Limit.choices, default=Limit.WAIT
    )
    sticky_days = models.PositiveSmallIntegerField(
        _("same agent within"),
        default=0,
        validators=[MaxValueValidator(365)],
        help_text=_("Days a caller is remembered by the agent who last spoke to them; 0 for never."),
    )
    sticky_seconds = models.PositiveSmallIntegerField(
        _("wait for that agent"),
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text=_("Seconds before everybody else is asked too."),
    )
    is_scored = models.BooleanField(
        _("rank agents by score"),
        default=False,
        help_text=_(
            "Free agents are ranked by what is known of them and the caller; each score is explained."
        ),
    )

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """An overflow leads somewhere, ends, and comes before the end of the wait."""
        wants_overflow = self.overflow_after_seconds or self.Limit.OVERFLOW in (
            self.when_full,
            self.when_nobody,
        )
        if wants_overflow and self.overflow_queue is None:
            raise ValidationError({"overflow_queue": _("Name the queue callers are to be sent to.")})
        if self.overflow_comes_back():
            raise ValidationError(
                {"overflow_queue": _("Overflowing that way, callers would come back here.")}
            )
        if self.overflow_after_seconds and self.overflow_after_seconds >= self.max_wait_seconds:
            told = _("Callers would leave the line before: make it shorter than the longest wait.")
            raise ValidationError({"overflow_after_seconds": told})

    def overflow_comes_back(self) -> bool:
        """The overflow of the overflow … is this queue, or goes round without it."""
        seen, following = {self.pk}, self.overflow_queue
        while following is not None:
            if following.pk in seen:
                return True
            seen.add(following.pk)
            following = following.overflow_queue
        return False


class QueueSkill(models.Model):
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="queue_skills")
    skill = models.ForeignKey(
        Skill, on_delete=models.PROTECT, related_name="queue_skills", verbose_name=_("skill")
    )
    min_level = models.PositiveSmallIntegerField(
        _("lowest level"), default=1, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    is_preferred = models.BooleanField(
        _("only preferred"),
        default=False,
        help_text=_("Agents who have it are asked first, but nobody waits for it."),
    )

    class Meta:
        verbose_name = _("required skill")
        verbose_name_plural = _("required skills")
        constraints = [
            models.UniqueConstraint(fields=["queue", "skill"], name="one_level_per_queue_and_skill")
        ]

    def __str__(self) -> str:
        return f"{self.skill} ≥ {self.min_level}"


class QueueStep(models.Model):
    """Whom a waiting caller is offered to from a moment of waiting on; without a step at 0 s everyone of the queue
    with the required skills.
    """

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="steps")
    after_seconds = models.PositiveIntegerField(
        _("after seconds"), default=0, validators=[MaxValueValidator(7200)]
    )
    group = models.ForeignKey(
        AgentGroup,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only this group"),
    )
    level_drop = models.PositiveSmallIntegerField(
        _("levels lowered by"),
        default=0,
        validators=[MaxValueValidator(10)],
        help_text=_("Each required level is lowered by so much; a level of 0 is no longer required."),
    )
    with_queue = models.ForeignKey(
        Queue,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("also agents of queue"),
    )

    class Meta:
        verbose_name = _("expansion step")
        verbose_name_plural = _("expansion steps")
        ordering = ["after_seconds"]
        constraints = [
            models.UniqueConstraint(fields=["queue", "after_seconds"], name="one_step_per_queue_and_moment")
        ]

    def __str__(self) -> str:
        return f"{self.queue} +{self.after_seconds} s"

    def clean(self) -> None:
        if self.with_queue_id is not None and self.with_queue_id == self.queue_id:
            raise ValidationError({"with_queue": _("Agents of this queue are asked anyway: name another.")})


class QueueAgent(models.Model):
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="queue_agents")
    agent = models.ForeignKey(
        Agent, on_delete=models.CASCADE, related_name="queue_agents", verbose_name=_("agent")
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=1, help_text=_("Lower positions are asked first.")
    )
    until = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("Leave empty for a lasting place.")
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
    """A number of the tenant, the flow its callers go through, and the queue they come to where it leads nowhere."""

    number_e164 = models.CharField(_("number"), max_length=32, unique=True)
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, related_name="entries", verbose_name=_("queue")
    )
    flow = models.ForeignKey(
        "Flow",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        verbose_name=_("call flow"),
        help_text=_("Empty: callers go to the queue at once."),
    )
    is_shown = models.BooleanField(
        _("shown to those we call"),
        default=False,
        help_text=_(
            "Callbacks and outside numbers of call flows show this number. Without one they show the number the"
            " customer dialled; never an agent's."
        ),
    )

    class Meta:
        verbose_name = _("number's destination")
        verbose_name_plural = _("numbers' destinations")
        ordering = ["number_e164"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_shown"],
                condition=models.Q(is_shown=True),
                name="one_number_is_shown",
                violation_error_message=_("Another number is shown already. Take it back there first."),
            )
        ]

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
    is_machine = models.BooleanField(
        _("a machine answered"),
        default=False,
        help_text=_("Of a callback: the customer was not reached, and is tried again."),
    )

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
