"""Who bills whom by which rules: rates of tax, the sellers, the payers, accounts, and when reminders go out."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import Country, Tenant, TenantLanguage

CODE = RegexValidator(r"^[a-z][a-z0-9-]{1,19}$", _("Small letters, digits and - only, a letter first."))
SERIES = RegexValidator(
    r"^[A-Z][A-Z0-9]{0,7}$", _("One to eight capital letters and digits, a letter first.")
)
ACCOUNT = RegexValidator(r"^[0-9A-Za-z.]{1,20}$", _("Digits, letters and points only."))


class TaxRate(models.Model):
    """One rate of a country from one day on. The newest that holds on the day of issue counts."""

    class Treatment(models.TextChoices):
        RATED = "rated", _("Taxed")
        ZERO = "zero", _("Taxed at zero")
        EXEMPT = "exempt", _("Exempt")

    country = models.CharField(_("country"), max_length=2, choices=Country.choices)
    code = models.CharField(_("code"), max_length=20, validators=[CODE])
    name = models.CharField(_("name"), max_length=60, help_text=_("As it stands on the bill"))
    name_zh = models.CharField(_("name in Chinese"), max_length=60)
    treatment = models.CharField(
        _("treatment"), max_length=8, choices=Treatment.choices, default=Treatment.RATED
    )
    percent = models.DecimalField(
        _("percent"),
        max_digits=6,
        decimal_places=3,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    valid_from = models.DateField(_("valid from"))

    class Meta:
        verbose_name = _("rate of tax")
        verbose_name_plural = _("rates of tax")
        ordering = ["country", "code", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "code", "valid_from"], name="closing_one_rate_per_day"
            ),
            models.CheckConstraint(
                condition=models.Q(treatment="rated", percent__gt=0, percent__lte=100)
                | (~models.Q(treatment="rated") & models.Q(percent=0)),
                name="closing_rate_makes_sense",
                violation_error_message=_("A taxed rate has a percentage above 0; the others have none."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} · {self.name}"


class TaxRule(models.Model):
    """Which code is for which kind of charge in a country; the one without a kind is for all others."""

    country = models.CharField(_("country"), max_length=2, choices=Country.choices)
    kind = models.CharField(_("kind of charge"), max_length=20, blank=True)
    code = models.CharField(_("code"), max_length=20, validators=[CODE])

    class Meta:
        verbose_name = _("rule of tax")
        verbose_name_plural = _("rules of tax")
        ordering = ["country", "kind"]
        constraints = [models.UniqueConstraint(fields=["country", "kind"], name="closing_one_rule_per_kind")]

    def __str__(self) -> str:
        return f"{self.country} · {self.kind or '*'} → {self.code}"


class Seller(models.Model):
    """Who issues the bills of a country's tenants, and the series they are numbered in."""

    country = models.CharField(_("country"), max_length=2, choices=Country.choices, unique=True)
    series = models.CharField(_("series"), max_length=8, unique=True, validators=[SERIES])
    name = models.CharField(_("name"), max_length=120)
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    bank = models.CharField(_("bank and account"), max_length=200, blank=True)
    tax_code = models.CharField(
        _("code of tax for everything"),
        max_length=20,
        blank=True,
        validators=[CODE],
        help_text=_("Such as small-scale; empty: by the rules of tax"),
    )

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")
        ordering = ["country"]

    def __str__(self) -> str:
        return self.name


class Payer(models.Model):
    """What stands on a tenant's bills beside the amounts; without it the tenant's name does, and 30 days."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="payer", verbose_name=_("tenant"))
    title = models.CharField(_("title on the bill"), max_length=120, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    language = models.CharField(
        _("language of the bill"), max_length=10, choices=TenantLanguage.choices, blank=True
    )
    payment_days = models.PositiveSmallIntegerField(
        _("days to pay"), default=30, validators=[MaxValueValidator(365)]
    )
    is_tax_included = models.BooleanField(_("prices include tax"), default=False)
    tax_code = models.CharField(
        _("code of tax for everything"),
        max_length=20,
        blank=True,
        validators=[CODE],
        help_text=_("Such as zero for a customer abroad; empty: by the rules of tax"),
    )
    is_reminded = models.BooleanField(_("reminded and suspended"), default=True)

    class Meta:
        verbose_name = _("payer")
        verbose_name_plural = _("payers")
        ordering = ["tenant"]

    def __str__(self) -> str:
        return self.title or str(self.tenant)


class ReminderPolicy(models.Model):
    """When a bill that is not paid is reminded of; days are counted from the day it was due. One row."""

    first_days = models.PositiveSmallIntegerField(_("first reminder after, days"), default=3)
    second_days = models.PositiveSmallIntegerField(_("second reminder after, days"), default=10)
    warning_days = models.PositiveSmallIntegerField(_("warning of suspension after, days"), default=20)
    suspension_days = models.PositiveSmallIntegerField(_("suspension after, days"), default=30)
    least_warning_days = models.PositiveSmallIntegerField(
        _("days between warning and suspension, at least"),
        default=7,
        validators=[MinValueValidator(1)],
        help_text=_("However late the warning went out"),
    )
    is_suspending = models.BooleanField(_("suspend"), default=True)

    class Meta:
        verbose_name = _("policy of reminders")
        verbose_name_plural = _("policy of reminders")

    def __str__(self) -> str:
        return f"{self.first_days} · {self.second_days} · {self.warning_days} · {self.suspension_days}"

    def clean(self) -> None:
        steps = (self.first_days, self.second_days, self.warning_days, self.suspension_days)
        if None not in steps and list(steps) != sorted(set(steps)):
            raise ValidationError(_("Each step comes later than the one before."))


class Account(models.Model):
    """Where an amount goes in the books. `use`: receivable, bank, revenue, revenue:KIND, tax, tax:CODE."""

    use = models.CharField(_("what goes there"), max_length=40, unique=True)
    number = models.CharField(_("number of the account"), max_length=20, validators=[ACCOUNT])
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["number", "use"]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"
