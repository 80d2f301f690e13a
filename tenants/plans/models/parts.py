"""Which modules a plan holds and which a tenant has: what was said when, and what follows from it now."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import Plan, Tenant
from tenants.plans.modules import EVERY, Module


def every_module() -> list[str]:
    return list(EVERY)


class PlanTerms(models.Model):
    """Modules and limits of a plan. A plan without a row has all modules and no limits but the contract's seats."""

    plan = models.OneToOneField(Plan, models.CASCADE, related_name="terms", verbose_name=_("plan"))
    modules = ArrayField(
        models.CharField(max_length=20, choices=Module.choices),
        verbose_name=_("modules"),
        default=every_module,
        blank=True,
    )
    calls_at_once = models.PositiveIntegerField(
        _("calls at the same time"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: no limit. Callers are never turned away by it; calls we would begin are."),
    )
    requests_per_day = models.PositiveIntegerField(
        _("requests by keys a day"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: no limit."),
    )

    class Meta:
        verbose_name = _("terms of a plan")
        verbose_name_plural = _("terms of plans")
        ordering = ["plan__name"]

    def __str__(self) -> str:
        return str(self.plan)


class ModuleChange(models.Model):
    """A module was switched on or off for a tenant; the latest says how it is, and bills are made from all of them."""

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="module_changes", verbose_name=_("tenant")
    )
    module = models.CharField(_("module"), max_length=20, choices=Module.choices)
    is_on = models.BooleanField(pgettext_lazy("module", "on"))
    at = models.DateTimeField(_("since"))
    by_name = models.CharField(_("by"), max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("switch of a module")
        verbose_name_plural = _("switches of modules")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["tenant", "module", "-at"])]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.get_module_display()}"


class ModuleUse(models.Model):
    """Somebody used a page or the API of a module on this day."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", verbose_name=_("tenant"))
    module = models.CharField(_("module"), max_length=20, choices=Module.choices)
    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("use of a module")
        verbose_name_plural = _("uses of modules")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "module", "day"], name="plans_used_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.module} · {self.day}"


class Standing(models.Model):
    """What every door asks of a tenant, gathered from plan, contract, switches, trial and brand, beside its row.

    Made anew by `actions.settle`, never changed alone. A tenant without one has everything and no limits.
    """

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="standing", verbose_name=_("tenant"))
    modules_off = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    calls_at_once = models.PositiveIntegerField(null=True, blank=True)
    requests_per_day = models.PositiveIntegerField(null=True, blank=True)
    trial_ends_on = models.DateField(null=True, blank=True)
    product_name = models.CharField(max_length=60, blank=True)
    accent = models.CharField(max_length=7, blank=True)
    logo = models.CharField(max_length=16, blank=True)
    """Beginning of the logo's hash; '' without one."""

    class Meta:
        verbose_name = _("standing of a tenant")
        verbose_name_plural = _("standings of tenants")

    def __str__(self) -> str:
        return str(self.tenant)

    def has(self, module: str) -> bool:
        return module not in self.modules_off
