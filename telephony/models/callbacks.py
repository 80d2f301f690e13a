"""A caller who need not hold the line: the place in it is kept, and we call back."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from telephony.models.agents import Agent
from telephony.models.calls import Call
from telephony.models.queues import Queue


class Callback(models.Model):
    """One promise. While it waits it stands in its queue's line with the time the caller began to wait."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for an agent")
        RINGING = "ringing", _("Being called")
        TALKING = "talking", _("Talking")
        RETRY = "retry", _("Will be tried again")
        DONE = "done", _("Done")
        MISSED = "missed", _("Not reached")
        CANCELLED = "cancelled", _("Cancelled")

    class Source(models.TextChoices):
        QUEUE = "queue", _("Key pressed while waiting")
        FLOW = "flow", _("Chosen in the flow")
        VOICEMAIL = "voicemail", _("From a voicemail")
        AGENT = "agent", _("Entered by an agent")
        API = "api", _("API")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    origin = models.ForeignKey(
        Call,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="callbacks",
        verbose_name=_("asked in call"),
    )
    source = models.CharField(_("source"), max_length=16, choices=Source.choices, default=Source.QUEUE)
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, related_name="callbacks", verbose_name=_("queue")
    )
    number = models.CharField(_("number"), max_length=32)
    shown_number = models.CharField(_("number shown"), max_length=32, blank=True, default="")
    language = models.CharField(_("language"), max_length=8, default="zh")
    priority = models.IntegerField(_("priority"), default=0)
    routing = models.JSONField(_("what the call asks for"), default=dict, blank=True)
    """The plan of the stay it continues, so that skills and agent asked for are kept."""
    waiting_since = models.DateTimeField(_("waiting since"))
    """When the caller began to wait: this alone, with the priority, is the place in line."""
    asked_at = models.DateTimeField(_("asked at"))
    promised_from = models.DateTimeField(_("promised from"), null=True, blank=True)
    promised_until = models.DateTimeField(_("promised until"), null=True, blank=True)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    """Calling hours, or the pause before another attempt."""
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    max_attempts = models.PositiveSmallIntegerField(_("most attempts"), default=3)
    agent = models.ForeignKey(
        Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("agent")
    )
    first_tried_at = models.DateTimeField(_("first tried at"), null=True, blank=True)
    reached_at = models.DateTimeField(_("reached at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    cancel_key = models.CharField(max_length=64, unique=True, editable=False)
    """The unguessable part of the link by which the customer sees and cancels it."""
    cancelled_by = models.CharField(_("cancelled by"), max_length=16, blank=True, default="")
    version = models.PositiveBigIntegerField(_("version"), default=0)

    class Meta:
        verbose_name = _("callback")
        verbose_name_plural = _("callbacks")
        ordering = ["waiting_since"]
        indexes = [
            models.Index(
                fields=["queue", "waiting_since"], condition=Q(ended_at=None), name="open_callbacks"
            ),
            models.Index(fields=["asked_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["number", "queue"],
                condition=Q(ended_at=None),
                name="one_open_callback_per_number_and_queue",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class CallbackAttempt(models.Model):
    """One try. `call` is the outgoing call it made; its agent was reserved before the customer's phone rang."""

    callback = models.ForeignKey(Callback, on_delete=models.CASCADE, related_name="tries")
    call = models.OneToOneField(
        Call, on_delete=models.CASCADE, related_name="callback_attempt", null=True, blank=True
    )
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+", verbose_name=_("agent"))
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=24, blank=True, default="")
    """reached, machine, no_answer, busy, agent_missed, failed."""

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["callback"], condition=Q(ended_at=None), name="one_open_attempt_per_callback"
            )
        ]

    def __str__(self) -> str:
        return f"{self.callback_id} {self.started_at:%Y-%m-%d %H:%M}"


class WaitingTerms(models.Model):
    """What callers of a queue hear and may do while they wait."""

    class TooLong(models.TextChoices):
        MESSAGE = "message", _("Take a message")
        CALLBACK = "callback", _("Call back")

    queue = models.OneToOneField(
        Queue, on_delete=models.CASCADE, related_name="waiting_terms", primary_key=True
    )
    music = models.ForeignKey(
        "Music", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("music")
    )
    comfort = models.ForeignKey(
        "Prompt",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("comfort message"),
    )
    announce_every_seconds = models.PositiveSmallIntegerField(_("announce every"), default=40)
    says_position = models.BooleanField(_("tell the position"), default=True)
    says_wait = models.BooleanField(_("tell the expected wait"), default=True)
    offers_callback = models.BooleanField(_("offer a callback"), default=False)
    callback_key = models.CharField(_("key for a callback"), max_length=1, default="1")
    offers_voicemail = models.BooleanField(_("offer voicemail"), default=False)
    voicemail_key = models.CharField(_("key for voicemail"), max_length=1, default="2")
    when_too_long = models.CharField(
        _("after the longest wait"), max_length=16, choices=TooLong.choices, default=TooLong.MESSAGE
    )
    callback_hours = models.ForeignKey(
        "WorkingHours",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("calling hours"),
        help_text=_("When customers may be called back. Empty: the queue's own hours."),
    )
    retry_minutes = models.PositiveSmallIntegerField(_("minutes until another try"), default=10)
    max_attempts = models.PositiveSmallIntegerField(_("most attempts"), default=3)

    class Meta:
        verbose_name = _("waiting")
        verbose_name_plural = _("waiting")

    def __str__(self) -> str:
        return str(self.queue)
