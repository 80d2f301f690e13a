"""Tenants and the terms they are on, all in the public schema: plan, SLA, contract, numbers, steps of opening."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tenants.models import DomainMixin, TenantMixin

SCHEMA_NAME = RegexValidator(
    r"^[a-z][a-z0-9_]{1,39}$", _("Small letters, digits and _ only, a letter first.")
)
HOST_NAME = RegexValidator(
    r"^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$",
    _("A host name such as shop.example.com, in small letters."),
)


class Country(models.TextChoices):
    CHINA = "CN", _("China")
    BRITAIN = "GB", _("United Kingdom")


class Currency(models.TextChoices):
    YUAN = "CNY", "CNY ¥"
    POUND = "GBP", "GBP £"
    EURO = "EUR", "EUR €"
    DOLLAR = "USD", "USD $"
    YEN = "JPY", "JPY ¥"
    DINAR = "KWD", "KWD د.ك"


class TenantLanguage(models.TextChoices):
    ENGLISH = "en", "English"
    CHINESE = "zh-hans", "简体中文"


class Plan(models.Model):
    """What is sold under one name. Its prices, with the dates they hold, are in billing."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    included_seats = models.PositiveIntegerField(_("seats included"), default=0)
    is_offered = models.BooleanField(_("offered to new tenants"), default=True)
    deletion_days = models.PositiveSmallIntegerField(
        _("days before a house is deleted"),
        default=7,
        db_default=7,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_(
            "When an owner asked for it and somebody else confirmed: until then any owner may withdraw it."
        ),
    )

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Sla(models.Model):
    """What we promise a tenant. Not the service level of a queue."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    availability_percent = models.DecimalField(_("availability, % per month"), max_digits=6, decimal_places=3)
    response_minutes = models.PositiveIntegerField(_("answer to a fault within, minutes"))
    recovery_minutes = models.PositiveIntegerField(_("recovery within, minutes"))
    credit_percent = models.DecimalField(
        _("credit when missed, % of the month"), max_digits=5, decimal_places=2, default=0
    )

    class Meta:
        verbose_name = _("SLA")
        verbose_name_plural = _("SLAs")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Tenant(TenantMixin):
    """A customer company. Its schema is made by provisioning, never by saving the row."""

    class State(models.TextChoices):
        PROVISIONING = "provisioning", _("Being opened")
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        CLOSED = "closed", _("Closed")

    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.PROVISIONING)
    state_since = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    state_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    language = models.CharField(
        _("language"), max_length=10, choices=TenantLanguage.choices, default=TenantLanguage.ENGLISH
    )
    country = models.CharField(_("country"), max_length=2, choices=Country.choices, default=Country.BRITAIN)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/London")
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.POUND)
    cell = models.SlugField(_("cell"), max_length=20, default="main")
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    auto_create_schema = False
    auto_drop_schema = False

    class Meta:
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["state"])]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.state == self.State.ACTIVE

    @property
    def has_schema(self) -> bool:
        return self.state in (self.State.ACTIVE, self.State.SUSPENDED)

    @cached_property
    def host(self) -> str:
        """The primary domain: address of the pages and SIP domain of the phones; '' before there is one. Of a row that
        was just read: this one asks only once.
        """
        found = self.domains.filter(is_primary=True).values_list("domain", flat=True).first()
        return found or ""

    def day_of(self, at: datetime) -> date:
        """By the tenant's own clock."""
        return timezone.localdate(at, ZoneInfo(self.time_zone))

    def move_to(self, state: str, at, reason: str = "") -> None:  # noqa: ANN001
        self.state, self.state_since, self.state_reason = state, at, reason


class Domain(DomainMixin):
    """A host name under which a tenant is reached."""

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")

    def clean(self) -> None:
        host: str = (getattr(self, "domain", None) or "").strip().lower()
        HOST_NAME(host)
        self.domain = host

    def __str__(self) -> str:
        return self.domain


class Contract(models.Model):
    """The terms a tenant is on from one day to another; at most one on any day."""

    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="contracts", verbose_name=_("tenant"))
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+", verbose_name=_("plan"))
    sla = models.ForeignKey(
        Sla, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("SLA")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(
        _("until, including"), null=True, blank=True, help_text=_("Empty: until one side ends it")
    )
    seats = models.PositiveIntegerField(
        _("seats"),
        default=5,
        validators=[MinValueValidator(1)],
        help_text=_("How many people may be agents at the same time"),
    )
    reference = models.CharField(_("contract number"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="tenants_contract_ends_after_start",
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                violation_error_message=_("The contract ends before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.reference or f"{self.tenant} · {self.starts_on}"

    def clean(self) -> None:
        """Two contracts on one day would be billed twice."""
        if not (self.tenant_id and self.starts_on):
            return
        others = Contract.objects.filter(tenant_id=self.tenant_id).exclude(pk=self.pk)
        others = others.filter(models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=self.starts_on))
        if self.ends_on:
            others = others.filter(starts_on__lte=self.ends_on)
        if others.exists():
            raise ValidationError(
                _("Another contract holds on these days. End that one first."), code="overlap"
            )

    def holds_on(self, day) -> bool:  # noqa: ANN001
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class Number(models.Model):
    """A telephone number of the inventory, lent to one tenant at a time."""

    class Kind(models.TextChoices):
        LOCAL = "local", _("Local")
        MOBILE = "mobile", _("Mobile")
        TOLL_FREE = "toll_free", _("Toll-free")
        SHARED_COST = "shared_cost", _("Shared cost (400)")
        SHORT = "short", _("Short code (95)")
        VIRTUAL = "virtual", _("Virtual (masks agents)")

    class State(models.TextChoices):
        """Assigned: approved and lent, leading nowhere yet. A quarantine is over at `rests_until`, whoever looks."""

        FREE = "free", _("Free")
        ASSIGNED = "assigned", _("Assigned")
        BOUND = "bound", pgettext_lazy("number", "Bound")
        QUARANTINE = "quarantine", _("In quarantine")
        RETIRED = "retired", _("Retired")

    class Use(models.TextChoices):
        BOTH = "both", _("Calls in and out")
        INBOUND = "inbound", _("Calls in only")
        OUTBOUND = "outbound", _("Calls out only")

    class Outside(models.TextChoices):
        """What becomes of a call that the permitted use or regions do not cover."""

        FLAG = "flag", _("Let it through, and list it")
        REFUSE = "refuse", _("Refuse it")

    e164 = models.CharField(
        _("number"),
        max_length=20,
        unique=True,
        help_text=_("+442079460001, or the bare digits of a 400 or 95 number"),
    )
    country = models.CharField(_("country"), max_length=2, choices=Country.choices)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.LOCAL)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.FREE, editable=False
    )
    tenant = models.ForeignKey(
        Tenant, models.PROTECT, null=True, blank=True, related_name="numbers", verbose_name=_("tenant")
    )
    assigned_at = models.DateTimeField(_("assigned"), null=True, blank=True, editable=False)
    monthly_fee = models.DecimalField(_("fee per month"), max_digits=10, decimal_places=2, default=0)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.POUND)
    carrier = models.CharField(_("carrier"), max_length=60, blank=True)
    carrier_fee = models.DecimalField(
        _("cost per month"),
        max_digits=10,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0)],
        help_text=_("What the carrier takes from us; the fee is what we take from the tenant."),
    )
    area_code = models.CharField(_("area code"), max_length=8, blank=True)
    trunk = models.CharField(_("trunk"), max_length=60, blank=True, help_text=_("The line it comes in by"))
    expires_on = models.DateField(_("contract with the carrier ends"), null=True, blank=True)
    rests_until = models.DateTimeField(_("quarantine ends"), null=True, blank=True, editable=False)
    use = models.CharField(_("permitted for"), max_length=8, choices=Use.choices, default=Use.BOTH)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    regions = ArrayField(
        models.CharField(max_length=60), verbose_name=_("permitted regions"), default=list, blank=True
    )
    """Countries (CN) and words of telephony.regions (Guangdong, Guangdong/Guangzhou); none: everywhere."""
    outside = models.CharField(
        _("a call outside of that"), max_length=6, choices=Outside.choices, default=Outside.FLAG
    )

    class Meta:
        verbose_name = _("number")
        verbose_name_plural = _("numbers")
        ordering = ["e164"]

    def __str__(self) -> str:
        return self.e164

    def may_be_lent(self, at: datetime) -> bool:
        """Nobody has it, and its quarantine, where there was one, is over."""
        if self.tenant_id is not None or self.state == self.State.RETIRED:
            return False
        return self.state != self.State.QUARANTINE or self.rests_until is None or self.rests_until <= at

    @property
    def refuses_callers(self) -> bool:
        """Some calls that come in are turned away."""
        return self.outside == self.Outside.REFUSE and (bool(self.regions) or self.use == self.Use.OUTBOUND)


class NumberAssignment(models.Model):
    """Who had a number from when to when: the bill of a month is made from these."""

    number = models.ForeignKey(Number, models.PROTECT, related_name="assignments", verbose_name=_("number"))
    tenant = models.ForeignKey(
        Tenant, models.PROTECT, related_name="number_assignments", verbose_name=_("tenant")
    )
    assigned_at = models.DateTimeField(_("from"))
    returned_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("number assignment")
        verbose_name_plural = _("number assignments")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=models.Q(returned_at__isnull=True),
                name="tenants_number_lent_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.tenant}"


class ProvisioningStep(models.Model):
    """One step of opening a tenant, kept so that a failed opening is taken up where it stopped."""

    class Name(models.TextChoices):
        SCHEMA = "schema", _("Make the schema and its tables")
        ADMIN = "admin", _("Create the first administrator")
        DEFAULTS = "defaults", _("Set the defaults")
        DOMAIN = "domain", _("Publish the domain")
        OPEN = "open", _("Open the doors")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="provisioning_steps", verbose_name=_("tenant")
    )
    position = models.PositiveSmallIntegerField(_("step"))
    name = models.CharField(_("what"), max_length=20, choices=Name.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    error = models.CharField(_("what went wrong"), max_length=500, blank=True)
    details = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = _("step of opening")
        verbose_name_plural = _("steps of opening")
        ordering = ["tenant", "position"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="tenants_step_once_per_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.get_name_display()}"
