"""Where sounds are kept, with which key, and what is being done to many of them."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.models.calls import Call
from telephony.models.custody import SoundKind
from telephony.models.queues import Queue


class StoragePlace(models.Model):
    """An object storage of the tenant's choice. None stands for the disk of this installation.

    Never deleted while sounds lie there: a change of policy makes a new row, old links still play.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    endpoint = models.URLField(_("address"), max_length=200, help_text="https://s3.example.com")
    region = models.CharField(_("region"), max_length=40, blank=True)
    bucket = models.CharField(_("bucket"), max_length=63)
    prefix = models.CharField(_("folder in it"), max_length=100, blank=True)
    access_key = models.CharField(_("access key"), max_length=400, blank=True, editable=False)
    secret = models.CharField(_("secret key"), max_length=800, blank=True, editable=False)
    is_current = models.BooleanField(_("new files go there"), default=False)
    created_at = models.DateTimeField(_("created"))
    problem = models.CharField(_("problem"), max_length=40, blank=True)
    problem_since = models.DateTimeField(_("since"), null=True, blank=True)

    class Meta:
        verbose_name = _("storage")
        verbose_name_plural = _("storages")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="one_current_storage"
            )
        ]

    def __str__(self) -> str:
        return self.name


class VaultKey(models.Model):
    """A key of this tenant, wrapped by a master key of the installation; the clear key is never stored."""

    number = models.PositiveIntegerField(_("number"), unique=True)
    wrapped = models.CharField(max_length=200, editable=False)
    wrapped_by = models.CharField(_("wrapped by"), max_length=16)
    created_at = models.DateTimeField(_("created"))
    destroyed_at = models.DateTimeField(_("destroyed"), null=True, blank=True)

    class Meta:
        verbose_name = _("recording key")
        verbose_name_plural = _("recording keys")
        ordering = ["-number"]

    def __str__(self) -> str:
        return str(self.number)


class KeptSound(models.Model):
    """One file of sound and what became of it. `path` is where the switch wrote it, relative to its recordings."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("kept sound", "Not sealed yet")
        SEALED = "sealed", pgettext_lazy("kept sound", "Sealed")
        LOST = "lost", pgettext_lazy("kept sound", "File missing")
        DELETED = "deleted", pgettext_lazy("kept sound", "Deleted")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=SoundKind.choices)
    subject_id = models.CharField(_("id"), max_length=40)
    call = models.ForeignKey(
        Call, on_delete=models.CASCADE, related_name="kept_sounds", verbose_name=_("call")
    )
    queue = models.ForeignKey(
        Queue, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("queue")
    )
    path = models.CharField(_("path"), max_length=400, unique=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    place = models.ForeignKey(
        StoragePlace,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sounds",
        verbose_name=_("storage"),
    )
    name = models.CharField(_("name in the storage"), max_length=200, blank=True)
    key = models.ForeignKey(
        VaultKey,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sounds",
        verbose_name=_("key"),
    )
    sealed_size = models.PositiveBigIntegerField(_("bytes sealed"), default=0)
    sealed_at = models.DateTimeField(_("sealed at"), null=True, blank=True)
    is_plain_left = models.BooleanField(_("plain file still there"), default=True)
    proved_at = models.DateTimeField(_("proved whole at"), null=True, blank=True)
    alarm = models.CharField(_("alarm"), max_length=20, blank=True)
    alarm_at = models.DateTimeField(_("alarm since"), null=True, blank=True)
    due_at = models.DateTimeField(_("next try"), null=True, blank=True)
    """When something is to be done with it (sealed, moved to the current storage); None: nothing is."""
    tries = models.PositiveIntegerField(_("tries"), default=0)
    problem = models.CharField(_("problem"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("kept sound")
        verbose_name_plural = _("kept sounds")
        ordering = ["-recorded_at"]
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="one_kept_sound_each")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="sounds_due"),
            models.Index(fields=["kind", "recorded_at"], condition=~Q(state="deleted"), name="sounds_by_age"),
            models.Index(fields=["proved_at"], condition=Q(state="sealed"), name="sounds_by_proof"),
            models.Index(fields=["alarm_at"], condition=~Q(alarm=""), name="sounds_in_alarm"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class VaultLeftover(models.Model):
    """An object that may lie in a storage without a sound that needs it: written down before it is made, taken out
    when a sound takes it over, so that nothing is ever left behind unseen.
    """

    place = models.ForeignKey(StoragePlace, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=200)
    due_at = models.DateTimeField()

    class Meta:
        verbose_name = _("object without a sound")
        verbose_name_plural = _("objects without a sound")
        ordering = ["due_at"]

    def __str__(self) -> str:
        return self.name


class VaultWork(models.Model):
    """Something done to many sounds, one after the other; taken up again where it stopped."""

    class Kind(models.TextChoices):
        REKEY = "rekey", _("Seal all with a new key")
        MOVE = "move", _("Move all to the current storage")

    class State(models.TextChoices):
        RUNNING = "running", pgettext_lazy("work", "Running")
        DONE = "done", pgettext_lazy("work", "Done")
        CANCELLED = "cancelled", pgettext_lazy("work", "Cancelled")

    kind = models.CharField(_("what"), max_length=8, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.RUNNING)
    key = models.ForeignKey(VaultKey, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    total = models.PositiveIntegerField(_("sounds"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    asked_by = models.CharField(_("asked by"), max_length=120, blank=True)
    asked_at = models.DateTimeField(_("asked at"))
    beat_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("work on the sounds")
        verbose_name_plural = _("works on the sounds")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=Q(state="running"), name="one_work_of_a_kind")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def percent(self) -> int:
        return 100 if not self.total else min(100, (self.done + self.failed) * 100 // self.total)


class VaultState(models.Model):
    """What was last measured of this tenant's sounds; one row."""

    used_bytes = models.PositiveBigIntegerField(_("bytes used"), default=0)
    sounds = models.PositiveIntegerField(_("sounds"), default=0)
    counted_at = models.DateTimeField(_("counted at"), null=True, blank=True)
    quota_level = models.PositiveSmallIntegerField(_("level of the quota told"), default=0)
    stopped = models.CharField(_("recording is stopped by"), max_length=10, blank=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)

    class Meta:
        verbose_name = _("state of the recordings")
        verbose_name_plural = _("state of the recordings")

    def __str__(self) -> str:
        return str(self.counted_at)
