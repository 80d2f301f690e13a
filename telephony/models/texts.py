"""Text messages: which service sends them, who wants none, and the surveys that go out as one."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.models.agents import Agent
from telephony.models.calls import Call
from telephony.models.queues import Queue
from telephony.models.surveys import Survey
from tenants.masking import mask_number


class TextService(models.Model):
    """A way to send text messages, by the tenant's own account at a service."""

    class Provider(models.TextChoices):
        ALIBABA = "alibaba", _("Alibaba Cloud SMS")
        JSON = "json", _("Any service over HTTP (JSON)")

    name = models.CharField(_("name"), max_length=80, unique=True)
    provider = models.CharField(_("provider"), max_length=16, choices=Provider.choices)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    secret = models.TextField(_("key"), blank=True, default="", editable=False)
    """Encrypted; see tenants.secrets."""
    is_used = models.BooleanField(_("in use"), default=False)

    class Meta:
        verbose_name = _("text message service")
        verbose_name_plural = _("text message services")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_used"], condition=Q(is_used=True), name="one_text_service_is_used"
            )
        ]

    def __str__(self) -> str:
        return self.name


class TextOptOut(models.Model):
    """A number that gets no text message any more, until the house takes it off the list."""

    class Source(models.TextChoices):
        LINK = "link", _("by the link in a message")
        HOUSE = "house", _("entered by the house")

    number = models.CharField(_("number"), max_length=32, unique=True)
    source = models.CharField(_("source"), max_length=8, choices=Source.choices)
    added_at = models.DateTimeField(_("on the list since"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("added by"),
    )

    class Meta:
        verbose_name = _("number without text messages")
        verbose_name_plural = _("numbers without text messages")
        ordering = ["-added_at"]

    def __str__(self) -> str:
        return mask_number(self.number)


class SurveyText(models.Model):
    """One caller asked by text message after a call. Sent once at most: what was begun and not ended stays so."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("text message", "Waiting")
        SENDING = "sending", pgettext_lazy("text message", "Sending")
        SENT = "sent", pgettext_lazy("text message", "Sent")
        UNSURE = "unsure", pgettext_lazy("text message", "Perhaps sent")
        FAILED = "failed", pgettext_lazy("text message", "Not sent")
        DROPPED = "dropped", pgettext_lazy("text message", "Left out")

    call = models.OneToOneField(
        Call, on_delete=models.CASCADE, related_name="survey_text", verbose_name=_("call")
    )
    survey = models.ForeignKey(
        Survey, on_delete=models.PROTECT, related_name="texts", verbose_name=_("survey")
    )
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("queue")
    )
    agent = models.ForeignKey(
        Agent, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("agent")
    )
    number = models.CharField(_("number"), max_length=64)
    language = models.CharField(_("language"), max_length=8)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(_("reason"), max_length=24, blank=True, default="")
    created_at = models.DateTimeField(_("created at"))
    due_at = models.DateTimeField(_("due at"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("link ends at"), null=True, blank=True)
    receipt = models.CharField(_("id at the service"), max_length=80, blank=True, default="")

    class Meta:
        verbose_name = _("survey by text message")
        verbose_name_plural = _("surveys by text message")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["-created_at"]),
            models.Index(fields=["number", "-created_at"]),
            models.Index(
                fields=["due_at"], condition=Q(state__in=("waiting", "sending")), name="texts_to_send"
            ),
        ]

    def __str__(self) -> str:
        return str(self.call_id)

    def may_be_answered(self, at: datetime) -> bool:
        """It left the house, or may have, and its link has not ended."""
        has_left = self.state in (self.State.SENT, self.State.UNSURE, self.State.SENDING)
        return has_left and self.expires_at is not None and at < self.expires_at
