"""Each time somebody on call was rung by telephone, and what became of it."""

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
