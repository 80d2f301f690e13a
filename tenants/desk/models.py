"""What a number went through, who asked for it, its papers and calls; and the devices of the house. Public rows."""

from datetime import date, timedelta
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import Country, Number, Tenant

WARNED_BEFORE = 30
"""Days."""


class NumberChange(models.Model):
    """A number came into another state: when, by whom, why. Never changed."""

    number = models.ForeignKey(Number, models.CASCADE, related_name="changes", verbose_name=_("number"))
    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, related_name="+", verbose_name=_("tenant"))
    state = models.CharField(_("state"), max_length=10, choices=Number.State.choices)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("who"), max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("change of a number")
        verbose_name_plural = _("changes of numbers")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.number} · {self.get_state_display()}"


class NumberApplication(models.Model):
    """A tenant asks for a number; an operator says which, or why not."""

    class State(models.TextChoices):
        APPLIED = "applied", _("Applied for")
        APPROVED = "approved", pgettext_lazy("application", "Approved")
        REFUSED = "refused", pgettext_lazy("application", "Refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("application", "Withdrawn")

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("tenant"))
    kind = models.CharField(_("kind"), max_length=12, choices=Number.Kind.choices)
    country = models.CharField(_("country"), max_length=2, choices=Country.choices)
    area_code = models.CharField(_("area code"), max_length=8, blank=True)
    use = models.CharField(_("wanted for"), max_length=8, choices=Number.Use.choices, default=Number.Use.BOTH)
    purpose = models.CharField(_("purpose"), max_length=200)
    regions = models.CharField(_("regions"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.APPLIED)
    applied_at = models.DateTimeField(_("applied"))
    applied_by = models.CharField(_("by"), max_length=120)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.CharField(_("decided by"), max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    number = models.ForeignKey(
        Number, models.SET_NULL, null=True, related_name="applications", verbose_name=_("number")
    )

    class Meta:
        verbose_name = _("application for a number")
        verbose_name_plural = _("applications for numbers")
        ordering = ["-id"]
        indexes = [models.Index(fields=["tenant", "-id"])]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.get_kind_display()}"


class NumberPaper(models.Model):
    """A licence or contract: of one number, or of a tenant for all its numbers. The file lies sealed in the vault."""

    class Kind(models.TextChoices):
        LICENCE = "licence", _("Licence")
        AUTHORISATION = "authorisation", _("Letter of authorisation")
        CONTRACT = "contract", _("Contract with the carrier")
        IDENTITY = "identity", _("Proof of the company")

    number = models.ForeignKey(
        Number, models.CASCADE, null=True, blank=True, related_name="papers", verbose_name=_("number")
    )
    tenant = models.ForeignKey(
        Tenant, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tenant")
    )
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices, default=Kind.LICENCE)
    reference = models.CharField(_("reference"), max_length=80)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    warn_days = models.PositiveSmallIntegerField(
        _("told before, days"), default=WARNED_BEFORE, validators=[MaxValueValidator(365)]
    )
    told_at = models.DateTimeField(_("told"), null=True)
    media_type = models.CharField(_("kind of file"), max_length=40)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=120)
    wrapped = models.CharField(max_length=200)
    wrapped_by = models.CharField(max_length=16)
    added_at = models.DateTimeField(_("added"))
    added_by = models.CharField(_("by"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        ordering = ["expires_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__isnull=False) | Q(tenant__isnull=False), name="desk_paper_of_somebody"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"

    def state_on(self, day: date) -> str:
        """valid, ending (within `warn_days`) or over."""
        if self.expires_on is None:
            return "valid"
        if self.expires_on < day:
            return "over"
        return "ending" if self.expires_on - timedelta(days=self.warn_days) <= day else "valid"


class NumberTally(models.Model):
    """What was last counted of a number's calls, in and out; kept so that ten thousand numbers are one read."""

    number = models.OneToOneField(Number, models.CASCADE, related_name="tally", verbose_name=_("number"))
    calls = models.PositiveIntegerField(_("calls"), default=0)
    last_call_at = models.DateTimeField(_("last call"), null=True)
    counted_at = models.DateTimeField(_("counted"))

    class Meta:
        verbose_name = _("calls of a number")
        verbose_name_plural = _("calls of numbers")

    def __str__(self) -> str:
        return f"{self.number}: {self.calls}"


class Asset(models.Model):
    """A device, or several alike, and how many spares there are of it."""

    class Kind(models.TextChoices):
        PBX = "pbx", _("IP PBX")
        GATEWAY = "gateway", _("Media gateway")
        CTI = "cti", _("CTI server")
        DATABASE = "database", _("Database server")
        SERVER = "server", _("Other server")
        SWITCH = "switch", _("Network switch")
        ROUTER = "router", _("Router or firewall")
        PHONE = "phone", _("Telephone")
        HEADSET = "headset", _("Headset")
        POWER = "power", _("Power supply")

    class State(models.TextChoices):
        IN_USE = "in_use", pgettext_lazy("device", "In use")
        IN_REPAIR = "in_repair", pgettext_lazy("device", "In repair")
        RETIRED = "retired", pgettext_lazy("device", "Retired")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=80)
    serial = models.CharField(_("serial number"), max_length=80, blank=True)
    place = models.CharField(_("where it stands"), max_length=80, blank=True)
    tenant = models.ForeignKey(
        Tenant, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lent to")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.IN_USE)
    count = models.PositiveIntegerField(_("in use"), default=1)
    spares = models.PositiveIntegerField(_("spares"), default=0)
    least_spares = models.PositiveIntegerField(
        _("least spares"), default=0, help_text=_("With fewer the list says so.")
    )
    every_days = models.PositiveSmallIntegerField(
        _("maintained every, days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_("Empty: never"),
    )
    bought_on = models.DateField(_("bought"), null=True, blank=True)
    warranty_until = models.DateField(_("warranty until"), null=True, blank=True)
    due_on = models.DateField(_("next maintenance"), null=True, blank=True, editable=False)
    """Worked out when the device or its works are saved: by it the due list is one read."""

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices and spares")
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def lacks_spares(self) -> bool:
        return self.state != self.State.RETIRED and self.spares < self.least_spares


class AssetWork(models.Model):
    """Something done to a device: maintained, or replaced out of the spares."""

    class Kind(models.TextChoices):
        MAINTAINED = "maintained", _("Maintained")
        REPLACED = "replaced", _("Replaced by a spare")
        RESTOCKED = "restocked", _("Spares added")

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="works", verbose_name=_("device"))
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices, default=Kind.MAINTAINED)
    done_on = models.DateField(_("on"))
    count = models.PositiveIntegerField(_("how many"), default=1, validators=[MinValueValidator(1)])
    serial = models.CharField(_("new serial number"), max_length=80, blank=True)
    by = models.CharField(_("by"), max_length=120, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("work on a device")
        verbose_name_plural = _("works on devices")
        ordering = ["-done_on", "-id"]

    def __str__(self) -> str:
        return f"{self.asset} · {self.get_kind_display()}"


__all__: list[Any] = [
    "Asset", "AssetWork", "NumberApplication", "NumberChange", "NumberPaper", "NumberTally",
]  # fmt: skip
