"""What the probes saw: a row for each change of a part's state, and the sums of each day that is over."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.service.parts import name_of


class WatchClock(models.Model):
    """One row: when all parts were last looked at. What is between two looks too far apart, nobody knows."""

    last_at = models.DateTimeField(_("last look"))

    class Meta:
        verbose_name = _("last look")
        verbose_name_plural = _("last looks")

    def __str__(self) -> str:
        return self.last_at.isoformat()


class PartSpan(models.Model):
    """One part was in one state from a look to another; open while it still is. Down ones are the outages."""

    class State(models.TextChoices):
        UP = "up", pgettext_lazy("part", "Works")
        DOWN = "down", pgettext_lazy("part", "Down")
        UNKNOWN = "unknown", pgettext_lazy("part", "Not known")

    part = models.CharField(_("part"), max_length=20)
    place = models.CharField(_("cell"), max_length=40, blank=True, help_text=_("Empty: of all"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.UP)
    began_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    said = models.CharField(_("what the probe said"), max_length=200, blank=True)
    settled_as = models.CharField(_("settled as"), max_length=8, choices=State.choices, blank=True)
    settled_because = models.CharField(_("because"), max_length=300, blank=True)
    settled_by = models.CharField(_("settled by"), max_length=120, blank=True)
    cause = models.CharField(_("cause"), max_length=300, blank=True)
    seen_until = models.DateTimeField(_("seen until"), null=True, blank=True, editable=False)
    """Of a watcher outside alone: its last look. An open span of one that is silent ends here until it is heard."""
    is_counted = models.BooleanField(_("counts for availability"), default=False, editable=False)
    """Of a watcher outside alone, as it stood when the span began."""

    class Meta:
        verbose_name = _("state of a part")
        verbose_name_plural = _("states of parts")
        ordering = ["-began_at", "-id"]
        indexes = [models.Index(fields=["part", "place", "began_at"]), models.Index(fields=["began_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["part", "place"],
                condition=Q(ended_at__isnull=True),
                name="service_one_open_state_per_part",
            ),
            models.CheckConstraint(
                name="service_state_ends_after_start",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.place} {self.state}"

    @property
    def part_name(self) -> str:
        return name_of(self.part)

    @property
    def counts_as(self) -> str:
        """What was not seen may be settled afterwards, with a reason; what was seen stays."""
        return self.settled_as or self.state

    def end(self, at: datetime) -> datetime:
        return self.ended_at or max(min(at, self.seen_until or at), self.began_at)


class PartDay(models.Model):
    """A day (UTC) of one part that is over, in seconds; what is neither down nor unknown was up."""

    part = models.CharField(_("part"), max_length=20)
    place = models.CharField(_("cell"), max_length=40, blank=True)
    day = models.DateField(_("day"))
    up_seconds = models.PositiveIntegerField(_("seconds up"), default=0)
    down_seconds = models.PositiveIntegerField(_("seconds down"), default=0)
    unknown_seconds = models.PositiveIntegerField(_("seconds not known"), default=0)

    class Meta:
        verbose_name = _("day of a part")
        verbose_name_plural = _("days of parts")
        ordering = ["-day", "part", "place"]
        constraints = [
            models.UniqueConstraint(fields=["part", "place", "day"], name="service_one_day_per_part")
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.place} {self.day}"
