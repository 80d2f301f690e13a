"""What callers hear: texts and files, the sound made of them, and the music while they wait."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Voice(models.Model):
    """A way to turn text into speech. The embedded one needs nothing; others are services of the tenant's choice."""

    class Provider(models.TextChoices):
        ESPEAK = "espeak", _("Built in (eSpeak NG)")
        OPENAI = "openai", _("OpenAI-compatible service")
        AZURE = "azure", _("Azure Speech")
        ALIBABA = "alibaba", _("Alibaba Cloud speech")
        IFLYTEK = "iflytek", _("iFlytek speech")

    name = models.CharField(_("name"), max_length=80, unique=True)
    provider = models.CharField(
        _("provider"), max_length=16, choices=Provider.choices, default=Provider.ESPEAK
    )
    language = models.CharField(_("language"), max_length=8)
    settings = models.JSONField(
        _("settings"), default=dict, blank=True, help_text=_("Address, model, voice; never a key.")
    )
    secret = models.TextField(_("key"), blank=True, default="", editable=False)
    """Encrypted; see tenants.secrets."""
    is_default = models.BooleanField(_("used for this language"), default=False)
    is_listener = models.BooleanField(_("understands callers in this language too"), default=False)

    class Meta:
        verbose_name = _("voice")
        verbose_name_plural = _("voices")
        ordering = ["language", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["language"], condition=models.Q(is_default=True), name="one_voice_per_language"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Sound(models.Model):
    """One finished audio file: 8 kHz mono, levelled, named by its hash, never changed. `<schema>/<sha256>.wav`."""

    sha256 = models.CharField(_("SHA-256"), max_length=64, primary_key=True)
    seconds = models.FloatField(_("seconds"))
    bytes = models.PositiveIntegerField(_("bytes"))
    loudness = models.FloatField(_("loudness"), null=True, blank=True)
    """dBFS, RMS of the speech, after levelling."""
    made_at = models.DateTimeField(_("made at"))
    speech_key = models.CharField(max_length=64, blank=True, default="", db_index=True, editable=False)
    """SHA-256 of text, voice and its settings, for what was spoken: asked again, it is not spoken again."""

    class Meta:
        verbose_name = _("sound")
        verbose_name_plural = _("sounds")

    def __str__(self) -> str:
        return self.sha256[:12]


class Prompt(models.Model):
    """One thing said to callers, in each language it is needed in."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("prompt")
        verbose_name_plural = _("prompts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PromptWording(models.Model):
    """A prompt in one language: a text that is spoken, or an uploaded file. `sound` is None until it is ready."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Could not be made")

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="wordings")
    language = models.CharField(_("language"), max_length=8)
    text = models.TextField(_("text"), blank=True, default="", max_length=2000)
    is_uploaded = models.BooleanField(_("uploaded"), default=False)
    voice = models.ForeignKey(
        Voice, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("voice")
    )
    sound = models.ForeignKey(
        Sound, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("sound")
    )
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.WAITING)
    problem = models.CharField(_("problem"), max_length=200, blank=True, default="")
    changed_at = models.DateTimeField(_("changed at"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("changed by"),
    )

    class Meta:
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["prompt", "language"], name="one_wording_per_language")
        ]

    def __str__(self) -> str:
        return f"{self.prompt} ({self.language})"


class Music(models.Model):
    """What callers hear while they wait; its pieces are played one after the other."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    is_default = models.BooleanField(_("where a queue names none"), default=False)

    class Meta:
        verbose_name = _("music")
        verbose_name_plural = _("music")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_music"
            )
        ]

    def __str__(self) -> str:
        return self.name


class MusicPiece(models.Model):
    music = models.ForeignKey(Music, on_delete=models.CASCADE, related_name="pieces")
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    title = models.CharField(_("title"), max_length=120)
    sound = models.ForeignKey(Sound, on_delete=models.PROTECT, related_name="+", verbose_name=_("sound"))

    class Meta:
        verbose_name = _("piece of music")
        verbose_name_plural = _("pieces of music")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title
