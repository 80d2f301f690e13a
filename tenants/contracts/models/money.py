"""Budgets and what was spent that no ledger of ours knows; and the figures put into the calculators."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import Currency, Tenant


class Post(models.TextChoices):
    """What a budget is made of."""

    SERVICE = "service", pgettext_lazy("budget", "Service")
    CUSTOMISING = "customising", _("Customising")
    INTEGRATION = "integration", _("Integration")
    HARDWARE = "hardware", _("Hardware")
    TRAINING = "training", _("Training")
    OPERATION = "operation", _("Operation and maintenance")


class Budget(models.Model):
    """What a tenant means to spend from one day to another. The contingency is a share of all posts together."""

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="+", verbose_name=_("tenant"))
    name = models.CharField(_("name"), max_length=80)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    first_month = models.DateField(_("first month"))
    months = models.PositiveSmallIntegerField(
        _("months"), default=12, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    contingency_percent = models.DecimalField(
        _("contingency, %"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(10),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        ordering = ["-first_month", "-id"]

    def __str__(self) -> str:
        return self.name


class BudgetLine(models.Model):
    """What is planned for a post."""

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="lines", verbose_name=_("budget"))
    post = models.CharField(_("post"), max_length=12, choices=Post.choices)
    planned = models.DecimalField(
        _("planned"), max_digits=14, decimal_places=2, default=Decimal(0), validators=[MinValueValidator(0)]
    )

    class Meta:
        verbose_name = _("post of a budget")
        verbose_name_plural = _("posts of budgets")
        ordering = ["budget", "id"]
        constraints = [
            models.UniqueConstraint(fields=["budget", "post"], name="contracts_post_once_a_budget")
        ]

    def __str__(self) -> str:
        return self.get_post_display()


class Spending(models.Model):
    """What was paid to somebody else: our own ledger knows the rest."""

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="spendings", verbose_name=_("budget"))
    post = models.CharField(_("post"), max_length=12, choices=Post.choices)
    spent_on = models.DateField(_("on"))
    label = models.CharField(_("what for"), max_length=160)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    added_by = models.CharField(_("by"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("spending")
        verbose_name_plural = _("spendings")
        ordering = ["spent_on", "id"]

    def __str__(self) -> str:
        return self.label


class Sum(models.Model):
    """What a tenant put into a calculator last: `inputs` by the names of its form, as text."""

    class Kind(models.TextChoices):
        TCO = "tco", _("Total cost of ownership")
        ROI = "roi", _("Return on investment")

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", verbose_name=_("tenant"))
    kind = models.CharField(_("kind"), max_length=3, choices=Kind.choices)
    inputs = models.JSONField(default=dict)
    saved_at = models.DateTimeField(_("saved"))
    saved_by = models.CharField(_("by"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("calculation")
        verbose_name_plural = _("calculations")
        constraints = [models.UniqueConstraint(fields=["tenant", "kind"], name="contracts_one_sum_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.get_kind_display()}"
