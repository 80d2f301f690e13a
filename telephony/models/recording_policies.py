"""Who is recorded, in versions; where a recording is masked; how it looks drawn; which tickets speak of a call."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.models.calls import Call, Offer
from telephony.models.recordings import Recording


class RecordingPolicy(models.Model):
    """One version of who is recorded: never changed, followed by the next. `document` as in `recording.rules`."""

    version = models.PositiveIntegerField(_("version"), unique=True)
    document = models.JSONField(_("rules"), default=dict)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    made_by_name = models.CharField(_("name of who made it"), max_length=120, blank=True, default="")
    note = models.CharField(_("note"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("recording policy")
        verbose_name_plural = _("recording policies")
        ordering = ["-version"]

    def __str__(self) -> str:
        return str(self.version)


class RecordingMask(models.Model):
    """A while in which both sides are silent in the file. Written before the switch is asked, so that whoever acts for
    the cell later knows what is to end.
    """

    class Why(models.TextChoices):
        """What ended it."""

        ASKED = "asked", pgettext_lazy("what ended a mask", "Asked for")
        TIME = "time", pgettext_lazy("what ended a mask", "Longest time was over")
        TALK_ENDED = "talk_ended", pgettext_lazy("what ended a mask", "The talk was over")
        FAILED = "failed", pgettext_lazy("what ended a mask", "The switch did not do it")
        STEP = "step", pgettext_lazy("what ended a mask", "The caller left the step")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="masks", verbose_name=_("offer"))
    asked_at = models.DateTimeField(_("asked at"))
    asked_by_name = models.CharField(_("asked by"), max_length=120, blank=True, default="")
    step = models.CharField(_("step of a flow"), max_length=200, blank=True, default="")
    """Flow, version and step that masked it by itself; then `asked_at` is when the caller came there."""
    began_at = models.DateTimeField(_("began at"), null=True, blank=True)
    due_at = models.DateTimeField(_("ends at the latest at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    why_ended = models.CharField(
        _("what ended it"), max_length=16, choices=Why.choices, blank=True, default=""
    )

    class Meta:
        verbose_name = _("masked while")
        verbose_name_plural = _("masked whiles")
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["offer"], condition=models.Q(ended_at=None), name="one_open_mask_per_talk"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class RecordingPeaks(models.Model):
    """The loudest of each stretch, a byte each, so that nobody loads a sound to see it."""

    recording = models.OneToOneField(
        Recording, on_delete=models.CASCADE, primary_key=True, related_name="peaks"
    )
    left = models.BinaryField(_("left channel"), default=b"")
    right = models.BinaryField(_("right channel"), default=b"")

    class Meta:
        verbose_name = _("drawn recording")
        verbose_name_plural = _("drawn recordings")

    def __str__(self) -> str:
        return str(self.pk)


class CallTicket(models.Model):
    """A ticket of the floor above that speaks of this call: told from there, so that recordings are found by it."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="tickets", verbose_name=_("call"))
    number = models.PositiveBigIntegerField(_("ticket"))

    class Meta:
        verbose_name = _("ticket of a call")
        verbose_name_plural = _("tickets of calls")
        constraints = [
            models.UniqueConstraint(fields=["number", "call"], name="one_note_per_ticket_and_call")
        ]

    def __str__(self) -> str:
        return f"#{self.number}"
