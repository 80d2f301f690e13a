"""How well one party of a call was heard, as the switch measured it on the sound that party sent."""

from uuid import UUID

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from telephony.models.agents import Agent
from telephony.models.calls import Call, Leg
from telephony.models.queues import Queue

LEAST_MOS = 3.6
"""Below it many are dissatisfied (ITU-T G.107 Annex B: R 70)."""


class LineQuality(models.Model):
    """One row for each leg that sent enough sound to be judged, from the switch's call record; told once.

    `least_mos` is the tenant's threshold of then, so that later changes do not move past figures.
    """

    leg = models.OneToOneField(
        Leg, on_delete=models.CASCADE, primary_key=True, related_name="quality", verbose_name=_("leg")
    )
    agent = models.ForeignKey(
        Agent, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agent")
    )
    trunk = models.CharField(_("trunk"), max_length=64, blank=True, default="")
    """The gateway's name, or the address the call came from; empty for agents' phones."""
    ended_at = models.DateTimeField(_("ended at"))
    mos = models.FloatField(_("MOS"))
    loss_percent = models.FloatField(_("packet loss"))
    jitter_ms = models.FloatField(_("jitter"))
    delay_ms = models.FloatField(_("delay"), null=True, blank=True)
    packets = models.PositiveIntegerField(_("packets"))
    least_mos = models.FloatField(_("threshold"), default=LEAST_MOS)

    class Meta:
        verbose_name = _("line quality")
        verbose_name_plural = _("line qualities")
        indexes = [
            models.Index(fields=["ended_at"], name="line_quality_by_time"),
            models.Index(fields=["-ended_at"], condition=Q(mos__lt=models.F("least_mos")), name="poor_lines"),
        ]

    def __str__(self) -> str:
        return f"MOS {self.mos:.2f}"

    @property
    def call(self) -> Call | None:
        return self.leg.call

    @property
    def call_id(self) -> UUID | None:
        return self.leg.call_id

    @property
    def queue(self) -> Queue | None:
        return self.leg.call.queue if self.leg.call else None

    @property
    def is_poor(self) -> bool:
        return self.mos < self.least_mos


class QualityTerms(models.Model):
    """When a line counts as poor, and whether that is somebody's work. At most one row; none means the defaults."""

    least_mos = models.FloatField(
        _("alert below MOS"), default=LEAST_MOS, validators=[MinValueValidator(1.0), MaxValueValidator(4.5)]
    )
    opens_follow_ups = models.BooleanField(_("opens follow-ups"), default=True)

    class Meta:
        verbose_name = _("line quality terms")
        verbose_name_plural = _("line quality terms")

    def __str__(self) -> str:
        return f"MOS {self.least_mos:.1f}"
