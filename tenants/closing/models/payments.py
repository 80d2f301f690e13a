"""What tenants have paid, and what was done about what they have not."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.closing.models.bills import Bill
from tenants.models import Tenant
from tenants.plans.models import Notice


class Payment(models.Model):
    """Money that came. What it pays is worked out in accounts.py; a wrong one is taken back, never erased."""

    class Method(models.TextChoices):
        TRANSFER = "transfer", _("Bank transfer")
        CARD = "card", _("Card")
        ALIPAY = "alipay", _("Alipay")
        WECHAT = "wechat", _("WeChat Pay")
        OTHER = "other", _("Other")

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("tenant"))
    bill = models.ForeignKey(
        Bill,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        verbose_name=_("for the invoice"),
    )
    amount = models.DecimalField(
        _("amount"), max_digits=18, decimal_places=3, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(_("currency"), max_length=3)
    received_on = models.DateField(_("received on"))
    reference = models.CharField(_("reference of the bank"), max_length=80)
    method = models.CharField(_("way"), max_length=10, choices=Method.choices, default=Method.TRANSFER)
    by_name = models.CharField(_("recorded by"), max_length=120)
    recorded_at = models.DateTimeField(_("recorded"))
    taken_back_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    taken_back_why = models.CharField(_("why taken back"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["received_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "reference"],
                condition=models.Q(taken_back_at__isnull=True),
                name="closing_reference_counts_once",
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="closing_payment_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} · {self.amount} {self.currency}"


class Reminder(models.Model):
    """One step taken for one invoice; never twice."""

    class Step(models.TextChoices):
        FIRST = "first", _("First reminder")
        SECOND = "second", _("Second reminder")
        WARNING = "warning", _("Warning of suspension")
        SUSPENSION = "suspension", _("Suspended")

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="reminders", verbose_name=_("bill"))
    step = models.CharField(_("step"), max_length=10, choices=Step.choices)
    taken_at = models.DateTimeField(_("taken"))
    taken_on = models.DateField(_("taken on"))
    open_amount = models.DecimalField(_("open then"), max_digits=18, decimal_places=3)
    suspends_on = models.DateField(_("suspension not before"), null=True, blank=True)
    notice = models.ForeignKey(Notice, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["bill", "taken_at", "id"]
        constraints = [models.UniqueConstraint(fields=["bill", "step"], name="closing_step_taken_once")]

    def __str__(self) -> str:
        return f"{self.bill} · {self.get_step_display()}"


class Suspension(models.Model):
    """A tenant we suspended for what it owes, until it was paid. Whoever else suspends it also resumes it."""

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("tenant"))
    since = models.DateTimeField(_("since"))
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    class Meta:
        verbose_name = _("suspension for debt")
        verbose_name_plural = _("suspensions for debt")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                condition=models.Q(lifted_at__isnull=True),
                name="closing_suspended_once_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.since:%Y-%m-%d}"
