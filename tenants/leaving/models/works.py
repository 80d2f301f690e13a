"""Exports, imports and deletions: in the public schema, as they outlive what they are about."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import Tenant


class Export(models.Model):
    """One archive of everything a tenant has. `key` opens it (tenants.secrets) and goes when the archive goes."""

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("export", "Waits")
        RUNNING = "running", pgettext_lazy("export", "Being written")
        READY = "ready", pgettext_lazy("export", "Ready")
        FAILED = "failed", pgettext_lazy("export", "Failed")
        CANCELLED = "cancelled", pgettext_lazy("export", "Cancelled")
        EXPIRED = "expired", pgettext_lazy("export", "Deleted after its days")

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="exports", verbose_name=_("tenant"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    asked_by = models.CharField(_("asked by"), max_length=120, blank=True)
    started_at = models.DateTimeField(_("began"), null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)
    is_cancel_asked = models.BooleanField(default=False, editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    stage = models.CharField(_("at work on"), max_length=120, blank=True)
    done = models.PositiveBigIntegerField(_("bytes done"), default=0)
    total = models.PositiveBigIntegerField(_("bytes expected"), default=0)
    problem = models.CharField(_("problem"), max_length=500, blank=True)
    file_name = models.CharField(max_length=200, blank=True, editable=False)
    key = models.TextField(blank=True, editable=False)
    # The key of the passphrase, sealed with ours, until the archive is written; the passphrase itself is never kept.
    secrets_key = models.TextField(blank=True, editable=False)
    secrets_salt = models.CharField(max_length=64, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    files = models.PositiveIntegerField(_("files"), default=0)
    missing = models.PositiveIntegerField(_("files not there"), default=0)
    downloads = models.PositiveIntegerField(_("downloads"), default=0)

    class Meta:
        verbose_name = _("export of everything")
        verbose_name_plural = _("exports of everything")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(state__in=("asked", "running")),
                name="leaving_one_export_at_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def percent(self) -> int:
        if self.state == self.State.READY:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.ASKED, self.State.RUNNING)

    def can_be_downloaded(self, at: datetime) -> bool:
        return self.state == self.State.READY and self.expires_at is not None and at < self.expires_at


class Import(models.Model):
    """One archive brought into this installation as a tenant of its own."""

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("import", "Waits")
        RUNNING = "running", pgettext_lazy("import", "Running")
        DONE = "done", pgettext_lazy("import", "Done")
        FAILED = "failed", pgettext_lazy("import", "Refused")

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    asked_by = models.CharField(_("asked by"), max_length=120, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    file_name = models.CharField(_("file"), max_length=200)
    schema_name = models.CharField(_("schema"), max_length=63)
    host = models.CharField(_("host name"), max_length=253, blank=True)
    secrets_key = models.TextField(blank=True, editable=False)
    tenant = models.ForeignKey(
        Tenant, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("tenant")
    )
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    # What was compared: {"tables", "rows", "files", "missing", "signer", "differs": [...]}
    report = models.JSONField(_("report"), default=dict, blank=True)
    problem = models.CharField(_("problem"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("import of a tenant")
        verbose_name_plural = _("imports of tenants")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.file_name} → {self.schema_name}"


class Deletion(models.Model):
    """A closed tenant deleted for good: one operator asks, after the rest another confirms, then step by step. Or its
    own owner asked (HouseAsk).
    """

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("deletion", "Waits for a second person")
        RUNNING = "running", pgettext_lazy("deletion", "Being deleted")
        DONE = "done", pgettext_lazy("deletion", "Deleted")
        WITHDRAWN = "withdrawn", pgettext_lazy("deletion", "Withdrawn")

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="deletions", verbose_name=_("tenant"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASKED)
    reason = models.CharField(_("reason"), max_length=300)
    asked_by_id = models.BigIntegerField(editable=False)
    asked_by = models.CharField(_("asked by"), max_length=120)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    answered_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    answered_by = models.CharField(_("answered by"), max_length=120, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    # What each step counted, by its name: a step that stands here is done.
    steps = models.JSONField(_("steps"), default=dict, blank=True)
    problem = models.CharField(_("problem"), max_length=500, blank=True)
    certificate = models.JSONField(_("certificate"), default=dict, blank=True)
    # Where the house itself asked for it: its two people have answered, and their ids are the house's.
    house_ask = models.OneToOneField(
        "leaving.HouseAsk", models.PROTECT, null=True, blank=True, related_name="deletion",
        verbose_name=_("request of the house"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("deletion of a tenant")
        verbose_name_plural = _("deletions of tenants")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(state__in=("asked", "running")),
                name="leaving_one_deletion_at_once",
            ),
            # The rule of two people holds in the database as well.
            models.CheckConstraint(
                name="leaving_deletion_by_another",
                condition=Q(state__in=("asked", "withdrawn"))
                | Q(house_ask__isnull=False)
                | (Q(answered_by_id__isnull=False) & ~Q(answered_by_id=F("asked_by_id"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.asked_at:%Y-%m-%d}"
