"""Numbers nobody of this house may call, and the times a leader had one called all the same."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.calls import Call


class DoNotCall(models.Model):
    """One number, in its stored spelling (E.164, or a service number of the tenant's country)."""

    class Source(models.TextChoices):
        HOUSE = "house", _("Entered by the house")
        SHEET = "sheet", _("From a sheet")
        API = "api", _("API")

    number = models.CharField(_("number"), max_length=32, unique=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    source = models.CharField(_("source"), max_length=8, choices=Source.choices, default=Source.HOUSE)
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("number not to be called")
        verbose_name_plural = _("do-not-call list")
        ordering = ["-added_at", "-pk"]

    def __str__(self) -> str:
        return str(self.pk)


class DoNotCallPass(models.Model):
    """A leader's word that this number is called once, and why. Good for one call of theirs within a short time."""

    number = models.CharField(_("number"), max_length=32)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("who"),
    )
    reason = models.CharField(_("reason"), max_length=200)
    given_at = models.DateTimeField(_("given at"))
    call = models.OneToOneField(
        Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("call")
    )
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("call in spite of the list")
        verbose_name_plural = _("calls in spite of the list")
        ordering = ["-given_at", "-pk"]
        indexes = [models.Index(fields=["number", "-given_at"])]

    def __str__(self) -> str:
        return str(self.pk)
