"""How well it was done: scorecards with weights, and what an inspector gave a call on one of them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from quality.scoring import ItemScore
from tenants.sealed_text import SealedTextField


class Scorecard(models.Model):
    """A form. A published version never changes again: the next change is a new version."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    key = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    state = models.CharField(
        _("state"), max_length=16, choices=State.choices, default=State.DRAFT, editable=False
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)

    class Meta:
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="scorecard_version_once"),
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(state="published"),
                name="scorecard_one_published_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT


class ScorecardItem(models.Model):
    """One question. A weighted item earns points; a fatal item is passed, or makes the whole call 0."""

    scorecard = models.ForeignKey(
        Scorecard, verbose_name=_("scorecard"), on_delete=models.CASCADE, related_name="items"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    text = models.CharField(_("question"), max_length=200)
    guide = models.TextField(_("how to judge"), blank=True)
    weight = models.DecimalField(
        _("weight"),
        max_digits=6,
        decimal_places=2,
        default=1,
        validators=[MinValueValidator(0)],
        help_text=_("Its share among the weighted items. A fatal item needs none."),
    )
    max_points = models.PositiveSmallIntegerField(
        _("most points"), default=5, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    is_fatal = models.BooleanField(
        _("fatal"), default=False, help_text=_("Not passed means 0 % for the whole call.")
    )

    class Meta:
        verbose_name = _("scorecard item")
        verbose_name_plural = _("scorecard items")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


class Evaluation(models.Model):
    """What one inspector gave one call on one version of a form. Published when made; never edited."""

    scorecard = models.ForeignKey(
        Scorecard, verbose_name=_("scorecard"), on_delete=models.PROTECT, related_name="evaluations"
    )
    call_id = models.UUIDField(_("call"), db_index=True)
    agent = models.ForeignKey(
        "telephony.Agent", verbose_name=_("agent"), on_delete=models.PROTECT, related_name="+"
    )
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("inspector"),
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
    )
    percent = models.DecimalField(_("score"), max_digits=5, decimal_places=2)
    is_fatal = models.BooleanField(_("fatal item not passed"), default=False)
    comment = models.TextField(_("comment"), blank=True)
    published_at = models.DateTimeField(_("published at"), default=timezone.now)
    read_at = models.DateTimeField(_("read by the agent at"), null=True, editable=False)

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        ordering = ["-published_at", "-pk"]
        indexes = [models.Index(fields=["agent", "-published_at"], name="evaluation_by_agent")]
        constraints = [
            models.UniqueConstraint(
                fields=["call_id", "scorecard", "inspector"], name="evaluation_once_per_inspector"
            )
        ]

    def __str__(self) -> str:
        return f"{self.percent} %"


class EvaluationScore(models.Model):
    """The points of one item, with the item's weight as it was."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="scores")
    item = models.ForeignKey(ScorecardItem, on_delete=models.PROTECT, related_name="+")
    points = models.PositiveSmallIntegerField(_("points"))
    note = models.CharField(_("remark"), max_length=300, blank=True)

    class Meta:
        ordering = ["item__position", "item_id"]
        constraints = [models.UniqueConstraint(fields=["evaluation", "item"], name="item_scored_once")]

    def __str__(self) -> str:
        return f"{self.points}"

    @property
    def as_item_score(self) -> ItemScore:
        return ItemScore(
            weight=self.item.weight,
            points=self.points,
            max_points=self.item.max_points,
            is_fatal=self.item.is_fatal,
        )


class PhraseListening(models.Model):
    """The one row of how a tenant listens for what must be said. The sentences stand with the recording policy."""

    is_on = models.BooleanField(_("listen for what must be said"), default=False)
    percent = models.PositiveSmallIntegerField(
        _("of how many talks, percent"),
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    queues = models.ManyToManyField(
        "telephony.Queue", verbose_name=_("in these queues"), related_name="+", blank=True
    )
    keeps_transcript = models.BooleanField(_("keep what was understood as text"), default=False)
    listened_until = models.DateTimeField(_("listened until"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("listening for phrases")
        verbose_name_plural = _("listening for phrases")

    def __str__(self) -> str:
        return str(self.pk)


class PhraseCheck(models.Model):
    """One recorded talk that is, or was, listened to. `missing` counts what was not heard and nobody overruled."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits to be heard")
        HEARD = "heard", _("Listened to")
        FAILED = "failed", _("Could not be listened to")

    recording_id = models.UUIDField(_("recording"), unique=True)
    call_id = models.UUIDField(_("call"), db_index=True)
    agent = models.ForeignKey(
        "telephony.Agent", verbose_name=_("agent"), on_delete=models.PROTECT, related_name="+"
    )
    queue = models.ForeignKey(
        "telephony.Queue", verbose_name=_("queue"), on_delete=models.SET_NULL, related_name="+", null=True
    )
    talked_at = models.DateTimeField(_("talk began at"))
    language = models.CharField(_("language"), max_length=8)
    policy_version = models.PositiveIntegerField(_("version of the policy"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("next try"))
    heard_at = models.DateTimeField(_("listened to at"), null=True, blank=True)
    why_not = models.CharField(_("why not"), max_length=24, blank=True, default="")
    missing = models.PositiveSmallIntegerField(_("missing"), default=0)
    transcript = SealedTextField(_("what was understood"), blank=True, default="")

    class Meta:
        verbose_name = _("talk listened to")
        verbose_name_plural = _("talks listened to")
        ordering = ["-talked_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="phrase_checks_due"),
            models.Index(fields=["-talked_at", "-id"], name="phrase_checks_newest"),
            models.Index(
                fields=["-talked_at"], name="phrase_checks_missing", condition=models.Q(missing__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return str(self.recording_id)


class PhraseVerdict(models.Model):
    """One sentence of one talk. An inspector may overrule what was heard, with a reason; both stay."""

    talk = models.ForeignKey(PhraseCheck, on_delete=models.CASCADE, related_name="verdicts")
    position = models.PositiveSmallIntegerField(_("position"))
    phrase = models.CharField(_("sentence"), max_length=200)
    was_heard = models.BooleanField(_("heard"))
    at_second = models.FloatField(_("at second"), null=True, blank=True)
    confidence = models.FloatField(_("how sure"), null=True, blank=True)
    overruled_at = models.DateTimeField(_("overruled at"), null=True, blank=True)
    overruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("overruled by"),
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
    )
    overruled_by_name = models.CharField(_("name then"), max_length=120, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["talk", "position"], name="phrase_judged_once")]

    def __str__(self) -> str:
        return self.phrase

    @property
    def was_said(self) -> bool:
        """As it counts: an inspector's word before the machine's."""
        return self.was_heard != (self.overruled_at is not None)
