"""Watchers that look at us from machines that are not ours, and report with a key of their own."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SILENT_AFTER = timedelta(seconds=60)
"""Looks come each ten seconds, reports with them."""


class OutsideWatcher(models.Model):
    """Only the hash of its key is kept. What it sees are spans (PartSpan) of its place, `<cell>@<name>`."""

    name = models.SlugField(
        pgettext_lazy("watcher", "name"),
        max_length=16,
        unique=True,
        help_text=_("Where it stands, in short: hongkong"),
    )
    cell = models.CharField(
        _("cell of the switch it asks"), max_length=20, blank=True,
        help_text=_("Empty: what it does not reach of the switch touches everybody"),
    )  # fmt: skip
    is_counted = models.BooleanField(
        _("counts for availability"), default=False,
        help_text=_("What it does not reach from now on is downtime of the tenants, as what our own watch sees"),
    )  # fmt: skip
    prefix = models.CharField(_("begins with"), max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    last_report_at = models.DateTimeField(_("last report"), null=True, blank=True, editable=False)
    last_look_at = models.DateTimeField(_("last look"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("watcher outside")
        verbose_name_plural = _("watchers outside")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        return f"{self.cell}@{self.name}"

    def is_silent(self, at: datetime) -> bool:
        return self.last_look_at is None or at - self.last_look_at > SILENT_AFTER
