"""Where people belong: sites, teams in a tree, and the plan by which the product is brought in."""

import zoneinfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Site(models.Model):
    """A place where people work: the centre, a branch, a shop. Teams and people may name one."""

    class Kind(models.TextChoices):
        CENTRE = "centre", _("Centre")
        BRANCH = "branch", _("Branch")
        REMOTE = "remote", _("At home")

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.CENTRE)
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        blank=True,
        help_text=_("Like Asia/Shanghai. Empty: the company's own."),
    )
    address = models.CharField(_("address"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="people_site_name_once",
                violation_error_message=_("There is a site of this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.time_zone and self.time_zone not in zoneinfo.available_timezones():
            raise ValidationError(
                {"time_zone": _("This time zone is not known. Write it like Asia/Shanghai.")}
            )


class Team(models.Model):
    """One knot of the tree. Whoever leads it leads the teams below it as well."""

    name = models.CharField(_("name"), max_length=80)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    site = models.ForeignKey(
        Site, models.SET_NULL, null=True, blank=True, related_name="teams", verbose_name=_("site")
    )
    leads = models.ManyToManyField(
        "people.Member", blank=True, related_name="led_teams", verbose_name=_("led by")
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="people_team_name_once",
                violation_error_message=_("There is a team of this name already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")), name="people_team_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RolloutStep(models.Model):
    """One step of bringing the product in: who does it, until when, done, and accepted by the project manager."""

    title = models.CharField(_("step"), max_length=160)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    responsible = models.ForeignKey(
        "people.Member",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible"),
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True, editable=False)
    accepted_by = models.ForeignKey(
        "people.Member",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("accepted by"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("step of the rollout")
        verbose_name_plural = _("steps of the rollout")
        ordering = [models.F("due_on").asc(nulls_last=True), "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_late(self) -> bool:
        return bool(self.due_on and not self.done_at and self.due_on < timezone.localdate())
