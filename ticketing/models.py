"""What a customer is owed: who they are, and the tickets opened for them. One row's rules only."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.masking import mask_number
from ticketing.panels.models import Panel as Panel


class Customer(models.Model):
    class Level(models.TextChoices):
        STANDARD = "standard", _("Standard")
        SILVER = "silver", _("Silver")
        GOLD = "gold", _("Gold")
        VIP = "vip", _("VIP")

    class Language(models.TextChoices):
        CHINESE = "zh-hans", _("Chinese")
        ENGLISH = "en", _("English")

    name = models.CharField(pgettext_lazy("customer", "name"), max_length=120)
    level = models.CharField(_("level"), max_length=16, choices=Level.choices, default=Level.STANDARD)
    tags = ArrayField(models.CharField(max_length=40), verbose_name=_("tags"), default=list, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=Language.choices, blank=True)
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["name", "id"], name="customer_by_name"),
            GinIndex(fields=["tags"], name="customer_by_tag"),
        ]

    def __str__(self) -> str:
        return self.name


class CustomerPhone(models.Model):
    """One number belongs to one customer of the tenant; what was typed is kept beside what we dial."""

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="phones"
    )
    e164 = models.CharField(
        _("number"),
        max_length=32,
        unique=True,
        error_messages={"unique": _("Another customer already has this number.")},
    )
    raw = models.CharField(_("as it was given"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("telephone number")
        verbose_name_plural = _("telephone numbers")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        return mask_number(self.e164)


class TicketCounter(models.Model):
    """One row per tenant: the last number given. Locked while a ticket opens, so numbers have no gaps."""

    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)


class Ticket(models.Model):
    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("ticket", "Open")
        PENDING = "pending", pgettext_lazy("ticket", "Pending")
        RESOLVED = "resolved", pgettext_lazy("ticket", "Resolved")
        CLOSED = "closed", pgettext_lazy("ticket", "Closed")

    class Type(models.TextChoices):
        QUESTION = "question", pgettext_lazy("ticket", "Question")
        FAULT = "fault", pgettext_lazy("ticket", "Fault")
        COMPLAINT = "complaint", pgettext_lazy("ticket", "Complaint")
        ORDER = "order", pgettext_lazy("ticket", "Order")
        OTHER = "other", pgettext_lazy("ticket", "Other")

    class Priority(models.IntegerChoices):
        LOW = 1, _("Low")
        NORMAL = 2, _("Normal")
        HIGH = 3, _("High")
        URGENT = 4, _("Urgent")

    NEXT_STATES = {
        State.OPEN: (State.PENDING, State.RESOLVED),
        State.PENDING: (State.OPEN, State.RESOLVED),
        State.RESOLVED: (State.CLOSED, State.OPEN),
        State.CLOSED: (),
    }
    UNFINISHED = (State.OPEN, State.PENDING)

    number = models.PositiveIntegerField(_("ticket number"), unique=True, editable=False)
    subject = models.CharField(_("subject"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    type = models.CharField(_("type"), max_length=16, choices=Type.choices, default=Type.QUESTION)
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NORMAL
    )
    state = models.CharField(
        _("state"), max_length=16, choices=State.choices, default=State.OPEN, editable=False
    )
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        related_name="tickets",
        null=True,
        blank=True,
    )
    call_id = models.UUIDField(_("call"), null=True, blank=True, db_index=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assignee"),
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("opened by"),
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened at"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["state", "-number"], name="ticket_by_state"),
            models.Index(fields=["assignee", "state"], name="ticket_by_assignee"),
            models.Index(fields=["customer", "-number"], name="ticket_by_customer"),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"

    @property
    def next_states(self) -> tuple[State, ...]:
        return self.NEXT_STATES[self.State(self.state)]

    def is_late(self, now) -> bool:
        return bool(self.due_at and self.due_at < now and self.state in self.UNFINISHED)

    def can_become(self, state: str) -> bool:
        return state in self.next_states

    def become(self, state: str, at) -> None:
        """The moments follow the state: reopening forgets that it was resolved."""
        self.state = state
        if state == self.State.RESOLVED:
            self.resolved_at = at
        elif state == self.State.CLOSED:
            self.closed_at = at
        else:
            self.resolved_at = None


class TicketEntry(models.Model):
    """One line of a ticket's story: a comment, or a change with what was before and after."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("Opened")
        COMMENT = "comment", _("Comment")
        STATE = "state", _("State")
        ASSIGNEE = "assignee", _("Assignee")
        DETAILS = "details", _("Details")

    ticket = models.ForeignKey(
        Ticket, verbose_name=_("ticket"), on_delete=models.CASCADE, related_name="entries"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    text = models.TextField(_("text"), blank=True)
    before = models.CharField(_("before"), max_length=200, blank=True)
    after = models.CharField(_("after"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("ticket entry")
        verbose_name_plural = _("ticket entries")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return str(self.get_kind_display())
