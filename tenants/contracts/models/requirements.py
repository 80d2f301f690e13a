"""What was ordered, line by line and version by version, and how it is changed."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.contracts.models.sides import TwoSided
from tenants.models import Currency, Tenant


class ChangeRequest(TwoSided):
    """One line of the requirements is to be added, changed or dropped: what that costs in days and money."""

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("change request", "Waits for both sides")
        APPROVED = "approved", pgettext_lazy("change request", "Approved")
        REFUSED = "refused", pgettext_lazy("change request", "Refused")

    class Act(models.TextChoices):
        ADD = "add", pgettext_lazy("requirement", "Add")
        CHANGE = "change", pgettext_lazy("requirement", "Change")
        DROP = "drop", pgettext_lazy("requirement", "Drop")

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("tenant"))
    number = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PROPOSED)
    act = models.CharField(_("what is done"), max_length=6, choices=Act.choices, default=Act.CHANGE)
    key = models.CharField(_("requirement"), max_length=20)
    title = models.CharField(_("title"), max_length=160, blank=True)
    text = models.TextField(_("in words"), max_length=2000, blank=True)
    setting = models.CharField(_("where it is set"), max_length=200, blank=True)
    test = models.CharField(_("how it is accepted"), max_length=300, blank=True)
    reason = models.CharField(_("what for"), max_length=300)
    impact_days = models.PositiveSmallIntegerField(_("takes, days"), default=0)
    impact_cost = models.DecimalField(
        pgettext_lazy("change request", "costs"),
        max_digits=12,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    proposed_at = models.DateTimeField(_("proposed"))
    proposed_by = models.CharField(_("proposed by"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("change of the requirements")
        verbose_name_plural = _("changes of the requirements")
        ordering = ["tenant", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="contracts_change_has_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.key}"


class RequirementVersion(models.Model):
    """The requirements of a tenant as both sides know them; never changed but for the first, while it is written."""

    tenant = models.ForeignKey(
        Tenant, models.PROTECT, related_name="requirement_versions", verbose_name=_("tenant")
    )
    number = models.PositiveSmallIntegerField(_("version"))
    change = models.OneToOneField(
        ChangeRequest,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="version",
        verbose_name=_("by the change"),
    )
    made_at = models.DateTimeField(_("made"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("version of the requirements")
        verbose_name_plural = _("versions of the requirements")
        ordering = ["tenant", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="contracts_version_has_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.number}"


class Requirement(models.Model):
    """One line of a version: where it is set, by what it is accepted, and when it was."""

    version = models.ForeignKey(
        RequirementVersion, models.CASCADE, related_name="requirements", verbose_name=_("version")
    )
    key = models.CharField(_("requirement"), max_length=20)
    title = models.CharField(_("title"), max_length=160)
    text = models.TextField(_("in words"), max_length=2000, blank=True)
    setting = models.CharField(_("where it is set"), max_length=200, blank=True)
    test = models.CharField(_("how it is accepted"), max_length=300, blank=True)
    accepted_on = models.DateField(_("accepted"), null=True, blank=True)
    accepted_by = models.CharField(_("accepted by"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ["version", "key"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="contracts_requirement_once_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def is_traced(self) -> bool:
        """To a place where it is set, and a way to see that it works."""
        return bool(self.setting and self.test)
