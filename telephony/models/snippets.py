"""What agents say and write again and again: scripts of a queue, quick replies with a shortcut. Approved, or unseen."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.queues import Disposition, Queue


class Snippet(models.Model):
    """Texts stand in `texts`, one for each language. A changed text is unseen until it is approved again."""

    class Kind(models.TextChoices):
        SCRIPT = "script", _("Script: to be said")
        REPLY = "reply", _("Quick reply: to be written")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.REPLY)
    title = models.CharField(_("title"), max_length=120)
    shortcut = models.CharField(
        _("shortcut"),
        max_length=24,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9-]+$", _("Small letters, digits and hyphens only."))],
        help_text=_("Typed after a slash it becomes the text: /hours."),
    )
    queue = models.ForeignKey(
        Queue,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("queue"),
        help_text=_("Shown for calls of this queue. Empty: for every call."),
    )
    disposition = models.ForeignKey(
        Disposition,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("disposition"),
        help_text=_("Offered first when this disposition is chosen."),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("script or quick reply")
        verbose_name_plural = _("scripts and quick replies")
        ordering = ["kind", "title"]

    def __str__(self) -> str:
        return self.title


class SnippetText(models.Model):
    class Language(models.TextChoices):
        CHINESE = "zh-hans", _("Chinese")
        ENGLISH = "en", _("English")

    snippet = models.ForeignKey(Snippet, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=8, choices=Language.choices)
    text = models.TextField(
        _("text"),
        max_length=4000,
        help_text=_("{customer} becomes the customer's name, {agent} the agent's."),
    )

    class Meta:
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["snippet", "language"], name="one_snippet_text_per_language")
        ]

    def __str__(self) -> str:
        return self.language
