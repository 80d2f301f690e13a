"""Who did what with a kept sound: a ledger that is only added to, each entry holding the hash of the one before."""

import hashlib
import json

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

FIRST = "0" * 64
"""What stands before the first entry of a ledger."""


class SoundKind(models.TextChoices):
    RECORDING = "recording", pgettext_lazy("kind of sound", "Recording")
    VOICEMAIL = "voicemail", pgettext_lazy("kind of sound", "Voicemail")
    COMMENT = "comment", pgettext_lazy("kind of sound", "Survey comment")


class CustodyEntry(models.Model):
    """Positions run 1, 2, 3 … without a gap. A trigger refuses UPDATE and DELETE, for us as well."""

    class Verb(models.TextChoices):
        SEALED = "sealed", pgettext_lazy("custody", "Sealed")
        PLAYED = "played", pgettext_lazy("custody", "Played")
        DOWNLOADED = "downloaded", pgettext_lazy("custody", "Downloaded")
        SHARED = "shared", pgettext_lazy("custody", "Shared")
        OPENED_SHARE = "opened_share", pgettext_lazy("custody", "Opened by a shared link")
        REFUSED = "refused", pgettext_lazy("custody", "Refused")
        MOVED = "moved", pgettext_lazy("custody", "Moved to another storage")
        REKEYED = "rekeyed", pgettext_lazy("custody", "Sealed anew with another key")
        PROVED = "proved", pgettext_lazy("custody", "Proved whole")
        ALARM = "alarm", pgettext_lazy("custody", "Alarm")
        HELD = "held", pgettext_lazy("custody", "Put on hold")
        RELEASED = "released", pgettext_lazy("custody", "Hold lifted")
        PURGE_ASKED = "purge_asked", pgettext_lazy("custody", "Purge asked for")
        DELETED = "deleted", pgettext_lazy("custody", "Deleted")

    position = models.PositiveBigIntegerField(_("position"), unique=True)
    at = models.DateTimeField(_("at"))
    verb = models.CharField(_("did"), max_length=16, choices=Verb.choices)
    kind = models.CharField(_("kind"), max_length=12, choices=SoundKind.choices, blank=True)
    subject_id = models.CharField(_("id"), max_length=40, blank=True)
    call_id = models.UUIDField(_("call"), null=True, blank=True)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_name = models.CharField(_("name then"), max_length=120, blank=True)
    address = models.GenericIPAddressField(_("from address"), null=True, blank=True)
    sha256 = models.CharField(_("SHA-256 of the sound"), max_length=64, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    before_hash = models.CharField(_("hash of the entry before"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("custody entry")
        verbose_name_plural = _("custody ledger")
        ordering = ["-position"]
        indexes = [
            models.Index(fields=["call_id", "position"]),
            models.Index(fields=["kind", "subject_id", "position"]),
            models.Index(fields=["verb", "-position"]),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.verb}"

    def true_hash(self) -> str:
        """What `hash` must be by what the entry says and by the hash before it."""
        said = [
            self.position, self.at.timestamp(), self.verb, self.kind, self.subject_id, str(self.call_id or ""),
            self.actor_id, self.actor_name, self.address or "", self.sha256, self.details, self.before_hash,
        ]  # fmt: skip
        return hashlib.sha256(
            json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()
        ).hexdigest()
