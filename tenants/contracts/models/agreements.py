"""The agreement with its nine clauses, who signed it, what was changed from which day, and what was reminded of."""

from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.contracts.models.quotes import Quote
from tenants.contracts.models.sides import Side, TwoSided
from tenants.models import Contract, Currency, Plan, Sla, Tenant
from tenants.plans.modules import Module

LONGEST_CLAUSE = 4000
CLAUSES = (
    "scope", "term", "price", "payment", "data_liability", "support_standard", "expansion", "termination", "renewal",
)  # fmt: skip
"""Without one of them an agreement does not begin to hold."""


def name_of(model: type[models.Model], field: str) -> Any:
    """What a field is called on pages."""
    return getattr(model._meta.get_field(field), "verbose_name", field)


def _clause(name: Any) -> models.TextField:
    return models.TextField(name, max_length=LONGEST_CLAUSE, blank=True)


def _months(name: Any) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        name, null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )


class Agreement(models.Model):
    """Nine clauses in words, and beside them the figures that machines go by. Its terms for billing: `contract`."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("agreement", "Draft")
        ACTIVE = "active", pgettext_lazy("agreement", "In force")
        ENDED = "ended", pgettext_lazy("agreement", "Ended")

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="agreements", verbose_name=_("tenant"))
    reference = models.CharField(_("number"), max_length=40, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    quote = models.OneToOneField(
        Quote, models.PROTECT, null=True, blank=True, related_name="agreement", verbose_name=_("quote")
    )
    contract = models.ForeignKey(
        Contract,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("terms that are billed"),
    )
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+", verbose_name=_("plan"))
    sla = models.ForeignKey(
        Sla, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("SLA")
    )
    seats = models.PositiveIntegerField(_("seats"), validators=[MinValueValidator(1)])
    modules = ArrayField(
        models.CharField(max_length=20, choices=Module.choices),
        verbose_name=_("modules switched on"),
        default=list,
        blank=True,
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    discount_percent = models.DecimalField(
        _("discount for the term, %"), max_digits=5, decimal_places=2, default=Decimal(0), editable=False
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until, including"), null=True, blank=True)

    scope = _clause(_("Scope"))
    term = _clause(_("Term"))
    price = _clause(pgettext_lazy("clause", "Price"))
    payment = _clause(_("Payment"))
    data_liability = _clause(_("Data and liability"))
    support_standard = _clause(_("Support standard"))
    expansion = _clause(pgettext_lazy("clause", "Expansion"))
    termination = _clause(_("Termination"))
    renewal = _clause(_("Renewal"))

    notice_days = models.PositiveSmallIntegerField(
        _("notice before the end, days"), default=30, validators=[MaxValueValidator(730)]
    )
    remind_days = models.PositiveSmallIntegerField(
        _("reminded before, days"), default=60, validators=[MaxValueValidator(365)]
    )
    price_review_on = models.DateField(_("price may be adjusted first on"), null=True, blank=True)
    price_review_months = _months(_("then every, months"))
    most_increase_percent = models.DecimalField(
        _("by at most, %"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    upgrade_on = models.DateField(_("next upgrade of the product"), null=True, blank=True)
    upgrade_months = _months(_("upgraded every, months"))
    activated_at = models.DateTimeField(_("in force since"), null=True, editable=False)
    begun_at = models.DateTimeField(_("first day carried out"), null=True, editable=False)
    """When modules were switched on and what is paid once was booked."""

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="contracts_agreement_ends_after_start",
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                violation_error_message=_("The agreement ends before it begins."),
            )
        ]

    def __str__(self) -> str:
        return self.reference or f"{self.tenant} · {self.starts_on}"

    @property
    def missing_clauses(self) -> list[str]:
        """Names of fields, in the order of the paper."""
        return [name for name in CLAUSES if not getattr(self, name).strip()]


class Signature(models.Model):
    """One side has signed: who, as what, when; and the signed paper, sealed in the vault."""

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="signatures", verbose_name=_("agreement")
    )
    side = models.CharField(_("for"), max_length=8, choices=Side.choices)
    name = models.CharField(_("name"), max_length=120)
    title = models.CharField(pgettext_lazy("of a person", "title"), max_length=120)
    signed_on = models.DateField(_("signed on"))
    added_at = models.DateTimeField(_("added"))
    added_by = models.CharField(_("by"), max_length=120, blank=True)
    media_type = models.CharField(_("kind of file"), max_length=40)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=120)
    wrapped = models.CharField(max_length=200)
    wrapped_by = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["side", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "side"], name="contracts_signed_once_a_side")
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()} · {self.name}"


class Amendment(TwoSided):
    """From a day on something of an agreement is otherwise. `before` and `after` hold the same keys: seats, ends_on
    (ISO, or null), plan (its code), `module:quality` (is it on?), and names of clauses.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("amendment", "Waits for both sides")
        APPROVED = "approved", pgettext_lazy("amendment", "Approved, waits for its day")
        APPLIED = "applied", pgettext_lazy("amendment", "In force")
        REFUSED = "refused", pgettext_lazy("amendment", "Refused")

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="amendments", verbose_name=_("agreement")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    quote = models.OneToOneField(
        Quote, models.PROTECT, null=True, blank=True, related_name="amendment", verbose_name=_("quote")
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PROPOSED)
    effective_on = models.DateField(_("holds from"))
    reason = models.CharField(_("what for"), max_length=300, blank=True)
    before = models.JSONField(_("before"), default=dict, blank=True)
    after = models.JSONField(_("after"), default=dict, blank=True)
    proposed_at = models.DateTimeField(_("proposed"))
    applied_at = models.DateTimeField(_("in force since"), null=True, blank=True)

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="contracts_amendment_has_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.agreement} · {self.number}"


class Reminder(models.Model):
    """A day of an agreement that comes near was told of: once, however often it is looked for."""

    class Kind(models.TextChoices):
        NOTICE = "notice", _("Last day to give notice")
        RENEWAL = "renewal", _("The agreement ends or is renewed")
        PRICE = "price", _("The price may be adjusted")
        UPGRADE = "upgrade", _("An upgrade of the product is due")

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="reminders", verbose_name=_("agreement")
    )
    kind = models.CharField(_("what"), max_length=8, choices=Kind.choices)
    due_on = models.DateField(_("on"))
    told_at = models.DateTimeField(_("told"))
    read_by = models.CharField(_("read by"), max_length=120, blank=True)
    """Of the tenant's people: until then it stands at the head of their page."""

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "kind", "due_on"], name="contracts_reminded_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.due_on}"
