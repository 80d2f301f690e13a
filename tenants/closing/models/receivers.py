"""Who is told of each bill: programs of ours, such as the books, and what was said to them."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.closing.models.bills import Bill


class Receiver(models.Model):
    """An address of the operators' own that is told of every bill, signed as webhooks of tenants are."""

    name = models.CharField(_("name"), max_length=60)
    url = models.URLField(_("address"), max_length=300)
    secret = models.CharField(_("secret"), max_length=400, editable=False)
    """Sealed (tenants.secrets)."""
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("receiver of bills")
        verbose_name_plural = _("receivers of bills")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Telling(models.Model):
    """One bill told to one receiver, again and again until it is heard or given up."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        HEARD = "heard", _("Heard")
        GIVEN_UP = "given_up", _("Given up")

    receiver = models.ForeignKey(
        Receiver, models.CASCADE, related_name="tellings", verbose_name=_("receiver")
    )
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="tellings", verbose_name=_("bill"))
    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_at = models.DateTimeField(_("next try"), default=timezone.now)
    status = models.PositiveSmallIntegerField(_("answer"), default=0)
    problem = models.CharField(_("problem"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("bill told")
        verbose_name_plural = _("bills told")
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "next_at"])]
        constraints = [models.UniqueConstraint(fields=["receiver", "bill"], name="closing_told_once")]

    def __str__(self) -> str:
        return f"{self.bill} → {self.receiver}"
