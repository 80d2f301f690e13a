"""The mailbox people write to: how far we are in it, and a row for each mail that was looked at. None of its words."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.service.models.cases import Case


class SupportMailbox(models.Model):
    """A folder of one account. Its server counts mails by UIDs, which hold as long as its UIDVALIDITY is the same."""

    account = models.CharField(_("account"), max_length=300, unique=True)
    uid_validity = models.BigIntegerField(null=True, blank=True)
    begun_uid = models.BigIntegerField(default=1)
    """From this one on each mail is taken, read by somebody or not; of older ones those nobody has read."""
    done_uid = models.BigIntegerField(default=0)
    """From `begun_uid` to this one all were looked at."""
    claimed_until = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(_("next try"), default=timezone.now)
    failures = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(_("problem"), max_length=40, blank=True)
    away_since = models.DateTimeField(_("away since"), null=True, blank=True)
    looked_at = models.DateTimeField(_("last look"), null=True, blank=True)

    class Meta:
        verbose_name = _("support mailbox")
        verbose_name_plural = _("support mailboxes")

    def __str__(self) -> str:
        return self.account


class FetchedMail(models.Model):
    """Written in the transaction of its case, or of its refusal; marked on the server afterwards."""

    class Refusal(models.TextChoices):
        TOO_LARGE = "mail_too_large", pgettext_lazy("mail", "Too large")
        TOO_MANY_PARTS = "mail_too_many_parts", pgettext_lazy("mail", "Too many parts or lines")
        HEADERS = "mail_headers_broken", pgettext_lazy("mail", "Broken head")
        UNREADABLE = "mail_unreadable", pgettext_lazy("mail", "Unreadable")
        MACHINE = "mail_by_machine", pgettext_lazy("mail", "Written by a machine")
        OURS = "mail_is_ours", pgettext_lazy("mail", "From our own address")
        TOO_MANY = "too_many_mails", pgettext_lazy("mail", "Too many of one sender")
        FAULT = "fault", pgettext_lazy("mail", "A fault of ours: see the log")

    mailbox = models.ForeignKey(SupportMailbox, models.CASCADE, related_name="mails")
    uid_validity = models.BigIntegerField()
    uid = models.BigIntegerField()
    case = models.ForeignKey(Case, models.SET_NULL, null=True, blank=True, related_name="+")
    refusal = models.CharField(_("refused"), max_length=20, choices=Refusal.choices, blank=True)
    sender = models.CharField(_("sender"), max_length=160, blank=True)
    """`w***@example.com`."""
    at = models.DateTimeField(_("at"))
    marked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("fetched mail")
        verbose_name_plural = _("fetched mails")
        ordering = ["-id"]
        indexes = [models.Index(fields=["mailbox"], condition=Q(marked_at=None), name="service_to_mark")]
        constraints = [
            models.UniqueConstraint(
                fields=["mailbox", "uid_validity", "uid"], name="service_a_mail_is_fetched_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.uid_validity}:{self.uid}"
