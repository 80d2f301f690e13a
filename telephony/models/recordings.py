"""What was recorded: conversations, and messages left when nobody answered."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.models.agents import Agent
from telephony.models.calls import Call
from telephony.models.queues import Disposition, Queue


class Recording(models.Model):
    """The path is relative to the recordings folder; hash and length prove the file is the one made then.

    One for each time the switch recorded a leg: started and stopped on demand, a talk has several. Agent, queue,
    number and disposition stand here too, so that a million are searched by any of them, newest first.
    """

    class Medium(models.TextChoices):
        """What was recorded. Screen and video have their place here and are not offered yet: nothing makes them."""

        SOUND = "sound", pgettext_lazy("medium of a recording", "Sound")
        SCREEN = "screen", pgettext_lazy("medium of a recording", "Screen")
        VIDEO = "video", pgettext_lazy("medium of a recording", "Video")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(
        Call, on_delete=models.CASCADE, related_name="recordings", verbose_name=_("call")
    )
    medium = models.CharField(_("medium"), max_length=8, choices=Medium.choices, default=Medium.SOUND)
    leg = models.UUIDField(_("leg"))
    path = models.CharField(_("path"), max_length=400)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    seconds = models.FloatField(_("seconds"), null=True, blank=True)
    bytes = models.PositiveBigIntegerField(_("bytes"), null=True, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, default="")
    agent = models.ForeignKey(
        Agent, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agent")
    )
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("queue")
    )
    number = models.CharField(_("caller"), max_length=64, blank=True, default="")
    disposition = models.ForeignKey(
        Disposition,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("disposition"),
    )

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        ordering = ["started_at"]
        constraints = [models.UniqueConstraint(fields=["leg", "path"], name="one_recording_per_leg_and_path")]
        indexes = [
            models.Index(fields=["-started_at", "-id"], name="recordings_newest"),
            models.Index(fields=["agent", "-started_at", "-id"], name="recordings_of_agent"),
            models.Index(fields=["queue", "-started_at", "-id"], name="recordings_of_queue"),
            models.Index(fields=["number", "-started_at", "-id"], name="recordings_of_number"),
            models.Index(fields=["disposition", "-started_at", "-id"], name="recordings_disposed"),
            models.Index(fields=["seconds"], name="recordings_by_length"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Voicemail(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.OneToOneField(
        Call, on_delete=models.CASCADE, related_name="voicemail", verbose_name=_("call")
    )
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, null=True, related_name="voicemails", verbose_name=_("queue")
    )
    path = models.CharField(_("path"), max_length=400)
    seconds = models.FloatField(_("seconds"), default=0)
    created_at = models.DateTimeField(_("left at"))
    heard_at = models.DateTimeField(_("heard at"), null=True, blank=True)
    heard_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("heard by"),
    )

    class Meta:
        verbose_name = _("voicemail")
        verbose_name_plural = _("voicemails")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return str(self.pk)
