"""How the agent's page looks: panels by role and by person, sounds and notices, and the targets of the day."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.queues import Queue
from tenants.people.policies import Role


class PanelPlan(models.Model):
    """Which panels a role has: `states` {panel: shown, hidden or off}, in the order of `order`.

    `hidden` ones a person may show; `off` ones are not there for this role. Without a row all are shown.
    """

    role = models.CharField(_("role"), max_length=20, choices=Role.choices, unique=True)
    order = models.JSONField(_("order"), default=list)
    states = models.JSONField(_("states"), default=dict)

    class Meta:
        verbose_name = _("panels of a role")
        verbose_name_plural = _("panels of roles")
        ordering = ["role"]

    def __str__(self) -> str:
        return str(self.get_role_display())


class Workplace(models.Model):
    """One person's own choices: order and hidden panels, what rings and what tells, how large the type is."""

    class TextSize(models.TextChoices):
        NORMAL = "normal", _("Normal")
        LARGE = "large", _("Large")
        LARGER = "larger", _("Larger still")

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("member")
    )
    order = models.JSONField(_("order"), default=list)
    hidden = models.JSONField(_("hidden"), default=list)
    ring_volume = models.PositiveSmallIntegerField(
        _("ring volume"), default=70, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    sounds = models.JSONField(_("sounds"), default=list)
    """Events that make a sound; `is_tuned` False: the default ones do."""
    notices = models.JSONField(_("desktop notices"), default=list)
    is_tuned = models.BooleanField(default=False, editable=False)
    text_size = models.CharField(
        _("text size"), max_length=8, choices=TextSize.choices, default=TextSize.NORMAL
    )

    class Meta:
        verbose_name = _("workplace")
        verbose_name_plural = _("workplaces")

    def __str__(self) -> str:
        return str(self.member_id)


class FigureTarget(models.Model):
    """What an agent's day is to reach; of a queue's own and the house's, the queue's counts for that queue."""

    class Figure(models.TextChoices):
        HANDLED = "handled", _("Calls handled")
        AHT = "aht", _("Average handle time")
        ATT = "att", _("Average talk time")
        MISSED = "missed", _("Offers not answered")
        OCC = "occ", _("Occupancy")
        CSAT = "csat", _("Satisfaction")

    figure = models.CharField(_("figure"), max_length=12, choices=Figure.choices)
    queue = models.ForeignKey(
        Queue,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("queue"),
        help_text=_("Empty: of all queues together."),
    )
    value = models.FloatField(
        _("target"),
        validators=[MinValueValidator(0)],
        help_text=_("Seconds, percent or a number, as the figure is told."),
    )

    class Meta:
        verbose_name = _("target of the day")
        verbose_name_plural = _("targets of the day")
        ordering = ["figure", "queue"]
        constraints = [
            models.UniqueConstraint(
                fields=["figure", "queue"], nulls_distinct=False, name="one_target_per_figure_and_queue"
            )
        ]

    def __str__(self) -> str:
        return str(self.get_figure_display())
