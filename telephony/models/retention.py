"""How long sounds are kept, what stops their deletion, and what remains of those that are gone."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.models.calls import Call
from telephony.models.custody import SoundKind


class RetentionPolicy(models.Model):
    """One version of the tenant's rule; a change is a new version. Without a number a kind is kept for good."""

    version = models.PositiveIntegerField(_("version"), unique=True)
    recording_days = models.PositiveIntegerField(_("recordings: days"), null=True, blank=True)
    voicemail_days = models.PositiveIntegerField(_("voicemails: days"), null=True, blank=True)
    comment_days = models.PositiveIntegerField(_("survey comments: days"), null=True, blank=True)
    queues = models.JSONField(_("queues that differ"), default=dict, blank=True)
    """{"<queue id>": {"recording": days, "voicemail": days, "comment": days}}; a kind left out is the tenant's."""
    made_by = models.CharField(_("made by"), max_length=120, blank=True)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("retention policy")
        verbose_name_plural = _("retention policies")
        ordering = ["-version"]

    def __str__(self) -> str:
        return str(self.version)


class LegalHold(models.Model):
    """While it stands nothing of the call, or of any call with the number, is deleted."""

    call = models.ForeignKey(
        Call, on_delete=models.CASCADE, null=True, blank=True, related_name="holds", verbose_name=_("call")
    )
    number = models.CharField(_("customer's number"), max_length=64, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    placed_by = models.CharField(_("placed by"), max_length=120)
    placed_at = models.DateTimeField(_("placed at"))
    lifted_by = models.CharField(_("lifted by"), max_length=120, blank=True)
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lift_reason = models.CharField(_("reason for lifting"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="hold_of_a_call_or_a_number",
                condition=(Q(call__isnull=False) & Q(number="")) | (Q(call__isnull=True) & ~Q(number="")),
            ),
            models.UniqueConstraint(
                fields=["call"], condition=Q(lifted_at=None, call__isnull=False), name="one_hold_per_call"
            ),
            models.UniqueConstraint(
                fields=["number"], condition=Q(lifted_at=None) & ~Q(number=""), name="one_hold_per_number"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class PurgeRequest(models.Model):
    """Deleting before its time takes two people: one asks, another confirms."""

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("purge", "Waits for a second person")
        CONFIRMED = "confirmed", pgettext_lazy("purge", "Confirmed")
        REFUSED = "refused", pgettext_lazy("purge", "Refused")

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="purges", verbose_name=_("call"))
    reason = models.CharField(_("reason"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"))
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("purge")
        verbose_name_plural = _("purges")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["call"], condition=Q(state="asked"), name="one_open_purge_per_call"
            ),
            # The rule of two people holds in the database as well.
            models.CheckConstraint(
                name="purge_confirmed_by_another",
                condition=~Q(state="confirmed") | ~Q(answered_by=F("asked_by")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class RetentionRun(models.Model):
    """One pass of deleting, and its proof."""

    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    policy_version = models.PositiveIntegerField(_("policy version"), default=0)
    due = models.PositiveIntegerField(_("sounds due"), default=0)
    deleted = models.PositiveIntegerField(_("sounds deleted"), default=0)
    held = models.PositiveIntegerField(_("kept by a hold"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    proof = models.CharField(_("hash of the list"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.pk)


class Tombstone(models.Model):
    """What remains of a deleted sound. A trigger refuses UPDATE and DELETE, for us as well."""

    class Why(models.TextChoices):
        RETENTION = "retention", pgettext_lazy("why deleted", "Retention is over")
        PURGE = "purge", pgettext_lazy("why deleted", "Purged by two people")

    kind = models.CharField(_("kind"), max_length=12, choices=SoundKind.choices)
    subject_id = models.CharField(_("id"), max_length=40)
    call_id = models.UUIDField(_("call"), db_index=True)
    why = models.CharField(_("why"), max_length=10, choices=Why.choices)
    policy_version = models.PositiveIntegerField(_("policy version"), default=0)
    days = models.PositiveIntegerField(_("days kept for"), null=True, blank=True)
    run = models.ForeignKey(
        RetentionRun,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tombstones",
        verbose_name=_("run"),
    )
    purge = models.ForeignKey(
        PurgeRequest,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    deleted_at = models.DateTimeField(_("deleted at"))

    class Meta:
        verbose_name = _("tombstone")
        verbose_name_plural = _("tombstones")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="one_tombstone_each")]

    def __str__(self) -> str:
        return str(self.pk)
