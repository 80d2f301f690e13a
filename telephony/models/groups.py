"""Groups of agents and hours of work: what queues and rules speak of beside skills."""

import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.agents import Agent


class AgentGroup(models.Model):
    """Agents a queue or a rule names together: seniors, after-sales, a region. An agent may be in several."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    agents = models.ManyToManyField(
        Agent, through="GroupMember", related_name="agent_groups", verbose_name=_("agents")
    )
    leaders: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="led_groups",
        verbose_name=_("led by"),
        help_text=_(
            "A supervisor named here sees and hears the calls of the groups they lead, and no others."
        ),
    )
    limits_transfers = models.BooleanField(
        _("limit where its agents may transfer calls"),
        default=False,
        help_text=_("Otherwise to every open queue and to every colleague who is free."),
    )
    transfer_queues: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        "Queue", blank=True, related_name="+", verbose_name=_("queues they may transfer to")
    )
    transfer_groups = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="+",
        verbose_name=_("groups whose agents they may transfer to"),
    )

    class Meta:
        verbose_name = _("group of agents")
        verbose_name_plural = _("groups of agents")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    group = models.ForeignKey(AgentGroup, on_delete=models.CASCADE, related_name="members")
    agent = models.ForeignKey(
        Agent, on_delete=models.CASCADE, related_name="group_members", verbose_name=_("agent")
    )
    until = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("Leave empty for a lasting place.")
    )

    class Meta:
        verbose_name = _("agent of the group")
        verbose_name_plural = _("agents of the group")
        constraints = [
            models.UniqueConstraint(fields=["group", "agent"], name="one_place_per_group_and_agent")
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.agent}"


class WorkingHours(models.Model):
    """When a queue is served, in the tenant's time zone."""

    name = models.CharField(_("name"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OpeningTime(models.Model):
    """One span of one weekday. A day without a span is closed; two spans leave a break."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    hours = models.ForeignKey(WorkingHours, on_delete=models.CASCADE, related_name="opening_times")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens_at = models.TimeField(_("opens at"))
    closes_at = models.TimeField(
        _("closes at"), help_text=_("00:00 means the end of the day."), default=datetime.time(18)
    )

    class Meta:
        verbose_name = _("opening time")
        verbose_name_plural = _("opening times")
        ordering = ["weekday", "opens_at"]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"

    def clean(self) -> None:
        ends = self.closes_at
        if self.opens_at and ends and (ends.hour or ends.minute) and ends <= self.opens_at:
            raise ValidationError(
                {"closes_at": _("It must close after it opens; 00:00 is the end of the day.")}
            )


class SpecialDay(models.Model):
    """A date that is not like its weekday: a holiday, or a day served at other times."""

    hours = models.ForeignKey(WorkingHours, on_delete=models.CASCADE, related_name="special_days")
    on = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=80, blank=True, default="")
    opens_at = models.TimeField(_("opens at"), null=True, blank=True, help_text=_("Empty: closed all day."))
    closes_at = models.TimeField(_("closes at"), null=True, blank=True)

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["hours", "on"], name="one_special_day_per_date")]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"

    def clean(self) -> None:
        if bool(self.opens_at) != bool(self.closes_at):
            raise ValidationError({"closes_at": _("Give both times, or none for a closed day.")})
        if self.opens_at and self.closes_at and datetime.time(0) < self.closes_at <= self.opens_at:
            raise ValidationError(
                {"closes_at": _("It must close after it opens; 00:00 is the end of the day.")}
            )
