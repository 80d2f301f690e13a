"""Who is on call, how they are reached, and each time they were called."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.service.models.cases import Case


class Shift(models.Model):
    """One operator is on call from one moment to another; `operator_id` is of the public schema."""

    class Level(models.IntegerChoices):
        FIRST = 1, pgettext_lazy("on call", "First")
        SECOND = 2, pgettext_lazy("on call", "Second")

    operator_id = models.BigIntegerField()
    operator_name = models.CharField(_("operator"), max_length=120)
    level = models.PositiveSmallIntegerField(_("called"), choices=Level.choices, default=Level.FIRST)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    instead_of = models.CharField(_("instead of"), max_length=120, blank=True)
    cancelled_at = models.DateTimeField(_("given away"), null=True, blank=True)

    class Meta:
        verbose_name = _("shift on call")
        verbose_name_plural = _("shifts on call")
        ordering = ["starts_at", "level", "id"]
        indexes = [models.Index(fields=["ends_at", "starts_at"])]
        constraints = [
            models.CheckConstraint(
                name="service_shift_ends_after_start", condition=models.Q(ends_at__gt=models.F("starts_at"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.operator_name} {self.starts_at:%Y-%m-%d %H:%M}"

    def holds(self, at: datetime) -> bool:
        return self.cancelled_at is None and self.starts_at <= at < self.ends_at


class PageTarget(models.Model):
    """By which way one operator is called: one each."""

    class Way(models.TextChoices):
        LOG = "log", pgettext_lazy("way", "Only in the list and the log")
        WEBHOOK = "webhook", pgettext_lazy("way", "Webhook (SMS gateway, pager service)")
        MAIL = "mail", pgettext_lazy("way", "Mail")

    operator_id = models.BigIntegerField(unique=True)
    operator_name = models.CharField(_("operator"), max_length=120)
    way = models.CharField(_("way"), max_length=8, choices=Way.choices, default=Way.LOG)
    address = models.CharField(_("address"), max_length=300, blank=True)
    phone = models.CharField(_("telephone for what is urgent"), max_length=20, blank=True, db_default="")
    """E.164; "" is none. Rung beside the other way, never instead of it."""

    class Meta:
        verbose_name = _("way to an operator")
        verbose_name_plural = _("ways to operators")
        ordering = ["operator_name"]

    def __str__(self) -> str:
        return self.operator_name


class Page(models.Model):
    """One call to one operator for one case. Answered is when they said "I have it"."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("page", "Being sent")
        SENT = "sent", pgettext_lazy("page", "Sent")
        FAILED = "failed", pgettext_lazy("page", "Could not be sent")

    class AnsweredWay(models.TextChoices):
        PAGE = "page", pgettext_lazy("answered", "on the page")
        PHONE = "phone", pgettext_lazy("answered", "by telephone")

    case = models.ForeignKey(Case, models.CASCADE, related_name="pages", verbose_name=_("case"))
    operator_id = models.BigIntegerField(null=True, blank=True)
    operator_name = models.CharField(_("operator"), max_length=120)
    level = models.PositiveSmallIntegerField(_("called"), default=1)
    way = models.CharField(_("way"), max_length=8, default="log")
    address = models.CharField(_("address"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(_("called at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    problem = models.CharField(_("what went wrong"), max_length=120, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.CharField(_("answered by"), max_length=120, blank=True)
    answered_way = models.CharField(
        _("answered how"), max_length=8, blank=True, choices=AnsweredWay.choices, db_default=""
    )

    class Meta:
        verbose_name = _("call to an operator")
        verbose_name_plural = _("calls to operators")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state"], condition=models.Q(state="waiting"), name="service_pages_to_send"),
            models.Index(
                fields=["asked_at"], condition=models.Q(answered_at=None), name="service_pages_unanswered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operator_name} · {self.case_id}"
