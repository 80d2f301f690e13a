"""Where a tenant wants to hear of events, and each telling of an event to one endpoint."""

import uuid
from datetime import datetime
from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.people.models import Member


class Endpoint(models.Model):
    """One address of the tenant's. Never deleted but put away: what was told to it stays in the log."""

    class State(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("webhook", "Active")
        PAUSED = "paused", pgettext_lazy("webhook", "Paused")
        STOPPED = "stopped", pgettext_lazy("webhook", "Stopped by us")

    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(_("address"), max_length=500)
    kinds = ArrayField(models.CharField(max_length=40), verbose_name=_("events"), default=list)
    sees_numbers = models.BooleanField(_("sees whole numbers and names"), default=False)
    secret = models.TextField(_("signing secret"), default="", editable=False)
    """Sealed, like the one before it, which signs too until `old_secret_until`."""
    old_secret = models.TextField(default="", blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.ACTIVE)
    problem = models.CharField(_("problem"), max_length=40, blank=True, default="")
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    held_until = models.DateTimeField(_("next try"), null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """What of the address may be shown in lists: the rest may hold a key."""
        return urlsplit(self.url).netloc

    def has_succeeded_since(self, at: datetime) -> bool:
        return self.last_success_at is not None and self.last_success_at >= at


class Delivery(models.Model):
    """One event for one endpoint. Written in the event's own transaction; `key` is the event's in each telling of it.

    The endpoint is no constraint of the database: whoever writes down that a call ended must not wait for whoever
    changes an endpoint.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("webhook delivery", "Waiting")
        DELIVERED = "delivered", pgettext_lazy("webhook delivery", "Delivered")
        GIVEN_UP = "given_up", pgettext_lazy("webhook delivery", "Given up")
        DROPPED = "dropped", pgettext_lazy("webhook delivery", "Dropped")

    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, related_name="deliveries", db_constraint=False, verbose_name=_("webhook")
    )
    key = models.UUIDField(_("event id"), default=uuid.uuid4, editable=False, db_index=True)
    kind = models.CharField(_("event"), max_length=40)
    subject = models.CharField(_("about"), max_length=60)
    """What is told in order: `call:<id>`."""
    ids = models.JSONField(default=dict, blank=True, editable=False)
    occurred_at = models.DateTimeField(_("happened at"))
    created_at = models.DateTimeField(_("written at"), default=timezone.now, editable=False)
    body = models.TextField(_("body"), blank=True, default="", editable=False)
    """Made once, before the first try: a repeated telling says the same."""
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("next try"), default=timezone.now)
    claimed_by = models.UUIDField(null=True, blank=True, editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    first_tried_at = models.DateTimeField(_("first try"), null=True, blank=True)
    last_tried_at = models.DateTimeField(_("last try"), null=True, blank=True)
    status = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=40, blank=True, default="")
    tries = models.JSONField(default=list, blank=True, editable=False)
    """[{"at", "milliseconds", "status", "problem", "answer"}], the latest last; answers are cut off."""
    resent_of = models.BigIntegerField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["endpoint", "subject", "id"], condition=Q(state="waiting"), name="hooks_waiting"
            ),
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="hooks_due"),
            models.Index(fields=["endpoint", "-id"], name="hooks_log"),
            models.Index(fields=["created_at"], name="hooks_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
