"""A panel of the tenant's: one row's rules only."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Panel(models.Model):
    """A page of somebody else's, shown in a frame of ours with a signed word about what is open beside it."""

    class Place(models.TextChoices):
        CALL = "call", pgettext_lazy("panel", "Beside a call")
        CUSTOMER = "customer", pgettext_lazy("panel", "On a customer's page")
        TICKET = "ticket", pgettext_lazy("panel", "On a ticket's page")

    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(_("address"), max_length=500)
    places = ArrayField(models.CharField(max_length=16), verbose_name=_("places"), default=list)
    roles = ArrayField(models.CharField(max_length=20), verbose_name=_("roles"), default=list)
    is_on = models.BooleanField(_("shown"), default=True)
    sees_numbers = models.BooleanField(_("sees whole numbers"), default=False)
    secret = models.TextField(_("signing secret"), default="", editable=False)
    """Sealed."""
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("panel")
        verbose_name_plural = _("panels")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
