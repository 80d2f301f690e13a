"""The whole house is to be deleted at its owner's wish: in the public schema, as it outlives the house."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import Tenant


class HouseAsk(models.Model):
    """An owner asks, somebody else of the house confirms, days go by, the doors close: then it is a deletion as any.

    `readers`: the owners' addresses, sealed, from the day the doors close until the certificate is on its way.
    """

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("deletion", "Waits for a second person")
        WAITING = "waiting", pgettext_lazy("deletion", "Waits for its day")
        RUNNING = "running", pgettext_lazy("deletion", "Being deleted")
        DONE = "done", pgettext_lazy("deletion", "Deleted")
        WITHDRAWN = "withdrawn", pgettext_lazy("deletion", "Withdrawn")

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="house_asks", verbose_name=_("tenant"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASKED)
    reason = models.CharField(_("reason"), max_length=300)
    needs_archive = models.BooleanField(_("not before an archive was downloaded"), default=False)
    days = models.PositiveSmallIntegerField(_("days until it is deleted"), default=7)
    asked_by_id = models.BigIntegerField(editable=False)
    asked_by = models.CharField(_("asked by"), max_length=120)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    # Nobody else of the house could have confirmed: its name was typed twice instead.
    is_alone = models.BooleanField(default=False, editable=False)
    answered_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    answered_by = models.CharField(_("answered by"), max_length=120, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    due_at = models.DateTimeField(_("to be deleted from"), null=True, blank=True)
    near_told_at = models.DateTimeField(null=True, blank=True, editable=False)
    looked_at = models.DateTimeField(null=True, blank=True, editable=False)
    problem = models.CharField(_("problem"), max_length=400, blank=True)
    shut_at = models.DateTimeField(_("doors closed at"), null=True, blank=True)
    readers = models.TextField(blank=True, editable=False)
    withdrawn_by = models.CharField(_("withdrawn by"), max_length=120, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("request to delete the house")
        verbose_name_plural = _("requests to delete the house")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(state__in=("asked", "waiting", "running")),
                name="leaving_one_house_asked_at_once",
            ),
            # The rule of two people holds in the database as well, but for who has nobody else in the house.
            models.CheckConstraint(
                name="leaving_house_by_another",
                condition=Q(state__in=("asked", "withdrawn"))
                | Q(is_alone=True, due_at__isnull=False)
                | (
                    Q(answered_by_id__isnull=False, due_at__isnull=False)
                    & ~Q(answered_by_id=F("asked_by_id"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.asked_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        """Still to be withdrawn."""
        return self.state in (self.State.ASKED, self.State.WAITING)

    def is_due(self, at: datetime) -> bool:
        return self.state == self.State.WAITING and self.due_at is not None and self.due_at <= at
