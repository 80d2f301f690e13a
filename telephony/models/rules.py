"""Rules of routing as data, and what is known about a caller when the rules are asked."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.queues import Queue


class RoutingRule(models.Model):
    """All conditions hold → the effects count. Rules are asked in order of `position`: priorities add up; of queue,
    group, agent and each skill the first rule to speak counts; a rule that `is_last` ends the asking.

    The shapes of `conditions` and `effects` are those of `telephony.routing.rules`.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(
        _("position"), default=100, help_text=_("Lower positions are asked first.")
    )
    is_active = models.BooleanField(_("in use"), default=True)
    is_last = models.BooleanField(
        _("ends the list"), default=False, help_text=_("When it fits, no later rule is asked.")
    )
    queue = models.ForeignKey(
        Queue,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="routing_rules",
        verbose_name=_("only in queue"),
    )
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    effects = models.JSONField(_("effects"), default=list, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    MEANING = ("conditions", "effects", "queue_id", "position", "is_active", "is_last")

    def says_otherwise(self, stored: "RoutingRule") -> bool:
        """Would decide otherwise than what is stored: then it is another version. A name is only a name."""
        return any(getattr(self, name) != getattr(stored, name) for name in self.MEANING)


class CallerProfile(models.Model):
    """What the floors above have told us of a number, so that routing need not ask them while a caller waits."""

    e164 = models.CharField(_("number"), max_length=32, unique=True)
    level = models.CharField(_("level"), max_length=16, blank=True, default="")
    tags = ArrayField(models.CharField(max_length=40), verbose_name=_("tags"), default=list, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True, default="")

    class Meta:
        verbose_name = _("caller's profile")
        verbose_name_plural = _("callers' profiles")

    def __str__(self) -> str:
        return str(self.pk)
