"""How a tenant begins: by trade and direction, on trial or not, and who has to do what until it works."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import Tenant


class Preset(models.Model):
    """What was chosen when the tenant was ordered; its call flow and checklist are made from it once."""

    class Trade(models.TextChoices):
        SHOP = "shop", _("Shop")
        BANK = "bank", _("Bank")
        CLINIC = "clinic", _("Clinic")
        REPAIR = "repair", _("Repair service")
        LOGISTICS = "logistics", _("Logistics")
        HOTLINE = "hotline", _("Public hotline")
        SCHOOL = "school", pgettext_lazy("trade", "School")

    class Direction(models.TextChoices):
        INBOUND = "inbound", _("Inbound")
        OUTBOUND = "outbound", _("Outbound")
        MIXED = "mixed", pgettext_lazy("direction of calls", "Both")

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="preset", verbose_name=_("tenant"))
    trade = models.CharField(_("trade"), max_length=12, choices=Trade.choices, blank=True)
    direction = models.CharField(
        _("direction of calls"), max_length=8, choices=Direction.choices, default=Direction.MIXED
    )

    class Meta:
        verbose_name = _("preset of a tenant")
        verbose_name_plural = _("presets of tenants")

    def __str__(self) -> str:
        return f"{self.tenant} · {self.get_trade_display()}"


class Trial(models.Model):
    """A tenant that tries the product until a day; then suspended, later closed, or turned into a contract."""

    class State(models.TextChoices):
        RUNNING = "running", pgettext_lazy("trial", "Running")
        ENDED = "ended", pgettext_lazy("trial", "Ended")
        CONVERTED = "converted", _("Became a contract")
        CLOSED = "closed", _("Closed")

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="trial", verbose_name=_("tenant"))
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.RUNNING, editable=False
    )
    ends_on = models.DateField(_("last day"))
    keep_days = models.PositiveSmallIntegerField(
        _("data kept afterwards, days"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    started_at = models.DateTimeField(_("started"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("trial")
        verbose_name_plural = _("trials")
        ordering = ["ends_on", "id"]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.ends_on}"


class OnboardingStep(models.Model):
    """One line of the checklist of opening, seen by the operator and by the tenant."""

    class Side(models.TextChoices):
        VENDOR = "vendor", pgettext_lazy("side of a contract", "Us, the operator")
        CUSTOMER = "customer", pgettext_lazy("side of a contract", "The customer")

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="onboarding_steps", verbose_name=_("tenant")
    )
    position = models.PositiveSmallIntegerField(_("step"))
    key = models.CharField(_("what"), max_length=20)
    side = models.CharField(_("done by"), max_length=8, choices=Side.choices)
    owner = models.CharField(_("responsible"), max_length=80, blank=True)
    due_on = models.DateField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.CharField(_("done by whom"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("step of onboarding")
        verbose_name_plural = _("steps of onboarding")
        ordering = ["tenant", "position"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="plans_step_once_per_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.key}"

    @property
    def is_late(self) -> bool:
        return self.done_at is None and self.due_on < timezone.localdate()
