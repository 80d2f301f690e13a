"""One mail on its way: written in the transaction of what it tells of, sent afterwards, forgotten after a month."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import Tenant


class Mail(models.Model):
    """`key` says what it tells whom: the same is written once. `message_id` stays the same at every try."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("mail", "Waits")
        SENT = "sent", pgettext_lazy("mail", "Taken by the mail server")
        GIVEN_UP = "given_up", pgettext_lazy("mail", "Given up")

    class Kind(models.TextChoices):
        INVITATION = "invitation", pgettext_lazy("mail", "Invitation")
        AGREEMENT = "agreement", pgettext_lazy("mail", "A day of the agreement")
        INVOICE = "invoice", pgettext_lazy("mail", "Invoice")
        REMINDER = "reminder", pgettext_lazy("mail", "Payment reminder")
        CASE = "case", pgettext_lazy("mail", "Word in a case")
        PAGE = "page", pgettext_lazy("mail", "Call to an operator")
        EXPORT = "export", pgettext_lazy("mail", "Archive is ready")
        HOUSE = "house", pgettext_lazy("mail", "Deletion of the house")
        TRIAL = "trial", pgettext_lazy("mail", "Trial mail")

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("tenant")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=120, unique=True, editable=False)
    address = models.EmailField(pgettext_lazy("mail", "to"), max_length=254)
    name = models.CharField(_("name"), max_length=80, blank=True)
    sender_name = models.CharField(_("sender"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(blank=True, editable=False)
    html = models.TextField(blank=True, editable=False)
    attachment_name = models.CharField(max_length=80, blank=True, default="", db_default="", editable=False)
    attachment = models.TextField(blank=True, default="", db_default="", editable=False)
    message_id = models.UUIDField(default=uuid.uuid4, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("next try"), default=timezone.now)
    created_at = models.DateTimeField(pgettext_lazy("mail", "written"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="mails_due"),
            models.Index(fields=["tenant", "created_at"], name="mails_of_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def shown_address(self) -> str:
        """`w***@example.com`."""
        return f"{self.address[:1]}***@{self.address.rpartition('@')[2]}"
