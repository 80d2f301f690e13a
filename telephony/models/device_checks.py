"""What a tenant decides about its agents' phones, and what was found when an agent checked theirs before a shift."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.agents import Agent

LONGEST_CHECK_HOURS = 24 * 7


class PhoneTerms(models.Model):
    """At most one row; without one the defaults hold."""

    may_ring_abroad = models.BooleanField(
        _("outside numbers may be abroad"),
        default=False,
        help_text=_("Agents' own numbers of another country than the tenant's. Each call there is charged."),
    )
    may_ring_premium = models.BooleanField(
        _("outside numbers may cost extra"),
        default=False,
        help_text=_("Premium-rate and shared-cost numbers. Fraudsters like them: leave this off."),
    )
    check_hours = models.PositiveSmallIntegerField(
        _("check the phone every so many hours"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_CHECK_HOURS)],
        help_text=_(
            "To go ready, agents with the phone in the page need a passed phone check that is not older. "
            "Empty: not required."
        ),
    )

    class Meta:
        verbose_name = _("terms of phones")
        verbose_name_plural = _("terms of phones")

    def __str__(self) -> str:
        return str(_("Terms of phones"))


class DeviceCheck(models.Model):
    """One check by one agent. `results` are [{"name", "value", "unit", "verdict"}, …], verdict pass, warn, fail or
    unknown; what passes is decided here (`telephony.phone_check`), never by the page.
    """

    agent = models.ForeignKey(
        Agent, on_delete=models.CASCADE, related_name="device_checks", verbose_name=_("agent")
    )
    at = models.DateTimeField(_("at"))
    has_passed = models.BooleanField(_("passed"))
    results = models.JSONField(_("results"), default=list, blank=True)
    browser = models.CharField(_("browser"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("phone check")
        verbose_name_plural = _("phone checks")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["agent", "-at"])]

    def __str__(self) -> str:
        return f"{self.agent} {self.at:%Y-%m-%d %H:%M}"
