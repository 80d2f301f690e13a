"""What a seat is narrowed to: an outsourced agent works in some queues, and sees nothing of the others."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.groups import AgentGroup
from telephony.models.queues import Queue


class SeatScope(models.Model):
    """One per member whose seat is narrowed. A side that names nothing is not narrowed."""

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("member")
    )
    queues: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        Queue,
        blank=True,
        related_name="+",
        verbose_name=_("only these queues"),
        help_text=_("They take, see and pass on calls of these queues only. None chosen: of all."),
    )
    groups = models.ManyToManyField(
        AgentGroup,
        blank=True,
        related_name="+",
        verbose_name=_("only these groups"),
        help_text=_("They see and reach agents of these groups only. None chosen: of all."),
    )

    class Meta:
        verbose_name = _("narrowed seat")
        verbose_name_plural = _("narrowed seats")
        ordering = ["member__name"]

    def __str__(self) -> str:
        return str(self.member)
