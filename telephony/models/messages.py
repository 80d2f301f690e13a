"""What people of a tenant say to each other at work: a hand raised, a line of chat, an announcement. No customer."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.models.agents import Agent
from telephony.models.calls import Call
from telephony.models.groups import AgentGroup


class HelpRequest(models.Model):
    """An agent's raised hand: open until somebody has helped, or the agent takes it down. One at a time."""

    agent = models.ForeignKey(
        Agent, on_delete=models.CASCADE, related_name="help_requests", verbose_name=_("agent")
    )
    call = models.ForeignKey(
        Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("call")
    )
    text = models.CharField(_("what about"), max_length=200, blank=True, default="")
    asked_at = models.DateTimeField(_("asked at"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken by"),
    )
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("raised hand", "request for help")
        verbose_name_plural = pgettext_lazy("raised hand", "requests for help")
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["agent"], condition=Q(ended_at=None), name="one_open_help_request_per_agent"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.asked_at:%Y-%m-%d %H:%M}"


class ChatMessage(models.Model):
    """From one member to another; nobody else reads it."""

    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("from")
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("to")
    )
    text = models.TextField(_("text"))
    at = models.DateTimeField(_("at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("chat message")
        verbose_name_plural = _("chat messages")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["sender", "recipient", "-id"], name="chat_by_pair"),
            models.Index(fields=["recipient", "-id"], name="chat_by_recipient"),
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="unread_chat"),
        ]

    def __str__(self) -> str:
        return f"{self.sender_id} → {self.recipient_id}"


class Announcement(models.Model):
    """From those who lead to everybody, or to the agents of one group, until it is past."""

    text = models.TextField(_("text"), max_length=2000)
    group = models.ForeignKey(
        AgentGroup,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("to the group"),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("to colleagues", "announcement")
        verbose_name_plural = pgettext_lazy("to colleagues", "announcements")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.text[:60]


class AnnouncementRead(models.Model):
    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="reads")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("announcement read")
        verbose_name_plural = _("announcements read")
        constraints = [
            models.UniqueConstraint(fields=["announcement", "member"], name="announcement_read_once")
        ]

    def __str__(self) -> str:
        return f"{self.announcement_id} {self.member_id}"
