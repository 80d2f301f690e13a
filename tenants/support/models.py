"""Operators inside a tenant: who asked, why, for how long, who allowed it. In the public schema, for both sides."""

from datetime import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.models import Tenant
from tenants.people.roles import Role

LEAST_MINUTES, MOST_MINUTES = 5, 240
SUPPORT_ROLES = (Role.OPERATIONS, Role.SUPERVISOR, Role.INSPECTOR, Role.FINANCE)
"""What an operator can be for a while. Nobody who gives roles or keys: what they give would outlive the access."""


class SupportTerms(models.Model):
    """What a tenant wants of support. Without a row: nobody enters without the owner's word."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="support_terms")
    needs_consent = models.BooleanField(_("support needs an owner's consent"), default=True)
    most_minutes = models.PositiveSmallIntegerField(
        _("at most, minutes"),
        default=60,
        validators=[MinValueValidator(LEAST_MINUTES), MaxValueValidator(MOST_MINUTES)],
    )

    class Meta:
        verbose_name = _("terms of support")
        verbose_name_plural = _("terms of support")

    def __str__(self) -> str:
        return str(self.tenant)


class SupportAccess(models.Model):
    """One time support is let in. `operator_id` is of the public schema, `member_id` of the tenant's."""

    class State(models.TextChoices):
        ASKED = "asked", _("waits for the owner")
        RUNNING = "running", _("is on")
        REFUSED = "refused", _("refused")
        LAPSED = "lapsed", _("nobody answered")
        ENDED = "ended", _("ended")

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="support_accesses", verbose_name=_("tenant")
    )
    operator_id = models.BigIntegerField()
    operator_name = models.CharField(_("operator"), max_length=80)
    case_number = models.CharField(_("case"), max_length=40)
    reason = models.CharField(_("reason"), max_length=300)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    role = models.CharField(
        _("as"), max_length=20, choices=[(role.value, role.label) for role in SUPPORT_ROLES]
    )
    may_change = models.BooleanField(_("may change things"), default=False)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    decided_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    decided_by = models.CharField(_("answered by"), max_length=120, blank=True)
    starts_at = models.DateTimeField(_("began"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=120, blank=True)
    member_id = models.BigIntegerField(null=True, blank=True)
    ticket_digest = models.CharField(max_length=64, blank=True)
    ticket_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("support access")
        verbose_name_plural = _("support accesses")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["tenant", "-id"]),
            models.Index(
                fields=["tenant"], name="support_open", condition=models.Q(state__in=("asked", "running"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operator_name} · {self.case_number}"

    @property
    def name_inside(self) -> str:
        return f"{self.operator_name[:36]} · support · {self.case_number[:30]}"

    @property
    def member_name(self) -> str:
        """What the tenant's people and its log call whoever came in; empty when nobody did."""
        if self.member_id is None:
            return ""
        return self.name_inside

    def is_on(self, at: datetime) -> bool:
        """The moment itself ends it, whether or not anything has noticed."""
        return self.state == self.State.RUNNING and self.ends_at is not None and at < self.ends_at
