"""Work with a time: what a call left behind, and what somebody planned to do."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from telephony.models.calls import Call
from telephony.models.queues import Queue
from tenants.masking import mask_number


class FollowUp(models.Model):
    """A voicemail to answer, a low score to ask about, a visit promised: it has an owner and a due time.

    What calls leave is opened once for each kind and call. What people plan (`PLANNED`) says in `title` what is to be
    done, and may be about a call, a customer or a ticket, which the floors above know by these ids.
    """

    class Kind(models.TextChoices):
        VOICEMAIL = "voicemail", _("Voicemail")
        LOW_SCORE = "low_score", _("Low score")
        CALLBACK = "callback", _("Callback not reached")
        POOR_LINE = "poor_line", _("Poor line")
        VISIT = "visit", _("Return visit")
        TASK = "task", _("Task")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")

    PLANNED = (Kind.VISIT, Kind.TASK)

    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    call = models.ForeignKey(
        Call,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("call"),
    )
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("queue")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    title = models.CharField(_("what is to be done"), max_length=160, blank=True, default="")
    number = models.CharField(_("number"), max_length=33, blank=True, default="")
    customer_id = models.PositiveBigIntegerField(_("customer"), null=True, blank=True)
    ticket_number = models.PositiveIntegerField(_("ticket"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("planned by"),
    )
    created_at = models.DateTimeField(_("created at"))
    due_at = models.DateTimeField(_("due at"))
    first_due_at = models.DateTimeField(_("first due at"), null=True, blank=True)
    """Before it was moved; None: it never was."""
    told_at = models.DateTimeField(_("told that it is due at"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.OPEN)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("done by"),
    )
    satisfaction = models.PositiveSmallIntegerField(
        _("how satisfied, 1 to 5"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=_("As the customer said at a return visit."),
    )
    note = models.TextField(_("note"), blank=True, default="")

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "call"],
                condition=~Q(kind__in=("visit", "task")),
                name="one_follow_up_per_kind_and_call",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="open"), name="open_follow_ups"),
            models.Index(fields=["customer_id"], name="follow_ups_of_customer"),
            models.Index(fields=["owner", "due_at"], name="follow_ups_of_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.title or self.call_id}"

    @property
    def is_planned(self) -> bool:
        return self.kind in self.PLANNED

    @property
    def masked_number(self) -> str:
        return mask_number(self.whole_number) if self.whole_number else ""

    @property
    def whole_number(self) -> str:
        """Whom it is about: the number planned to call, else the caller's."""
        return self.number or (self.call and (self.call.caller_number or self.call.caller_raw)) or ""

    def is_late(self, now) -> bool:
        return self.state == self.State.OPEN and self.due_at < now
