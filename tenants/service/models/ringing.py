"""Each time somebody on call was rung by telephone, for a case or as a test, and what became of it."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.service.models.roster import Page


class PageCall(models.Model):
    """Written down before the switch is asked: whoever finds it without an end follows it, and never dials again for
    it. `call_id` is the leg's id at the switch; the number itself is with the operator's way alone.
    """

    class Result(models.TextChoices):
        TAKEN = "taken", pgettext_lazy("rung", "Key 1: taken on")
        NO_KEY = "no_key", pgettext_lazy("rung", "Picked up, key 1 was not pressed")
        BUSY = "busy", pgettext_lazy("rung", "Engaged")
        NO_ANSWER = "no_answer", pgettext_lazy("rung", "Nobody picked up")
        REFUSED = "refused", pgettext_lazy("rung", "Refused")
        FAILED = "failed", pgettext_lazy("rung", "Could not be put through")
        LOST = "lost", pgettext_lazy("rung", "Not known: our worker or the switch was started anew meanwhile")
        NO_TRUNK = "no_trunk", pgettext_lazy("rung", "Not rung: there is no trunk of the operator's")
        NOT_MADE = "not_made", pgettext_lazy("rung", "Not rung yet: no switch or no line was free")

    call_id = models.UUIDField(_("leg"), db_index=True)
    page = models.ForeignKey(
        Page, models.CASCADE, related_name="calls", verbose_name=_("call to an operator")
    )
    masked_number = models.CharField(_("number"), max_length=20, blank=True)
    node = models.CharField(_("switch"), max_length=40, blank=True)
    started_at = models.DateTimeField(_("rung at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=10, blank=True, choices=Result.choices)
    cause = models.CharField(_("cause"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("telephone call to an operator")
        verbose_name_plural = _("telephone calls to operators")
        ordering = ["started_at", "id"]
        indexes = [
            models.Index(
                fields=["started_at"], condition=models.Q(ended_at=None), name="service_calls_running"
            )
        ]

    def __str__(self) -> str:
        return f"{self.page_id} {self.started_at:%F %T} {self.result}"


class RingTest(models.Model):
    """An operator has their own telephone rung, to see that it would be. Soon or not at all: nobody wants it later.

    `call_id` is the leg's id at the switch. Until it rings, `result` is what stood in the way at the last try.
    """

    class Result(models.TextChoices):
        TAKEN = (
            "taken",
            pgettext_lazy("ring test", "Picked up, and key 1 pressed: so you would take a case on"),
        )
        NO_KEY = (
            "no_key",
            pgettext_lazy(
                "ring test",
                "Picked up, key 1 was not pressed. For a case you would be rung again: so does a mailbox",
            ),
        )
        BUSY = "busy", pgettext_lazy("ring test", "Engaged")
        NO_ANSWER = "no_answer", pgettext_lazy("ring test", "It rang, and nobody picked up")
        REFUSED = "refused", pgettext_lazy("ring test", "Refused by the telephone or its network")
        FAILED = "failed", pgettext_lazy("ring test", "Could not be put through")
        LOST = (
            "lost",
            pgettext_lazy("ring test", "Not known: our worker or the switch was started anew meanwhile"),
        )
        NO_TRUNK = (
            "no_trunk",
            pgettext_lazy("ring test", "Not rung: there is no trunk of the operator's for this number"),
        )
        NO_LINE = (
            "no_line",
            pgettext_lazy("ring test", "Not rung: every trunk for this number is down or full"),
        )
        SWITCH_AWAY = "switch_away", pgettext_lazy("ring test", "Not rung: no switch with a trunk answers")
        OLD_SWITCH = (
            "old_switch",
            pgettext_lazy(
                "ring test",
                "Not rung: the switch was started before the upgrade and lacks pager.xml. Start it again when nobody "
                "talks",
            ),
        )
        NOBODY = (
            "nobody",
            pgettext_lazy(
                "ring test", "Not rung: no worker took it up. None is running, or it is ringing somebody else"
            ),
        )

    PATIENCE = timedelta(seconds=30)
    LONGEST = timedelta(minutes=10)

    call_id = models.UUIDField(_("leg"), unique=True)
    operator_id = models.BigIntegerField(db_index=True)
    operator_name = models.CharField(_("operator"), max_length=120)
    masked_number = models.CharField(_("number"), max_length=20)
    asked_at = models.DateTimeField(_("asked at"))
    node = models.CharField(_("switch"), max_length=40, blank=True)
    started_at = models.DateTimeField(_("rung at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=12, blank=True, choices=Result.choices)
    cause = models.CharField(_("cause"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("test of an operator's telephone")
        verbose_name_plural = _("tests of operators' telephones")
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(
                fields=["asked_at"], condition=models.Q(ended_at=None), name="service_ring_tests_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.operator_name} {self.asked_at:%F %T} {self.result}"

    def is_ringing(self, at: datetime) -> bool:
        """What rings longer than any call may is followed by nobody."""
        return self.started_at is not None and self.ended_at is None and at - self.started_at < self.LONGEST

    def is_waiting(self, at: datetime) -> bool:
        return self.started_at is None and self.ended_at is None and at - self.asked_at < self.PATIENCE

    def is_under_way(self, at: datetime) -> bool:
        return self.is_waiting(at) or self.is_ringing(at)

    def found(self, at: datetime) -> str:
        """One of Result; "" while it is under way and nothing stands in the way."""
        if self.result or self.is_under_way(at):
            return self.result
        return self.Result.LOST if self.started_at else self.Result.NOBODY
