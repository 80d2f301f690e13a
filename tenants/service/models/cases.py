"""What tenants ask of us: cases with their clocks, every word, every pause; and the terms the clocks run by."""

from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import Sla, Tenant
from tenants.service.models.watch import PartSpan


def working_week() -> list[int]:
    return [1, 2, 3, 4, 5]


class Severity(models.TextChoices):
    URGENT = "urgent", pgettext_lazy("case", "Urgent")
    NORMAL = "normal", pgettext_lazy("case", "Normal")
    QUESTION = "question", pgettext_lazy("case", "Question or wish")


class SupportHours(models.Model):
    """When somebody is there for what is not urgent, on the tenant's clock. Of one SLA, or of all others."""

    sla = models.OneToOneField(
        Sla, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("SLA"),
        help_text=_("Empty: for all that have no hours of their own"),
    )  # fmt: skip
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("weekdays"), default=working_week
    )
    """1 is Monday."""
    opens = models.TimeField(_("from"), default=time(9, 0))
    closes = models.TimeField(_("until"), default=time(18, 0))
    closed_on = ArrayField(models.DateField(), verbose_name=_("closed on"), default=list, blank=True)

    class Meta:
        verbose_name = _("hours of support")
        verbose_name_plural = _("hours of support")
        constraints = [
            models.UniqueConstraint(fields=["sla"], nulls_distinct=False, name="service_one_set_of_hours"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}–{self.closes:%H:%M}"

    def clean(self) -> None:
        if not self.weekdays or not set(self.weekdays) <= set(range(1, 8)):
            raise ValidationError({"weekdays": _("Days are 1 (Monday) to 7 (Sunday), with commas.")})
        if self.opens and self.closes and self.opens >= self.closes:
            raise ValidationError({"closes": _("It ends before it begins.")})


class CaseTerms(models.Model):
    """How quickly a case of one severity is answered and solved, under one SLA or under all others."""

    sla = models.ForeignKey(
        Sla, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("SLA"),
        help_text=_("Empty: for all that have no terms of their own"),
    )  # fmt: skip
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices)
    response_minutes = models.PositiveIntegerField(
        _("first answer within, minutes"), validators=[MinValueValidator(1)]
    )
    resolution_minutes = models.PositiveIntegerField(
        _("solved within, minutes"), validators=[MinValueValidator(1)]
    )
    is_round_the_clock = models.BooleanField(
        _("day and night"), default=False, help_text=_("Without it the clock runs in the hours of support")
    )

    class Meta:
        verbose_name = _("terms of cases")
        verbose_name_plural = _("terms of cases")
        ordering = ["sla", "severity"]
        constraints = [
            models.UniqueConstraint(
                fields=["sla", "severity"], nulls_distinct=False, name="service_one_set_of_terms"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sla or '*'} · {self.get_severity_display()}"


class ContactAddress(models.Model):
    """An address whose mails are a tenant's."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", verbose_name=_("tenant"))
    address = models.EmailField(_("mail address"), unique=True)

    class Meta:
        verbose_name = _("mail address of a tenant")
        verbose_name_plural = _("mail addresses of tenants")
        ordering = ["tenant", "address"]

    def __str__(self) -> str:
        return self.address

    def clean(self) -> None:
        self.address = (self.address or "").lower()


class Case(models.Model):
    """Terms are copied when it is opened: what is agreed later is for later cases."""

    class Channel(models.TextChoices):
        PAGE = "page", pgettext_lazy("case", "Page")
        PHONE = "phone", pgettext_lazy("case", "Telephone")
        MAIL = "mail", pgettext_lazy("case", "Mail")
        PERSON = "person", pgettext_lazy("case", "In person")
        WATCH = "watch", pgettext_lazy("case", "Our own watch")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("case", "Open")
        WAITING = "waiting", pgettext_lazy("case", "Waits for the customer")
        RESOLVED = "resolved", pgettext_lazy("case", "Solved")
        CLOSED = "closed", pgettext_lazy("case", "Closed")

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("tenant")
    )
    channel = models.CharField(_("came by"), max_length=8, choices=Channel.choices, default=Channel.PAGE)
    severity = models.CharField(
        _("severity"), max_length=10, choices=Severity.choices, default=Severity.NORMAL
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    subject = models.CharField(_("subject"), max_length=160)
    contact = models.CharField(_("contact"), max_length=160, blank=True)
    opened_by = models.CharField(_("opened by"), max_length=120, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    response_minutes = models.PositiveIntegerField(_("first answer within, minutes"))
    resolution_minutes = models.PositiveIntegerField(_("solved within, minutes"))
    is_round_the_clock = models.BooleanField(_("day and night"), default=False)
    response_due_at = models.DateTimeField(_("answer due"))
    resolution_due_at = models.DateTimeField(_("solution due"))
    responded_at = models.DateTimeField(_("answered"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("solved"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    handler = models.CharField(_("in whose hands"), max_length=120, blank=True)
    steps = models.PositiveSmallIntegerField(_("escalation steps taken"), default=0)
    outage = models.ForeignKey(
        PartSpan, models.SET_NULL, null=True, blank=True, related_name="cases", verbose_name=_("outage")
    )
    mail_id = models.CharField(_("id of the mail"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-id"]
        indexes = [models.Index(fields=["tenant", "-id"]), models.Index(fields=["state", "response_due_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["mail_id"], condition=~models.Q(mail_id=""), name="service_a_mail_is_one_case"
            ),
            models.UniqueConstraint(
                fields=["outage"], condition=models.Q(channel="watch"), name="service_an_outage_is_one_case"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    @property
    def number(self) -> str:
        return f"C-{self.pk:06d}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.OPEN, self.State.WAITING)


class CaseEntry(models.Model):
    """One word or deed in a case. Notes among operators are not for the tenant."""

    class Kind(models.TextChoices):
        ASKED = "asked", pgettext_lazy("case", "The tenant wrote")
        ANSWERED = "answered", pgettext_lazy("case", "We answered")
        NOTE = "note", pgettext_lazy("case", "Internal note")
        PAUSED = "paused", pgettext_lazy("case", "Clock stopped")
        RESUMED = "resumed", pgettext_lazy("case", "Clock runs again")
        RESOLVED = "resolved", pgettext_lazy("case", "Solved")
        REOPENED = "reopened", pgettext_lazy("case", "Opened again")
        CLOSED = "closed", pgettext_lazy("case", "Closed")
        CHANGED = "changed", pgettext_lazy("case", "Changed")
        ESCALATED = "escalated", pgettext_lazy("case", "Escalated")

    case = models.ForeignKey(Case, models.CASCADE, related_name="entries", verbose_name=_("case"))
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices, default=Kind.NOTE)
    text = models.TextField(_("text"), max_length=20000, blank=True)
    by_name = models.CharField(_("by"), max_length=120, blank=True)
    at = models.DateTimeField(_("at"))
    mail_id = models.CharField(_("id of the mail"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("entry of a case")
        verbose_name_plural = _("entries of cases")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["mail_id"], condition=~models.Q(mail_id=""), name="service_a_mail_is_one_entry"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class CasePause(models.Model):
    """The clock of the solution stands still, for a reason."""

    class Reason(models.TextChoices):
        CUSTOMER = "customer", pgettext_lazy("pause", "We wait for the customer's answer")
        ACCESS = "access", pgettext_lazy("pause", "We wait to be let in")
        CARRIER = "carrier", pgettext_lazy("pause", "The customer's own supplier must act")
        AGREED = "agreed", pgettext_lazy("pause", "A later date was agreed")

    case = models.ForeignKey(Case, models.CASCADE, related_name="pauses", verbose_name=_("case"))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    began_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("pause of a case")
        verbose_name_plural = _("pauses of cases")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="service_one_open_pause"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.reason}"
