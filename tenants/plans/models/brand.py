"""A tenant's own name for the product, its colour and its logo."""

import hashlib

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import Tenant

COLOUR = RegexValidator(r"^#[0-9a-f]{6}\Z", _("A colour such as #2350c4."))


class Brand(models.Model):
    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="brand", verbose_name=_("tenant"))
    product_name = models.CharField(_("name of the product"), max_length=60, blank=True)
    accent = models.CharField(_("colour"), max_length=7, blank=True, validators=[COLOUR])
    logo = models.BinaryField(_("logo"), null=True, blank=True)
    logo_type = models.CharField(max_length=12, blank=True)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")

    def __str__(self) -> str:
        return self.product_name or str(self.tenant)

    @property
    def fingerprint(self) -> str:
        """Stands in the logo's address, which may then be kept for good; '' without a logo."""
        return hashlib.sha256(bytes(self.logo)).hexdigest()[:16] if self.logo else ""
