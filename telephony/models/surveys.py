"""What callers say of a call when it is over, by keys and in their own words."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.agents import Agent
from telephony.models.calls import Call
from telephony.models.queues import Queue
from tenants.sealed_text import SealedTextField


class Survey(models.Model):
    """Asked after the talk, of callers of `queues`."""

    class Scale(models.TextChoices):
        CSAT = "csat", _("Satisfaction, 1 to 5")
        NPS = "nps", _("Recommendation, 0 to 10")

    class AskedBy(models.TextChoices):
        KEYS = "keys", _("By keys, when the agent has hung up")
        TEXT = "text", _("By text message, after the call")

    name = models.CharField(_("name"), max_length=80, unique=True)
    scale = models.CharField(_("scale"), max_length=8, choices=Scale.choices, default=Scale.CSAT)
    asked_by = models.CharField(
        _("how callers are asked"), max_length=8, choices=AskedBy.choices, default=AskedBy.KEYS
    )
    question = models.ForeignKey(
        "Prompt",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("question"),
        null=True,
        blank=True,
    )
    asks_comment = models.BooleanField(_("records a comment"), default=False)
    percent = models.PositiveSmallIntegerField(
        _("per cent of calls"), default=100, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    low_from = models.PositiveSmallIntegerField(
        _("a score up to this opens a follow-up"), default=2, validators=[MaxValueValidator(10)]
    )
    queues = models.ManyToManyField(Queue, blank=True, related_name="surveys", verbose_name=_("queues"))
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SurveyAnswer(models.Model):
    """One caller asked. `score` is None when they hung up or pressed nothing that counts."""

    call = models.OneToOneField(
        Call, on_delete=models.CASCADE, related_name="survey_answer", verbose_name=_("call")
    )
    survey = models.ForeignKey(
        Survey, on_delete=models.PROTECT, related_name="answers", verbose_name=_("survey")
    )
    scale = models.CharField(_("scale"), max_length=8, choices=Survey.Scale.choices)
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("queue")
    )
    agent = models.ForeignKey(
        Agent, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("agent")
    )
    variant = models.CharField(_("variant of the flow"), max_length=40, blank=True, default="")
    asked_at = models.DateTimeField(_("asked at"))
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    comment_path = models.CharField(max_length=400, blank=True, default="", editable=False)
    comment_seconds = models.FloatField(_("comment's seconds"), null=True, blank=True)
    comment = SealedTextField(_("typed comment"), blank=True, default="")
    """What was typed; what was spoken is a file."""

    class Meta:
        verbose_name = _("survey answer")
        verbose_name_plural = _("survey answers")
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["asked_at"]), models.Index(fields=["agent", "asked_at"])]

    def __str__(self) -> str:
        return f"{self.call_id} {self.score}"
