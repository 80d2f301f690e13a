"""Who listened in on whose talk, from when to when, and how: kept for ever, whoever asks for it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.models.agents import Agent
from telephony.models.calls import Call


class Listening(models.Model):
    """One ear on one talk. Its id is the id of the ear's leg, the leg of the supervisor's own phone.

    `modes` are [[moment (ISO), mode], …] as the switch told them; `mode` is the last of them, or what was asked for
    while the phone still rings.
    """

    class Mode(models.TextChoices):
        LISTEN = "listen", pgettext_lazy("supervision", "Listens")
        WHISPER = "whisper", pgettext_lazy("supervision", "Whispers")
        BARGE = "barge", pgettext_lazy("supervision", "Barges in")
        TAKEN = "taken", pgettext_lazy("supervision", "Took over")

    id = models.UUIDField(primary_key=True, editable=False)
    call = models.ForeignKey(
        Call, on_delete=models.CASCADE, related_name="listenings", verbose_name=_("call")
    )
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+", verbose_name=_("agent"))
    supervisor = models.ForeignKey(
        Agent, on_delete=models.PROTECT, related_name="listenings", verbose_name=_("supervisor")
    )
    agent_leg = models.UUIDField(_("leg listened to"))
    mode = models.CharField(_("mode"), max_length=16, choices=Mode.choices, default=Mode.LISTEN)
    modes = models.JSONField(_("changes of mode"), default=list, blank=True)
    is_told = models.BooleanField(
        _("the agent was told"), default=True, help_text=_("As the setting was when it began.")
    )
    asked_at = models.DateTimeField(_("asked for at"))
    began_at = models.DateTimeField(_("began at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)

    class Meta:
        verbose_name = _("listening in")
        verbose_name_plural = _("listenings")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["supervisor"], condition=Q(ended_at=None), name="one_open_ear_per_supervisor"
            )
        ]
        indexes = [
            models.Index(fields=["call"], condition=Q(ended_at=None), name="open_listenings"),
            models.Index(fields=["-asked_at"]),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def mode_words(self) -> list[str]:
        """In the order they were told."""
        known = dict(self.Mode.choices)
        return [str(known.get(mode, mode)) for _at, mode in self.modes]


class SupervisionTerms(models.Model):
    """What a tenant decides about listening in. At most one row; without one the defaults hold."""

    are_agents_told = models.BooleanField(
        _("agents are told when somebody listens"),
        default=True,
        help_text=_(
            "Their workspace shows who listens, and how. Some countries demand it; whispering and barging in are "
            "heard in any case."
        ),
    )

    class Meta:
        verbose_name = _("terms of listening in")
        verbose_name_plural = _("terms of listening in")

    def __str__(self) -> str:
        return str(_("Agents are told") if self.are_agents_told else _("Agents are not told"))
