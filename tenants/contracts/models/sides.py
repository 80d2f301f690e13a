"""Who of the two sides said yes, and when."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Side(models.TextChoices):
    VENDOR = "vendor", pgettext_lazy("side of a contract", "Us, the operator")
    CUSTOMER = "customer", pgettext_lazy("side of a contract", "The customer")


class TwoSided(models.Model):
    """Holds only when both have approved; one refusal ends it."""

    vendor_by = models.CharField(_("approved by the operator"), max_length=120, blank=True)
    vendor_at = models.DateTimeField(_("at"), null=True, blank=True)
    customer_by = models.CharField(_("approved by the customer"), max_length=120, blank=True)
    customer_at = models.DateTimeField(_("at"), null=True, blank=True)
    refused_by = models.CharField(_("refused by"), max_length=120, blank=True)
    refused_reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        abstract = True

    @property
    def is_agreed(self) -> bool:
        return self.vendor_at is not None and self.customer_at is not None

    def approve(self, side: str, by: str, at: datetime) -> None:
        """The first yes of a side stays."""
        if getattr(self, f"{side}_at") is None:
            setattr(self, f"{side}_at", at)
            setattr(self, f"{side}_by", by[:120])
