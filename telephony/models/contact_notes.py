"""What colleagues tell each other about a contact: never sent to the customer, seen by those who talk to customers."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from telephony.models.calls import Call


class ContactNote(models.Model):
    """About a call and its caller's number, a customer of the floor above (by id), or both."""

    call = models.ForeignKey(
        Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("call")
    )
    number = models.CharField(_("number"), max_length=33, blank=True, default="")
    customer_id = models.PositiveBigIntegerField(_("customer"), null=True, blank=True, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["number", "-at"], condition=~Q(number=""), name="contact_notes_of_number")
        ]

    def __str__(self) -> str:
        return f"{self.by_id} {self.at:%Y-%m-%d %H:%M}"


class NoteMention(models.Model):
    """Somebody is asked to look at a note."""

    note = models.ForeignKey(ContactNote, on_delete=models.CASCADE, related_name="mentions")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(_("seen at"), null=True, blank=True)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [models.UniqueConstraint(fields=["note", "member"], name="one_mention_per_note")]
        indexes = [models.Index(fields=["member"], condition=Q(seen_at=None), name="unseen_mentions")]

    def __str__(self) -> str:
        return f"{self.note_id} {self.member_id}"
